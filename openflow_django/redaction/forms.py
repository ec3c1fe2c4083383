"""The spellings in which a secret turns up: raw, quoted for addresses, for JSON and HTML, in base64."""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, urlsplit

from openflow_django.redaction.names import SensitiveNames

__all__ = ["parts_of", "spellings"]

ESCAPE = re.compile(r"%[0-9A-F]{2}")
SAFE = (
    "",
    "/",
    "!'()*~",
    ";,/?:@&=+$!'()*#~",
    "!$%&'()*+,/:;=@[\\]^|~",
    "!$%&()*+,/:;=?@[\\]^`{|}~",
    "/:@!$&'()*+,;=~%[]",
)
"""What is left as it is: by ``quote`` of everything, by its default, by ``encodeURIComponent`` and
``encodeURI``, by browsers in paths and in queries, and by our own client."""


@lru_cache(maxsize=1024)
def spellings(secret: str, *, shortest: int) -> tuple[str, ...]:
    """Every distinct spelling of at least ``shortest`` characters, the longest first."""
    found = {form for form in _spellings(secret) if len(form) >= shortest}
    return tuple(sorted(found, key=lambda form: (-len(form), form)))


def parts_of(secret: str, *, names: SensitiveNames, shortest: int) -> tuple[str, ...]:
    """The secret, and what in it is a secret of its own: lines of a key, the password of an address, values
    under sensitive names where it is JSON."""
    parts = dict.fromkeys([secret, secret.strip(), *_lines(secret), *_password(secret)])
    parts.update(dict.fromkeys(_values(secret, names)))
    return tuple(part for part in parts if len(part) >= shortest)


def _spellings(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    yield from (secret, repr(secret)[1:-1], raw.hex(), raw.hex().upper())
    for escaped in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        yield from (escaped, escaped.replace("/", "\\/"))
        yield from (json.dumps(escaped)[1:-1], json.dumps(escaped, ensure_ascii=False)[1:-1])
    yield from _in_html(secret)
    yield from _quoted(raw, SAFE)
    for text in _base64(raw):
        yield text
        yield from _quoted(text.encode(), ("",))


def _quoted(raw: bytes, safe: Iterable[str]) -> Iterator[str]:
    """As in an address, with hexadecimal digits in either case, and with a plus for a blank."""
    for text in (quote(raw, safe=characters) for characters in safe):
        for quoted in (text, ESCAPE.sub(lambda escape: escape.group().lower(), text)):
            yield quoted
            yield quoted.replace("%20", "+")


def _in_html(secret: str) -> Iterable[str]:
    escaped = html.escape(secret)
    numbered = escaped.replace("&quot;", "&#34;")
    return (
        escaped,
        html.escape(secret, quote=False),
        escaped.replace("&#x27;", "&#39;"),
        numbered.replace("&#x27;", "&#39;"),
        escaped.replace("&#x27;", "&apos;"),
    )


def _base64(raw: bytes) -> Iterator[str]:
    """Its base64 in both alphabets, also as a part of something longer: the characters that depend on the
    secret alone, for each of the three places it may begin at."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        end = (before + len(raw)) * 8 // 6
        yield from _alphabets(encoded[(before * 8 + 5) // 6 : end])


def _alphabets(text: str) -> Iterator[str]:
    yield text
    yield text.translate({ord("+"): "-", ord("/"): "_"})


def _lines(secret: str) -> Iterator[str]:
    """The lines of a key, without those that say what follows (``-----BEGIN ...``)."""
    lines = secret.splitlines()
    if len(lines) > 1:
        yield from (line.strip() for line in lines if not line.startswith("-----"))


def _password(secret: str) -> Iterator[str]:
    if "://" not in secret:
        return
    try:
        password = urlsplit(secret).password
    except ValueError:
        return
    if password:
        yield password


def _values(secret: str, names: SensitiveNames) -> Iterator[str]:
    if not secret.lstrip().startswith("{"):
        return
    try:
        waiting = [json.loads(secret)]
    except (ValueError, RecursionError):
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [item for item in value.values() if isinstance(item, dict | list)]
            yield from (item for key, item in value.items() if isinstance(item, str) and names.match(key))
        elif isinstance(value, list):
            waiting += value
