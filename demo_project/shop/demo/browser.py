"""A browser without a screen: keeps cookies, reads the forms of a page, submits one as a person would."""

import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin

__all__ = ["Browser", "BrowserError", "Form", "Page"]

TIMEOUT_S = 20


class BrowserError(Exception):
    """The page is not what was expected; the message says what is missing."""


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes and what its fields hold now."""

    id: str
    action: str
    fields: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that was answered with success, after redirects."""

    url: str
    text: str

    def form(self, id: str) -> Form:
        """The form with this id. Raises :class:`BrowserError` when the page has none."""
        reader = _FormReader()
        reader.feed(self.text)
        for form in reader.forms:
            if form.id == id:
                return form
        raise BrowserError(f"{self.url} has no form with the id {id}.")


class Browser:
    """One visitor of one site. Answers of 400 and above raise ``urllib.error.HTTPError``."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Page:
        return self._open(urljoin(self._site, path), body=None, referer=self._site)

    def submit(self, page: Page, *, form: str, **changes: str) -> Page:
        """Fill in the changes, leave all other fields as the page shows them, and press the button."""
        filled = page.form(form)
        body = urlencode({**filled.fields, **changes}).encode()
        return self._open(urljoin(page.url, filled.action), body=body, referer=page.url)

    def _open(self, url: str, *, body: bytes | None, referer: str) -> Page:
        request = urllib.request.Request(url, data=body, headers={"Referer": referer})
        with self._opener.open(request, timeout=TIMEOUT_S) as answer:
            return Page(url=answer.url, text=answer.read().decode())


class _FormReader(HTMLParser):
    """Collects the forms of a page with the values that a submission would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select: str | None = None
        self._textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(id=given.get("id", ""), action=given.get("action", "")))
        if not self.forms:
            return
        name, values = given.get("name", ""), self.forms[-1].fields
        if tag == "input" and name and _is_sent(given):
            values[name] = given.get("value", "on" if given.get("type") == "checkbox" else "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in values):
            values[self._select] = given.get("value", "")
        elif tag == "textarea" and name:
            self._textarea = name
            values[name] = ""

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self.forms[-1].fields[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        elif tag == "textarea" and self._textarea is not None:
            values = self.forms[-1].fields
            # A line break right behind the start tag belongs to the markup.
            values[self._textarea] = values[self._textarea].removeprefix("\n")
            self._textarea = None


def _is_sent(given: dict[str, str]) -> bool:
    kind = given.get("type", "text")
    if kind in {"submit", "button", "image", "reset", "file"}:
        return False
    return kind not in {"checkbox", "radio"} or "checked" in given
