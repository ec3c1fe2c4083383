"""The payload of a model event: the envelope a run sees as ``$trigger``."""

import json
from collections.abc import Iterator
from typing import Any

from openflow_django.conf import settings
from openflow_django.spec.json import Json, JsonObject
from openflow_django.triggers.changes import Action, Change
from openflow_django.triggers.fields import Shape, Values
from openflow_django.triggers.values import json_value

__all__ = ["ENVELOPE_VERSION", "build_payload"]

ENVELOPE_VERSION = 1
"""Changes when a key changes its meaning or goes; keys may be added without."""

TRUNCATED_BYTES = 64
"""Room for the key ``truncated`` beside the names it lists."""

SIDES = ("object", "before", "after", "payload")


def build_payload(
    change: Change, *, shape: Shape, key: Any, relation: JsonObject | None = None
) -> JsonObject:
    """The envelope of one change, pure JSON, no larger than ``MAX_PAYLOAD_BYTES``.

    ``relation`` tells of a change of a many-to-many field: ``{field, operation, keys}``.
    """
    names = [*shape.columns, *shape.relations]
    label = shape.model._meta.label_lower
    before, after = _side(change.before, names=names), _side(change.after, names=names)
    now = before if after is None else after
    changed = [name for name in names if name in (now or {}) and change.changed(name)]
    payload: JsonObject = {
        "version": ENVELOPE_VERSION,
        "event": f"{label}.{change.action}",
        "model": label,
        "collection": label,
        "action": change.action,
        "key": json_value(key),
        "keys": [json_value(key)],
        "object": now,
        "before": before,
        "after": after,
        "changed": list[Json](changed),
        "payload": _payload(change.action, now=now or {}, changed=changed, key=json_value(key)),
    }
    if relation is not None:
        payload["relation"] = relation
    return _bounded(payload, limit=settings.MAX_PAYLOAD_BYTES)


def _side(values: Values | None, *, names: list[str]) -> JsonObject | None:
    if values is None:
        return None
    return {name: json_value(values[name]) for name in names if name in values}


def _payload(action: Action, *, now: JsonObject, changed: list[str], key: Json) -> Json:
    """What was written: all values of a new object, the changed ones of another, the keys of deleted
    objects.
    """
    return [key] if action == "deleted" else {name: now[name] for name in changed}


def _bounded(payload: JsonObject, *, limit: int) -> JsonObject:
    """Cut to the limit: the largest values give way to a marker, then whole sides; what was cut is listed
    in ``truncated``.

    A marker is ``{"$truncated": true, "bytes": n, "start": "..."}``.
    """
    size = _size(payload)
    if size <= limit:
        return payload
    cut: dict[str, None] = {}
    room = limit - _size(payload["changed"]) - TRUNCATED_BYTES
    for bytes_, side, name in sorted(_values(payload), reverse=True):
        holder = payload[side]
        if not isinstance(holder, dict):
            continue
        marker = _marker(holder[name], size=bytes_)
        if _size(marker) >= bytes_:
            break
        # The sides share no containers once one of them is cut.
        payload[side] = {**holder, name: marker}
        cut[name] = None
        size += _size(marker) - bytes_
        if size <= room:
            break
    payload["truncated"] = list[Json](cut)
    for side in ("payload", "before", "after", "object", "changed", "relation"):
        if _size(payload) <= limit:
            break
        payload[side] = None
        payload["truncated"] = ["*"]
    return payload


def _values(payload: JsonObject) -> Iterator[tuple[int, str, str]]:
    for side in SIDES:
        holder = payload[side]
        if isinstance(holder, dict):
            for name, value in holder.items():
                yield _size(value), side, name


def _marker(value: Json, *, size: int) -> JsonObject:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return {"$truncated": True, "bytes": size, "start": text[:200]}


def _size(value: Json) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
