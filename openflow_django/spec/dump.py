"""From a flow back to JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any, cast

from openflow_django.spec.document import (
    Ai,
    Branch,
    BranchAll,
    BranchOne,
    Flow,
    InputTransform,
    JavaScript,
    Static,
    Template,
)
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.reading.flow import SHAPES
from openflow_django.spec.reading.modules import BRANCH_ALL_BRANCH, BRANCH_ONE_BRANCH
from openflow_django.spec.reading.policies import condition
from openflow_django.spec.reading.reader import Shape
from openflow_django.spec.reading.transforms import transforms

__all__ = ["dump"]

BRANCH_SHAPES: Mapping[Any, Shape] = {BranchOne: BRANCH_ONE_BRANCH, BranchAll: BRANCH_ALL_BRANCH}


def dump(flow: Flow) -> JsonObject:
    """The document of ``flow``.

    What was read and not changed since keeps its spelling: unknown keys, explicit nulls, absent keys,
    aliases and order. Changed and new values are written in the current spelling, defaults left out.
    Lists and objects that are plain JSON are shared with the flow, not copied.
    """
    return write_node(flow, SHAPES[Flow])


def write_node(value: Any, shape: Shape) -> JsonObject:
    source = cast("Mapping[str, Json] | None", value.source)
    extra = cast("Mapping[str, Json]", value.extra)
    defaults = defaults_of(shape.build)
    result: JsonObject = {} if source is not None or shape.type is None else {"type": shape.type}
    written: set[str] = set()
    for name, raw in (source or {}).items():
        target = shape.field_of(name, source or {})
        if target is None:
            if name == "type" and shape.type is not None:
                result[name] = shape.type
            elif name in extra:
                result[name] = extra[name]
            continue
        written.add(target)
        current = getattr(value, target)
        if current is None or (raw is None and current == defaults[target]):
            if raw is None:
                result[name] = None
        else:
            result[name] = write(current, raw, shape, target)
    for name in missing(value, shape, written):
        result[name] = write(getattr(value, name), None, shape, name)
    return {**result, **{name: item for name, item in extra.items() if name not in result}}


def missing(value: Any, shape: Shape, written: set[str]) -> Iterator[str]:
    """Keys that were not in the source and have to be written all the same."""
    defaults = defaults_of(shape.build)
    for name in shape.keys:
        if name in written:
            continue
        is_new = value.source is None and (name in shape.required or name in shape.explicit)
        if is_new or getattr(value, name) != defaults[name]:
            yield name


def write(value: Any, raw: Json, shape: Shape, name: str) -> Json:
    """The JSON of one field; ``raw`` is what it was read from, if anything."""
    if isinstance(value, Static | JavaScript | Template | Ai):
        return write_transform(value)
    if isinstance(value, tuple):
        return [write_item(item, shape) for item in cast("tuple[Any, ...]", value)]
    if shape.keys[name] is transforms:
        return {key: write_transform(item) for key, item in value.items()}
    if shape.keys[name] is condition:
        return {**raw, "expr": value} if isinstance(raw, dict) else {"expr": value}
    return write_item(value, shape)


def write_item(item: Any, holder: Shape) -> Json:
    if isinstance(item, Branch):
        return write_node(item, BRANCH_SHAPES[holder.build])
    shape = SHAPES.get(type(item))
    return item if shape is None else write_node(item, shape)


def write_transform(transform: InputTransform) -> Json:
    source = transform.source
    if isinstance(transform, Static) and is_number(source) and is_number(transform.value):
        return transform.value
    kept = source if isinstance(source, dict) else {}
    match transform:
        case JavaScript(expr=expr):
            return {**kept, "type": "javascript", "expr": expr}
        case Ai():
            return {**kept, "type": "ai"}
        case Static(value=None) | Template(value=None) if kept and "value" not in kept:
            return {**kept, "type": transform.type}
        case Static(value=value) | Template(value=value):
            return {**kept, "type": transform.type, "value": value}


def is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@cache
def defaults_of(build: Any) -> Mapping[str, Any]:
    """What each field of a class is when its key is absent. Nothing equals that of a required field."""
    return {
        each.name: MISSING if each.default is each.default_factory is MISSING else default_of(each)
        for each in fields(build)
    }


def default_of(each: Any) -> Any:
    return each.default_factory() if each.default is MISSING else each.default
