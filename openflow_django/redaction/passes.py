"""One pass over a JSON value: what has to be cut is found first, and the value built anew only if there is
something.

All texts of the value are searched as one, in their order: a secret that was split over two fields is found.
"""

import json
from collections.abc import Sequence
from typing import Final

from openflow_django.redaction.known import KnownSecrets
from openflow_django.redaction.names import SensitiveNames
from openflow_django.redaction.spans import REDACTED, Span, cut, over_texts
from openflow_django.spec.json import Json, JsonObject

__all__ = ["Pass"]

NESTING: Final = 3
"""How often JSON text inside JSON text is opened."""

LONGEST_NESTED: Final = 5_000_000
TITLES: Final = ("header", "key", "name")
"""Keys that name the value beside them: ``{"name": "Authorization", "value": ...}``."""


class Pass:
    """Of one value. Raises RecursionError for what is nested too deep."""

    __slots__ = (
        "_cuts",
        "_depth",
        "_edges",
        "_hidden",
        "_keys",
        "_known",
        "_names",
        "_nested",
        "_number",
        "_texts",
        "found",
        "is_clean",
    )

    def __init__(self, known: KnownSecrets, names: SensitiveNames, *, depth: int = 0) -> None:
        self._known, self._names, self._depth = known, names, depth
        self._texts: list[str] = []
        self._keys: list[str] = []
        self._hidden: list[str] = []
        self._nested: dict[int, str] = {}
        self._cuts: dict[int, list[Span]] = {}
        self._number = -1
        self.found: set[str] = set()
        """The known secrets in the value."""
        self.is_clean = True
        """Whether the value may stay as it is."""

    def run(self, value: Json) -> Json:
        """The value without secrets: itself when it is clean."""
        self._collect(value)
        self._search()
        return value if self.is_clean else self._built(value)

    # Finding

    def _collect(self, value: Json) -> None:
        kind = type(value)
        if kind is str:
            self._text(str(value))
        elif isinstance(value, dict):
            titled = "value" in value and self._is_titled(value)
            for key, item in value.items():
                self._keys.append(key)
                if self._is_hidden(key, item, titled=titled):
                    self.is_clean = False
                    self._hidden += _texts_of(item)
                else:
                    self._collect(item)
        elif isinstance(value, list):
            for item in value:
                self._collect(item)
        elif self._known.has_numbers and kind in (int, float):
            self._texts.append(str(value))

    def _text(self, text: str) -> None:
        number = len(self._texts)
        self._texts.append(text)
        if len(text) < 3:
            return
        nested = self._opened(text) if text[0] in "{[ \n\t" else None
        if nested is not None:
            self.is_clean = False
            self._nested[number] = nested
        elif spans := self._names.spans(text):
            self.is_clean = False
            self._cuts[number] = spans

    def _opened(self, text: str) -> str | None:
        """JSON text without the secrets in it, None where it is not JSON or has none."""
        if self._depth >= NESTING or len(text) > LONGEST_NESTED or text.lstrip()[:1] not in ("{", "["):
            return None
        try:
            value = json.loads(text, object_pairs_hook=_every_pair)
        except ValueError:
            return None
        inner = Pass(self._known, self._names, depth=self._depth + 1)
        redacted = inner.run(value)
        self.found |= inner.found
        return None if inner.is_clean else json.dumps(redacted, ensure_ascii=False)

    def _search(self) -> None:
        if not self._known:
            return
        spans, found = self._known.search("".join(self._texts))
        for number, inside in over_texts(self._texts, spans).items():
            self._cuts.setdefault(number, []).extend(inside)
        in_keys = self._known.search("\0".join(self._keys))[1]
        hidden = self._known.search("".join(self._hidden))[1]
        self.is_clean = self.is_clean and not (spans or in_keys)
        self.found |= found | in_keys | hidden

    # Building

    def _built(self, value: Json) -> Json:
        if isinstance(value, str):
            return self._cut(value)
        if isinstance(value, dict):
            built: JsonObject = {}
            titled = "value" in value and self._is_titled(value)
            for key, item in value.items():
                hidden = self._is_hidden(key, item, titled=titled)
                built[self._key(key, built)] = REDACTED if hidden else self._built(item)
            return built
        if isinstance(value, list):
            items: list[Json] = []
            for item in value:
                items.append(self._built(item))  # noqa: PERF401
            return items
        if self._known.has_numbers and type(value) in (int, float):
            self._number += 1
            return REDACTED if self._number in self._cuts else value
        return value

    def _cut(self, text: str) -> str:
        self._number += 1
        spans = self._cuts.get(self._number, ())
        nested = self._nested.get(self._number)
        if nested is None:
            return cut(text, spans) if spans else text
        if any(begin == 0 or end == len(text) for begin, end in spans):
            return REDACTED
        return cut(nested, self._known.search(nested)[0])

    def _key(self, key: str, taken: JsonObject) -> str:
        name = cut(key, self._known.search(key)[0]) if self._known else key
        number = 2
        unique = name
        while unique in taken:
            unique, number = f"{name} {number}", number + 1
        return unique

    # Names

    def _is_hidden(self, key: str, item: Json, *, titled: bool) -> bool:
        if item is None or isinstance(item, bool) or item in ("", [], {}, REDACTED):
            return False
        return self._names.match(key) or (titled and key == "value")

    def _is_titled(self, value: JsonObject) -> bool:
        titles = (value.get(key) for key in TITLES)
        return any(isinstance(title, str) and self._names.match(title) for title in titles)


def _every_pair(pairs: Sequence[tuple[str, Json]]) -> JsonObject:
    """An object in which nothing hides behind a key that comes twice."""
    found: JsonObject = {}
    for key, value in pairs:
        found[key] = [found[key], value] if key in found else value
    return found


def _texts_of(value: Json) -> list[str]:
    texts: list[str] = []
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            texts += current
            waiting += reversed(current.values())
        elif isinstance(current, list):
            waiting += reversed(current)
        elif current is not None:
            texts.append(str(current))
    return texts
