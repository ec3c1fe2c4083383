"""The body of a mail, in each of the ways it can be given."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final, cast

from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.utils.html import strip_tags
from markdown_it import MarkdownIt

from openflow_django.expressions.coercion import stringify, to_text
from openflow_django.operations.base import OperationError
from openflow_django.spec.json import Json, JsonObject

__all__ = ["TEMPLATE_FOLDER", "MailBody", "mail_body"]

TEMPLATE_FOLDER: Final = "openflow/mail"
"""Templates outside of this folder are not for flows: their text may be nobody's business."""

TEMPLATE_NAME: Final = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*", re.ASCII)
WAYS: Final = ("html", "markdown", "template")


@dataclass(frozen=True, slots=True)
class MailBody:
    """The plain text, and the HTML where there is any."""

    text: str
    html: str = ""


def mail_body(options: Mapping[str, Json]) -> MailBody:
    """From ``text``, and one of ``html``, ``markdown``, and ``template`` with its ``data``.

    Raises :class:`OperationError`: ``mail_invalid`` for two bodies, ``mail_template_missing`` and
    ``mail_template_failed``.
    """
    given = [name for name in WAYS if options.get(name) not in (None, "")]
    text = cast(str, options.get("text") or "")
    if len(given) > 1 or (text and given == ["markdown"]):
        named = " and ".join(given if len(given) > 1 else ["text", *given])
        raise OperationError(f"The mail is refused: it has {named}", code="mail_invalid", name="MailInvalid")
    match given:
        case ["html"]:
            return MailBody(text, _text(options["html"]))
        case ["markdown"]:
            return _of_markdown(_text(options["markdown"]))
        case ["template"]:
            data = options.get("data")
            return _of_template(
                cast(str, options["template"]), data if isinstance(data, dict) else {}, text=text
            )
        case _:
            return MailBody(text)


def _text(value: Json) -> str:
    """What is no text is written as JSON: a tag over an object may be the whole body."""
    return stringify(value) if isinstance(value, dict | list) else to_text(value)


def _of_markdown(text: str) -> MailBody:
    """Marks become HTML, tags that stand in the text do not."""
    return MailBody(
        text, MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(text)
    )


def _of_template(name: str, data: JsonObject, *, text: str) -> MailBody:
    if not TEMPLATE_NAME.fullmatch(name):
        raise _no_template(name)
    html = _rendered(f"{TEMPLATE_FOLDER}/{name}.html", data)
    if html is None:
        raise _no_template(name)
    return MailBody(text or _rendered(f"{TEMPLATE_FOLDER}/{name}.txt", data) or _plain(html), html)


def _rendered(path: str, data: JsonObject) -> str | None:
    """None where there is no such template."""
    try:
        template = get_template(path)
    except TemplateDoesNotExist:
        return None
    except TemplateSyntaxError as error:
        raise _failed(path, error) from error
    try:
        return template.render(data)
    # A template runs tags and filters of the site, which may raise anything.
    except Exception as error:
        raise _failed(path, error) from error


def _plain(html: str) -> str:
    lines = (line.strip() for line in unescape(strip_tags(html)).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _no_template(name: str) -> OperationError:
    return OperationError(
        f"There is no mail template {name[:100]!r}",
        code="mail_template_missing",
        name="TemplateMissing",
        hint=f"Templates of mails stand in {TEMPLATE_FOLDER}/<name>.html.",
    )


def _failed(path: str, error: Exception) -> OperationError:
    message = f"The template {path} failed: {type(error).__name__}"
    return OperationError(message, code="mail_template_failed", name="TemplateFailed")
