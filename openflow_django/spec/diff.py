"""What changed between two documents, in terms of steps.

Works on any JSON, also on drafts that do not validate: a step is an object with an ``id`` whose ``value``
is an object with a ``type``. Steps are matched by id over the whole document, so a step that went into a
loop has moved; it was not removed here and added there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
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
    """Steps in another container, and those that break the common order within their container."""
    moved = {key for key in new if key in old and old[key].container != new[key].container}
    before = [key for key in old if key in new and key not in moved]
    after = [key for key in new if key in old and key not in moved]
    kept = set[str]()
    for container in {step.container for step in new.values()}:
        left = [key for key in before if old[key].container == container]
        right = [key for key in after if new[key].container == container]
        for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks():
            kept.update(left[block.a : block.a + block.size])
    return moved | {key for key in after if key not in kept}


def _fields(
    before: Json, after: Json, *, step_id: str | None, summary: str, path: str = ""
) -> Iterator[Change]:
    if _same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict) and path.count(".") < MAX_FIELD_DEPTH:
        for key in dict.fromkeys((*after, *before)):
            name = f"{path}.{key}" if path else key
            if key not in before:
                yield Change(kind="added", step_id=step_id, summary=summary, field=name, after=after[key])
            elif key not in after:
                yield Change(kind="removed", step_id=step_id, summary=summary, field=name, before=before[key])
            else:
                yield from _fields(before[key], after[key], step_id=step_id, summary=summary, path=name)
        return
    yield Change(kind="changed", step_id=step_id, summary=summary, field=path, before=before, after=after)


def _same(before: Json, after: Json) -> bool:
    """Equality as text, so that ``true`` is not 1 and 1 is not 1.0."""
    return canonical(before) == canonical(after)
