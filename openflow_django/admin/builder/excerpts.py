"""Big values in pieces: never more than a page of keys, items or characters travels at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from openflow_django.models import encode_json
from openflow_django.spec.json import Json, JsonObject

__all__ = ["MAX_BYTES", "MAX_KEYS", "Excerpt", "excerpt", "value_at"]

MAX_BYTES = 32_768
"""Largest value that is shown at once, as UTF-8 JSON."""
MAX_KEYS = 200
"""Keys or items of one page."""
MAX_MEMBER = 2_048
"""Largest member of a value that is shown in pages; text of more is cut, the rest is left out."""
MAX_CHARACTERS = 5_000
"""Characters of one page of a long text: not more than ``MAX_BYTES`` however they are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A value or a page of it. ``total`` counts its keys, items or characters, ``keys`` are those of the
    page, ``left_out`` those whose values are not, or not wholly, in it.
    """

    value: Json
    is_cut: bool = False
    keys: Sequence[str] | None = None
    total: int | None = None
    left_out: Sequence[str] = field(default_factory=tuple[str, ...])

    def as_dict(self) -> JsonObject:
        shown: JsonObject = {"value": self.value, "truncated": self.is_cut}
        if self.keys is not None:
            shown["keys"] = [*self.keys]
        if self.total is not None:
            shown["total"] = self.total
        return {**shown, "left_out": [*self.left_out]} if self.left_out else shown


def excerpt(value: Json, *, offset: int = 0) -> Excerpt:
    """The value as it is, or the page of it that begins at ``offset``."""
    match value:
        case str():
            page = value[offset : offset + MAX_CHARACTERS] if offset or _size(value) > MAX_BYTES else value
            return Excerpt(value=page, is_cut=page != value, total=len(value))
        case dict():
            if not offset and len(value) <= MAX_KEYS and _size(value) <= MAX_BYTES:
                return Excerpt(value=value, keys=[*value], total=len(value))
            members = islice(value.items(), offset, offset + MAX_KEYS)
            page, left_out = _page(members)
            return Excerpt(
                value=dict(page),
                is_cut=True,
                keys=[key for key, _ in page],
                total=len(value),
                left_out=left_out,
            )
        case list():
            if not offset and len(value) <= MAX_KEYS and _size(value) <= MAX_BYTES:
                return Excerpt(value=value, total=len(value))
            numbered = (
                (str(number), value[number]) for number in range(offset, min(offset + MAX_KEYS, len(value)))
            )
            page, left_out = _page(numbered)
            return Excerpt(
                value=[member for _, member in page], is_cut=True, total=len(value), left_out=left_out
            )
        case _:
            return Excerpt(value=value)


def value_at(value: Json, pointer: str) -> tuple[bool, Json]:
    """The part of a value at a JSON pointer, and whether there is one."""
    current = value
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(current, dict) and key in current:
            current = current[key]
        elif isinstance(current, list) and key.isascii() and key.isdecimal() and int(key) < len(current):
            current = current[int(key)]
        else:
            return False, None
    return True, current


def _page(members: Iterable[tuple[str, Json]]) -> tuple[list[tuple[str, Json]], list[str]]:
    """As many members as fit, large ones cut; and the keys of those."""
    page: list[tuple[str, Json]] = []
    left_out: list[str] = []
    room = MAX_BYTES
    for key, member in members:
        size = _size(member)
        shown = member
        if size > MAX_MEMBER:
            left_out.append(key)
            shown, size = (member[: MAX_MEMBER // 8], MAX_MEMBER) if isinstance(member, str) else (None, 4)
        room -= size + len(key) + 4
        if room < 0 and page:
            left_out = [name for name in left_out if name != key]
            break
        page.append((key, shown))
    return page, left_out


def _size(value: Json) -> int:
    """Bytes of the value as JSON; of a plain text an estimate that is never too low."""
    if isinstance(value, str) and len(value) > MAX_BYTES:
        return len(value)
    return len(encode_json(value).encode())
