"""Reading input transforms, and the settings that may hold one."""

from typing import Any

from openflow_django.spec.issues import nearest, pointer_token, quoted
from openflow_django.spec.json import Json
from openflow_django.spec.reading.reader import UNREAD, Reader, integer
from openflow_django.spec.transforms import Ai, JavaScript, Static, Template

__all__ = ["TRANSFORM_TYPES", "seconds", "transform", "transforms", "typed_transform"]

TRANSFORM_TYPES = ("static", "javascript", "template", "ai")


def transform(reader: Reader, raw: Json, pointer: str) -> Any:
    """An input transform, or a bare number, which stands for a static one."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return Static(raw, source=raw)
    return typed_transform(reader, raw, pointer)


def typed_transform(reader: Reader, raw: Json, pointer: str) -> Any:
    if not isinstance(raw, dict):
        return reader.wrong_type(pointer, "an input transform", raw)
    match raw.get("type"):
        case "static":
            return Static(raw.get("value"), source=raw)
        case "javascript":
            expr = raw.get("expr")
            if isinstance(expr, str):
                return JavaScript(expr, source=raw)
            reader.report.error(pointer, "missing_key", 'A javascript transform needs the text "expr".')
        case "template":
            return Template(raw.get("value"), source=raw)
        case "ai":
            return Ai(source=raw)
        case None:
            reader.report.error(
                pointer, "missing_key", 'An input transform needs a "type".', hint=transform_types_hint()
            )
        case str(kind):
            hint = nearest(kind, TRANSFORM_TYPES) or transform_types_hint()
            reader.report.error(
                f"{pointer}/type", "unknown_kind", f"There is no transform of type {quoted(kind)}.", hint=hint
            )
        case other:
            reader.wrong_type(f"{pointer}/type", "a text", other)
    return UNREAD


def transform_types_hint() -> str:
    return f"Valid types are {', '.join(TRANSFORM_TYPES)}."


def transforms(reader: Reader, raw: Json, pointer: str) -> Any:
    """The input transforms of a step by input name."""
    if not isinstance(raw, dict):
        return reader.wrong_type(pointer, "an object of input transforms", raw)
    read = {
        name: typed_transform(reader, item, f"{pointer}/{pointer_token(name)}") for name, item in raw.items()
    }
    return {name: item for name, item in read.items() if item is not UNREAD}


def seconds(reader: Reader, raw: Json, pointer: str) -> Any:
    """A whole number of seconds as it is, or an input transform."""
    if isinstance(raw, dict):
        return typed_transform(reader, raw, pointer)
    return integer(reader, raw, pointer)
