"""What changed between two documents, in terms of steps.

Works on any JSON, also on drafts that do not validate: a step is an object with an ``id`` whose ``value``
is an object with a ``type``. Steps are matched by id over the whole document, so a step that went into a
loop has moved; it was not removed here and added there.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from openflow_django.spec.json import Json, JsonObject, canonical

__all__ = ["Change", "diff"]

MAX_DEPTH = 400
"""JSON levels searched for steps, the most a document may have."""
MAX_FIELD_DEPTH = 60
"""Levels followed within one step; whatever lies deeper is compared as one value."""

_ROOT = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. ``step_id`` is None for what belongs to the flow as a whole.

    ``field`` names the changed value within its step or flow with dots (``value.input_transforms.to``);
    it is empty when the step as a whole was added, removed or moved. ``summary`` is the step's summary,
    the newer one where both exist.
    """

    kind: Literal["added", "removed", "moved", "changed"]
    step_id: str | None
    summary: str = ""
    field: str = ""
    before: Json = None
    after: Json = None


@dataclass(frozen=True, slots=True)
class _Step:
    key: str
    summary: str
    container: tuple[str, str]
    own: JsonObject


def diff(before: Json, after: Json) -> list[Change]:
    """Every difference: the flow's own fields first, then steps in the order of the newer document, then
    removed steps.
    """
    old, new = _steps(before), _steps(after)
    moved = _moved(old, new)
    changes = list(_fields(_own(before, 0), _own(after, 0), step_id=None, summary=""))
    for key, step in new.items():
        previous = old.get(key)
        if previous is None:
            changes.append(Change(kind="added", step_id=key, summary=step.summary, after=step.own))
            continue
        if key in moved:
            changes.append(
                Change(
                    kind="moved",
                    step_id=key,
                    summary=step.summary,
                    before=".".join(filter(None, previous.container)),
                    after=".".join(filter(None, step.container)),
                )
            )
        changes.extend(_fields(previous.own, step.own, step_id=key, summary=step.summary))
    changes.extend(
        Change(kind="removed", step_id=key, summary=step.summary, before=step.own)
        for key, step in old.items()
        if key not in new
    )
    return changes


def _steps(document: Json) -> dict[str, _Step]:
    steps: dict[str, _Step] = {}
    for step in _walk(document, owner=_ROOT, field="", depth=0):
        key, copy = step.key, 1
        while key in steps:
            copy += 1
            key = f"{step.key}#{copy}"
        steps[key] = step
    return steps


def _walk(value: Json, *, owner: str, field: str, depth: int) -> Iterator[_Step]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            name = field if _is_step(item) else f"{field}.{index}"
            yield from _walk(item, owner=owner, field=name, depth=depth + 1)
    elif isinstance(value, dict):
        if _is_step(value):
            key = str(value["id"])
            yield _Step(key, str(value.get("summary") or ""), (owner, field), _own(value, 0))
            owner, field = key, ""
        for name, item in value.items():
            yield from _walk(item, owner=owner, field=f"{field}.{name}" if field else name, depth=depth + 1)


def _is_step(value: Json) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return False
    kind = value.get("value")
    return isinstance(kind, dict) and isinstance(kind.get("type"), str)


def _own(value: Json, depth: int) -> JsonObject:
    """The object without the steps inside it, which are compared on their own."""
    if not isinstance(value, dict):
        return {"": value}
    return {key: _without_steps(item, depth + 1) for key, item in value.items() if not _is_step(item)}


def _without_steps(value: Json, depth: int) -> Json:
    if depth > MAX_FIELD_DEPTH:
        return value
    if isinstance(value, list):
        return [_without_steps(item, depth + 1) for item in value if not _is_step(item)]
    if isinstance(value, dict):
        return _own(value, depth)
    return value


def _moved(old: Mapping[str, _Step], new: Mapping[str, _Step]) -> set[str]:
    """Steps in another container, and the fewest that break the common order within their container."""
    moved = {key for key in new if key in old and old[key].container != new[key].container}
    place = {key: index for index, key in enumerate(old)}
    orders: dict[tuple[str, str], list[str]] = {}
    for key, step in new.items():
        if key in old and key not in moved:
            orders.setdefault(step.container, []).append(key)
    for keys in orders.values():
        kept = _longest_rise([place[key] for key in keys])
        moved.update(key for index, key in enumerate(keys) if index not in kept)
    return moved


def _longest_rise(numbers: list[int]) -> set[int]:
    """Indices of a longest rising selection of different ``numbers``."""
    tails: list[int] = []
    heights: list[int] = []
    before: list[int | None] = []
    for index, number in enumerate(numbers):
        height = bisect_left(heights, number)
        before.append(tails[height - 1] if height else None)
        tails[height : height + 1] = [index]
        heights[height : height + 1] = [number]
    found: set[int] = set()
    last = tails[-1] if tails else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found


def _fields(
    before: Json, after: Json, *, step_id: str | None, summary: str, path: str = ""
) -> Iterator[Change]:
    if _same(before, after):
        return
    if path.count(".") < MAX_FIELD_DEPTH and (members := _members(before, after)) is not None:
        left, right = members
        for key in dict.fromkeys((*right, *left)):
            name = f"{path}.{key}" if path else key
            if key in left and key in right:
                yield from _fields(left[key], right[key], step_id=step_id, summary=summary, path=name)
            elif right.get(key) is not None:
                yield Change(kind="added", step_id=step_id, summary=summary, field=name, after=right[key])
            elif left.get(key) is not None:
                yield Change(kind="removed", step_id=step_id, summary=summary, field=name, before=left[key])
        return
    yield Change(kind="changed", step_id=step_id, summary=summary, field=path, before=before, after=after)


def _members(before: Json, after: Json) -> tuple[JsonObject, JsonObject] | None:
    """What can be compared member by member: two objects, and two lists of as many objects, by index.

    A member that is absent means the same as one that is null.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        return before, after
    if not isinstance(before, list) or not isinstance(after, list) or len(before) != len(after):
        return None
    if not all(isinstance(item, dict) for item in (*before, *after)):
        return None
    return _numbered(before), _numbered(after)


def _numbered(items: list[Json]) -> JsonObject:
    return {str(index): item for index, item in enumerate(items)}


def _same(before: Json, after: Json) -> bool:
    """Equality as text, so that ``true`` is not 1 and 1 is not 1.0."""
    return canonical(before) == canonical(after)
