"""Parameters as JSON Schema, whatever the language they were written in."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from openflow_django.spec.json import Json, JsonObject

__all__ = [
    "NO_DEFAULT",
    "Parameter",
    "Unset",
    "array",
    "literals",
    "mapping",
    "resource",
    "schema_of",
    "union",
]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class Unset:
    """The type of :data:`NO_DEFAULT`."""

    __slots__ = ()


NO_DEFAULT: Final = Unset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter. ``default`` is its value where that is plain JSON; ``is_optional`` also holds for any
    other default."""

    name: str
    schema: JsonObject = field(default_factory=dict[str, Json])
    default: Json | Unset = NO_DEFAULT
    is_optional: bool = False


def schema_of(parameters: Sequence[Parameter]) -> JsonObject:
    """The schema of the object that holds the arguments by name."""
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {parameter.name: _described(parameter) for parameter in parameters},
        "required": list(dict.fromkeys(it.name for it in parameters if not it.is_optional)),
        "order": list(dict.fromkeys(it.name for it in parameters)),
    }


def array(items: JsonObject) -> JsonObject:
    """A list of these."""
    return {"type": "array", "items": items} if items else {"type": "array"}


def mapping(values: JsonObject) -> JsonObject:
    """An object with any keys."""
    return {"type": "object", "additionalProperties": values} if values else {"type": "object"}


def literals(values: Sequence[Json]) -> JsonObject:
    """One of these values."""
    distinct = [value for number, value in enumerate(values) if value not in values[:number]]
    kinds = list(dict.fromkeys(map(_type, distinct)))
    return {"type": kinds[0] if len(kinds) == 1 else list[Json](kinds), "enum": distinct}


def resource(name: str) -> JsonObject:
    """A resource of the type with this name, in whatever style the language writes names."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return {"type": "object", "format": f"resource-{snake}"}


def union(members: Iterable[JsonObject]) -> JsonObject:
    """Any of these. What admits anything makes the whole admit anything."""
    found = list(members)
    if not found or not all(found):
        return {}
    distinct = [member for number, member in enumerate(found) if member not in found[:number]]
    if len(distinct) == 1:
        return distinct[0]
    if all("enum" in member or member == {"type": "null"} for member in distinct):
        values: list[Json] = []
        for member in distinct:
            enum = member.get("enum")
            values += enum if isinstance(enum, list) else [None]
        return literals(values)
    if len(distinct) == 2 and {"type": "null"} in distinct:
        other = next(member for member in distinct if member != {"type": "null"})
        if isinstance(other.get("type"), str) and "enum" not in other:
            return {**other, "type": [other["type"], "null"]}
    return {"anyOf": list[Json](distinct)}


def _described(parameter: Parameter) -> Json:
    if isinstance(parameter.default, Unset):
        return parameter.schema
    schema = parameter.schema
    if not schema and parameter.default is not None:
        schema = {"type": _type(parameter.default)}
    return {**schema, "default": parameter.default}


def _type(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
