"""The shape of a value as a JSON Schema: what a property picker shows before the value itself is asked
for."""

from openflow_django.spec.json import Json, JsonObject

__all__ = ["shape"]

MAX_DEPTH = 6
MAX_KEYS = 200
MAX_ITEMS = 20
"""Items of a list that are looked at; their shapes become one."""


def shape(value: Json, *, depth: int = 0) -> JsonObject:
    """The schema that this value fits: types and keys, nothing of its content."""
    match value:
        case None:
            return {"type": "null"}
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
        case float():
            return {"type": "number"}
        case str():
            return {"type": "string"}
        case list():
            if depth >= MAX_DEPTH or not value:
                return {"type": "array"}
            items = shape(value[0], depth=depth + 1)
            for item in value[1:MAX_ITEMS]:
                items = _merged(items, shape(item, depth=depth + 1))
            return {"type": "array", "items": items}
        case dict():
            if depth >= MAX_DEPTH:
                return {"type": "object"}
            members = list(value.items())[:MAX_KEYS]
            properties: JsonObject = {key: shape(member, depth=depth + 1) for key, member in members}
            return {"type": "object", "properties": properties}


def _merged(first: JsonObject, second: JsonObject) -> JsonObject:
    """One schema for both: keys of either; no type where they differ."""
    if first.get("type") != second.get("type"):
        return {}
    mine, theirs = first.get("properties"), second.get("properties")
    if not isinstance(mine, dict) or not isinstance(theirs, dict):
        return first
    merged: JsonObject = {**mine}
    for key, described in theirs.items():
        known = merged.get(key)
        if isinstance(known, dict) and isinstance(described, dict):
            merged[key] = _merged(known, described)
        elif len(merged) < MAX_KEYS:
            merged[key] = described
    return {**first, "properties": merged}
