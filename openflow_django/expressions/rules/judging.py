"""Judging a rule.

A rule such as ``{"$trigger": {"payload": {"status": {"_eq": "published"}}}}`` names a place in the data and
what has to hold there. Several keys in one object have to hold together; ``_and`` and ``_or`` may stand at
any level. Every place that is named has to exist, whatever is asked of it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final, TypeAlias, cast

from openflow_django.expressions.errors import RuleError
from openflow_django.expressions.rules.findings import REQUIRED, UNREPORTABLE, Operand, Scalar
from openflow_django.expressions.rules.functions import apply_function, function_of
from openflow_django.expressions.rules.operators import AND, OR, SUBMITTED, build_test
from openflow_django.expressions.rules.variables import RuleContext, resolve
from openflow_django.spec.json import Json, JsonObject

__all__ = ["check"]

LISTS: Final = frozenset({"_between", "_in", "_nbetween", "_nin"})
JSON: Final = "_json"
GEOMETRIES: Final = frozenset({"_intersects", "_intersects_bbox", "_nintersects", "_nintersects_bbox"})


@dataclass(frozen=True, slots=True)
class Place:
    """One place in the data, and what is asked of it; without an operator it only has to exist."""

    path: tuple[str, ...]
    operator: str | None = None
    operand: Operand = None


@dataclass(frozen=True, slots=True)
class Every:
    """All parts have to hold."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One of the parts has to hold; none at all holds too."""

    parts: tuple["Node", ...]


Node: TypeAlias = Place | Every | Some


def check(
    rule: Json, data: Mapping[str, Json], *, now: datetime | None = None, zone: tzinfo = UTC
) -> list[JsonObject]:
    """What keeps ``rule`` from holding for ``data``, [] when it holds; no rule (None) always holds.

    A failure has ``field`` (first step of the place), ``path`` (the others), ``type`` and, depending on it,
    ``valid``, ``invalid`` or ``substring``. All failures are collected, those of an ``_or`` only when none of
    its parts holds. ``$CURRENT_USER`` and the like are read from ``data["$accountability"]``; ``now`` is what
    ``$NOW`` means, ``zone`` the zone of the server, for dates without an offset.

    Raises RuleError for a rule that has no answer: an empty one, a bare null, an operand of the wrong kind, a
    pattern that cannot be used, a value that the operator cannot report on.
    """
    if rule is None:
        return []
    context = RuleContext(accountability=data.get("$accountability"), now=now or datetime.now(UTC), zone=zone)
    failures = list(_judge(_parse(rule, (), context), data, zone))
    if any(failure["type"] == UNREPORTABLE["type"] for failure in failures):
        hint = "Compare text with text; a list has to satisfy the rule."
        raise RuleError("A value failed that its operator cannot report on.", hint=hint)
    return failures


def _parse(rule: Json, path: tuple[str, ...], context: RuleContext) -> Node:
    """The rule as a tree in which logic stands outside of places."""
    if rule is None:
        raise RuleError("A rule is null.", name="TypeError", hint='Write {"_null": true} to ask for null.')
    if not isinstance(rule, dict | list):
        return Place(path, "_eq", resolve(rule, context))
    entries = list(
        rule.items() if isinstance(rule, dict) else ((str(key), part) for key, part in enumerate(rule))
    )
    if not entries:
        return Place(path)
    parts = tuple(_parse_entry(key, value, path, context) for key, value in entries)
    return parts[0] if len(parts) == 1 else Every(parts)


def _parse_entry(key: str, value: Json, path: tuple[str, ...], context: RuleContext) -> Node:
    if key in {AND, OR}:
        if not isinstance(value, list):
            raise RuleError(f'"{key}" needs a list of rules.', name="TypeError")
        parts = tuple(_parse(part, path, context) for part in value)
        return Every(parts) if key == AND else Some(parts)
    if not key.startswith("_"):
        return _parse(value, (*path, key), context)
    return Place(path, key, _operand(key, value, context))


def _operand(name: str, value: Json, context: RuleContext) -> Operand:
    if name in LISTS:
        return _list_operand(value, context)
    if name in GEOMETRIES and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError as error:
            raise RuleError(f'The operand of "{name}" is not JSON.', name="SyntaxError") from error
    if name == JSON:
        _check_json(value)
    return resolve(value, context)


def _check_json(operand: Json) -> None:
    """The operand of ``_json`` is not judged, but it has to be paths with operators below them."""
    if operand is None or (isinstance(operand, str) and operand):
        name = "TypeError" if operand is None else "RangeError"
        raise RuleError('The operand of "_json" needs operators below each path.', name=name)
    if isinstance(operand, list | dict):
        parts = operand.items() if isinstance(operand, dict) else enumerate(operand)
        for key, part in parts:
            if not str(key).startswith("_"):
                _check_json(part)


def _list_operand(value: Json, context: RuleContext) -> tuple[Scalar, ...]:
    """A list, the values of an object, or text cut at commas; a variable may stand for several members."""
    members: Sequence[Json]
    if isinstance(value, str):
        members = value.split(",")
    else:
        members = (
            list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
        )
    operands: list[Scalar] = []
    for member in members:
        resolved = resolve(member, context)
        if isinstance(resolved, list):
            operands.extend(resolved)
        else:
            operands.append(resolved)
    return tuple(operands)


def _judge(node: Node, data: Mapping[str, Json], zone: tzinfo) -> Iterator[JsonObject]:
    if isinstance(node, Every):
        for part in node.parts:
            yield from _judge(part, data, zone)
        return
    if isinstance(node, Place):
        yield from _judge_place(node, data, zone)
        return
    failures: list[JsonObject] = []
    for part in node.parts:
        found = list(_judge(part, data, zone))
        if not found:
            return
        failures += found
    yield from failures


def _judge_place(place: Place, data: Mapping[str, Json], zone: tzinfo) -> Iterator[JsonObject]:
    if not place.path:
        yield _misplaced(place, data)
        return
    computed = _computed(place.path, data, zone)
    test = build_test(place.operator or SUBMITTED, place.operand, zone=zone)
    missing, value = _look_up(place.path, data, computed)
    if missing:
        yield {"field": missing[0], "path": list[Json](missing[1:]), **REQUIRED}
        return
    for finding in test(value):
        yield {"field": place.path[0], "path": list[Json](place.path[1:]), **finding}


def _misplaced(place: Place, data: Mapping[str, Json]) -> JsonObject:
    """A rule without a place reads as one about a place called like its operator."""
    name, operand = place.operator, place.operand
    if name is None or operand is None or operand in (False, 0, ""):
        hint = "Name the value to judge: put the operator below a key of the data."
        raise RuleError("The rule is empty, or names no place in the data.", hint=hint)
    if isinstance(operand, str):
        raise RuleError(f'"{name}" names no place in the data.', name="RangeError")
    if name in data:
        raise RuleError(f'"{name}" is an operator and cannot name a place.')
    return {"field": name, "path": [], **REQUIRED}


def _computed(path: tuple[str, ...], data: Mapping[str, Json], zone: tzinfo) -> dict[int, Json]:
    """The values of the steps that call a function, by their position in the path."""
    values: dict[int, Json] = {}
    for index, key in enumerate(path):
        if function := function_of(key):
            value = apply_function(*function, path[:index], data, zone=zone)
            # A function of a dotted field is computed but found nowhere.
            if not {".", "["} & set(key):
                values[index] = value
    return values


def _look_up(
    path: tuple[str, ...], data: Mapping[str, Json], computed: Mapping[int, Json]
) -> tuple[tuple[str, ...], Json]:
    """The value at ``path``, or else the first part of it that is missing or holds no object."""
    deepest = max(computed, default=-1)
    current: Json | Mapping[str, Json] = data
    for index, key in enumerate(path):
        # Whatever stands above a computed value counts as an object.
        if index <= deepest and not isinstance(current, Mapping | list):
            current = {}
        if not isinstance(current, Mapping):
            return path[:index], None
        if index in computed:
            current = computed[index]
        elif key in current:
            current = current[key]
        elif index < deepest:
            current = {}
        else:
            return path[: index + 1], None
    return (), cast(Json, current)
