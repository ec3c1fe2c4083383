"""What a form needs to know of a JSON Schema. Anything that is not as expected counts as not said."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

__all__ = [
    "Schema",
    "is_file",
    "is_object",
    "is_secret",
    "kind_of",
    "limit_of",
    "offered",
    "ordered_properties",
    "required_names",
]

Schema: TypeAlias = Mapping[str, Any]


def ordered_properties(schema: Any) -> dict[str, Schema]:
    """The schema's properties in the order it asks for (``x-order``, or Windmill's ``order``), the others
    after them. Nothing where there is no schema of an object.
    """
    found = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(found, Mapping):
        return {}
    properties = {name: item for name, item in found.items() if isinstance(item, Mapping)}
    order = _texts(schema.get("x-order", schema.get("order")))
    return {name: properties[name] for name in dict.fromkeys((*order, *properties)) if name in properties}


def required_names(schema: Schema) -> frozenset[str]:
    """The properties that have to be there."""
    return frozenset(_texts(schema.get("required")))


def kind_of(schema: Any) -> str:
    """The JSON type of a property, "" where it has several. Null beside one type only says that it may be
    left out.
    """
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    if isinstance(kind, list):
        named = [item for item in kind if item != "null"]
        kind = named[0] if len(named) == 1 else None
    return kind if isinstance(kind, str) else ""


def offered(schema: Any) -> list[tuple[Any, str | None]]:
    """The values to choose from, each with its title where it has one: those of ``enum``, or of a ``oneOf``
    of constants. Nothing where the value is not chosen, or not among plain values.
    """
    if not isinstance(schema, Mapping):
        return []
    values = schema.get("enum")
    if isinstance(values, list):
        return [(value, None) for value in values] if _are_plain(values) else []
    options = schema.get("oneOf")
    if not isinstance(options, list) or not all(
        isinstance(item, Mapping) and "const" in item for item in options
    ):
        return []
    titles = [(item["const"], item.get("title")) for item in options]
    if not _are_plain(value for value, _ in titles):
        return []
    return [(value, str(title) if title else None) for value, title in titles]


def limit_of(schema: Schema, name: str) -> Any:
    """A bound that is a number, else None."""
    limit = schema.get(name)
    return limit if isinstance(limit, int | float) and not isinstance(limit, bool) else None


def is_object(schema: Any) -> bool:
    """Whether the value is an object; one that nothing is said about is."""
    return kind_of(schema) in ("", "object")


def is_secret(schema: Schema) -> bool:
    """Whether the text is a password: it is never shown again."""
    return schema.get("password") is True or schema.get("format") == "password"


def is_file(schema: Schema) -> bool:
    """Whether the text is the content of a file."""
    return schema.get("contentEncoding") == "base64"


def _are_plain(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str | int | float | bool | None) for value in values)


def _texts(names: Any) -> list[str]:
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
