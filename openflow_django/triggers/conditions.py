"""Conditions of a model event: what they say, and whether a change meets them.

A condition names a field and says how it moved (``from``, ``to``), what its value is (``op``, ``value``),
or both; every part has to hold. ``on`` chooses the side an ``op`` looks at.
"""

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast

from openflow_django.triggers.changes import Change, Verdict, all_of
from openflow_django.triggers.values import ABSENT, UNKNOWN, same

__all__ = ["OPERATORS", "UNSET", "Condition", "Operator"]

Operator: TypeAlias = Literal["eq", "neq", "in", "gt", "gte", "lt", "lte", "contains", "is_null", "changed"]

UNSET: Final = object()
"""Stands for a part the condition does not have: None is a value one can ask for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Condition:
    """``came_from`` and ``went_to`` are lists of canonical values of which one has to match, or
    :data:`UNSET`.

    ``value`` is canonical too: a list for ``in``, a bool for ``is_null``, unused for ``changed``.
    """

    field: str
    came_from: Any = UNSET
    went_to: Any = UNSET
    op: Operator | None = None
    value: Any = UNSET
    on: Literal["new", "old"] = "new"

    def met_by(self, change: Change) -> Verdict:
        """Whether the change meets every part of the condition, None when that cannot be told yet."""
        return all_of((self._moved(change), self._compares(change)))

    def _moved(self, change: Change) -> Verdict:
        if self.came_from is UNSET and self.went_to is UNSET:
            return True
        return all_of(
            (
                change.changed(self.field),
                _one_of(change.old(self.field), self.came_from),
                _one_of(change.new(self.field), self.went_to),
            )
        )

    def _compares(self, change: Change) -> Verdict:
        if self.op is None:
            return True
        if self.op == "changed":
            return change.changed(self.field)
        actual = change.old(self.field) if self.on == "old" else change.last(self.field)
        if actual is UNKNOWN:
            return None
        if actual is ABSENT:
            return False
        return OPERATORS[self.op](actual, self.value)


def _one_of(actual: Any, wanted: Any) -> Verdict:
    if wanted is UNSET:
        return True
    if actual is UNKNOWN:
        return None
    return actual is not ABSENT and any(same(actual, value) for value in wanted)


def _ordered(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], bool]:
    """A comparison that nothing and a value of another kind never pass."""

    def holds(actual: Any, value: Any) -> bool:
        try:
            return actual is not None and value is not None and bool(compare(actual, value))
        except TypeError:
            return False

    return holds


def _contains(actual: Any, value: Any) -> bool:
    match actual:
        case str():
            return isinstance(value, str) and value in actual
        case Mapping():
            return isinstance(value, str) and value in actual
        case list() | tuple() | set() | frozenset():
            return any(same(member, value) for member in cast(Collection[Any], actual))
        case _:
            return False


def _is_null(actual: Any, value: Any) -> bool:
    """A many-to-many field, alone in being a tuple, is null when it is empty."""
    return (actual is None or actual == ()) is bool(value)


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": same,
    "neq": lambda actual, value: not same(actual, value),
    "in": lambda actual, value: any(same(actual, member) for member in value),
    "gt": _ordered(operator.gt),
    "gte": _ordered(operator.ge),
    "lt": _ordered(operator.lt),
    "lte": _ordered(operator.le),
    "contains": _contains,
    "is_null": _is_null,
}
"""Tests of a known value against the value of the condition. ``changed`` is not among them: it looks at
both sides.
"""
