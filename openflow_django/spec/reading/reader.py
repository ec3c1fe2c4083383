"""Reading JSON into values by tables of keys, noting every mistake instead of stopping at the first."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from openflow_django.spec.issues import Report, nearest, pointer_token, quoted
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.limits import Limits

__all__ = [
    "UNREAD",
    "Read",
    "Reader",
    "Shape",
    "anything",
    "flag",
    "integer",
    "json_type",
    "mapping",
    "node",
    "number",
    "one_of",
    "text",
    "texts",
    "whole_number",
]


class Unread:
    """What a read function gives for a value it could not read and has reported."""


UNREAD = Unread()

#: ``read(reader, raw, pointer)`` gives the value of any JSON but null, or UNREAD after reporting why not.
Read: TypeAlias = Callable[["Reader", Json, str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One kind of object: what is built of it and how each of its keys is read.

    ``required`` gives for each required key what stands in for it when it is missing, so that the rest of the
    document can still be checked. ``explicit`` keys are written even at their default, because programs
    disagree about it.
    ``ignored`` keys are valid and kept, but mean nothing here.
    """

    build: Callable[..., Any]
    noun: str
    keys: Mapping[str, Read]
    required: Mapping[str, Any] = field(default_factory=dict[str, Any])
    explicit: tuple[str, ...] = ()
    type: str | None = None
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    ignored: frozenset[str] = frozenset()

    def field_of(self, name: str, raw: Mapping[str, Json]) -> str | None:
        """The field that key ``name`` of ``raw`` fills. An alias beside the key itself fills none."""
        if name in self.keys:
            return name
        alias = self.aliases.get(name)
        return None if alias is None or alias in raw else alias


@dataclass(slots=True)
class Reader:
    """Reads nodes by their shapes and knows how deep in the document it is."""

    report: Report
    limits: Limits
    depth: int = 0
    steps: int = 0

    def wrong_type(self, path: str, expected: str, raw: Json) -> Any:
        self.report.error(path, "wrong_type", f"Expected {expected}, found {json_type(raw)}.")
        return UNREAD

    def node(self, shape: Shape, raw: Json, pointer: str) -> Any:
        """Read one object. Unknown keys are kept in ``extra`` and reported as warnings."""
        if not isinstance(raw, dict):
            return self.wrong_type(pointer, shape.noun, raw)
        fields: dict[str, Any] = {}
        extra: JsonObject = {}
        for name, item in raw.items():
            target = shape.field_of(name, raw)
            if target is None:
                if name != "type" or shape.type is None:
                    extra[name] = item
                    self.unknown_key(shape, name, f"{pointer}/{pointer_token(name)}")
            elif item is not None:
                value = shape.keys[target](self, item, f"{pointer}/{name}")
                if value is not UNREAD:
                    fields[target] = value
        for name, placeholder in shape.required.items():
            if name in fields:
                continue
            if raw.get(name) is None:
                self.report.error(pointer, "missing_key", f"{quoted(name)} is missing in {shape.noun}.")
            fields[name] = placeholder
        return shape.build(**fields, extra=extra, source=raw)

    def unknown_key(self, shape: Shape, name: str, pointer: str) -> None:
        if name in shape.ignored or self.report.is_full:
            return
        message = f"{quoted(name)} means nothing in {shape.noun} and is ignored."
        self.report.warning(pointer, "unknown_key", message, hint=nearest(name, shape.keys))


def json_type(raw: Json) -> str:
    """The JSON type of ``raw`` with its article."""
    if raw is None:
        return "null"
    names: dict[type, str] = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
    }
    return names.get(type(raw), "an object")


def anything(reader: Reader, raw: Json, pointer: str) -> Any:
    return raw


def text(reader: Reader, raw: Json, pointer: str) -> Any:
    return raw if isinstance(raw, str) else reader.wrong_type(pointer, "a text", raw)


def flag(reader: Reader, raw: Json, pointer: str) -> Any:
    return raw if isinstance(raw, bool) else reader.wrong_type(pointer, "true or false", raw)


def number(reader: Reader, raw: Json, pointer: str) -> Any:
    """A number of at least 0."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return reader.wrong_type(pointer, "a number", raw)
    return not_negative(reader, raw, pointer)


def integer(reader: Reader, raw: Json, pointer: str) -> Any:
    """A whole number of at least 0. ``5.0`` is one, as in JavaScript."""
    whole = whole_number(reader, raw, pointer)
    return whole if isinstance(whole, Unread) else not_negative(reader, whole, pointer)


def whole_number(reader: Reader, raw: Json, pointer: str) -> int | Unread:
    if isinstance(raw, float) and math.isfinite(raw) and raw.is_integer():
        return int(raw)
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    return reader.wrong_type(pointer, "a whole number", raw)


def not_negative(reader: Reader, value: float, pointer: str) -> Any:
    if value >= 0:
        return value
    reader.report.error(pointer, "out_of_range", "The number must not be negative.")
    return UNREAD


def one_of(*words: str) -> Read:
    """A read function for one of a few words."""

    def read(reader: Reader, raw: Json, pointer: str) -> Any:
        if isinstance(raw, str) and raw in words:
            return raw
        if not isinstance(raw, str):
            return reader.wrong_type(pointer, "a text", raw)
        message = f"{quoted(raw)} is not one of {', '.join(words)}."
        reader.report.error(pointer, "unknown_word", message, hint=nearest(raw, words))
        return UNREAD

    return read


def texts(reader: Reader, raw: Json, pointer: str) -> Any:
    if isinstance(raw, list) and all(isinstance(item, str) for item in raw):
        return tuple(raw)
    return reader.wrong_type(pointer, "a list of texts", raw)


def mapping(reader: Reader, raw: Json, pointer: str) -> Any:
    return raw if isinstance(raw, dict) else reader.wrong_type(pointer, "an object", raw)


def node(shape: Shape) -> Read:
    """The read function of one object of the given shape."""

    def read(reader: Reader, raw: Json, pointer: str) -> Any:
        return reader.node(shape, raw, pointer)

    return read
