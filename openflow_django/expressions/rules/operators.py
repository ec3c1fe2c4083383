"""The operators of condition rules by name."""

import operator
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, tzinfo
from typing import Final, TypeAlias

from openflow_django.expressions.rules.findings import Operand, Test
from openflow_django.expressions.rules.membership import equal, one_of, only, other_than, refused, unequal
from openflow_django.expressions.rules.ordering import bounded
from openflow_django.expressions.rules.texts import (
    Compare,
    at_edge,
    ends_case_free,
    holding,
    includes_case_free,
    lacking,
    matching,
    starts_case_free,
)
from openflow_django.spec.json import Json, JsonObject

__all__ = ["AND", "OPERATORS", "OR", "SUBMITTED", "build_test", "validate_rule"]

AND: Final = "_and"
OR: Final = "_or"
SUBMITTED: Final = "_submitted"
"""The operator that asks for nothing but presence."""

Build: TypeAlias = Callable[[Operand, tzinfo], Test]


def build_test(name: str, operand: Operand, *, zone: tzinfo = UTC) -> Test:
    """The test of one operator; unknown operators accept every value, as ``_submitted`` does.

    Raises RuleError for an operand that the operator cannot work with, before any value is seen.
    """
    build = OPERATORS.get(name)
    return _accept if build is None else build(operand, zone)


def validate_rule(rule: Json) -> list[str]:
    """The operators of a rule that nothing is known about, each once: they accept whatever is present."""
    return list(dict.fromkeys(_unknown_operators(rule)))


def _unknown_operators(rule: Json) -> Iterator[str]:
    if isinstance(rule, list):
        for part in rule:
            yield from _unknown_operators(part)
    elif isinstance(rule, dict):
        for key, value in rule.items():
            if key in {AND, OR} or not key.startswith("_"):
                yield from _unknown_operators(value)
            elif key not in OPERATORS and key != SUBMITTED:
                yield key


def _accept(_value: Json) -> list[JsonObject]:
    return []


def _timeless(build: Callable[[Operand], Test]) -> Build:
    return lambda operand, _zone: build(operand)


def _alone(test: Test) -> Build:
    """An operator that ignores its operand: ``_null: false`` asks for null too."""
    return lambda _operand, _zone: test


def _not(compare: Compare) -> Compare:
    return lambda text, part: not compare(text, part)


OPERATORS: Final[Mapping[str, Build]] = {
    "_eq": _timeless(equal),
    "_neq": _timeless(unequal),
    "_in": _timeless(one_of),
    "_nin": _timeless(other_than),
    "_null": _alone(only(None)),
    "_nnull": _alone(refused(None)),
    "_empty": _alone(only("")),
    "_nempty": _alone(refused("")),
    "_gt": bounded(("gt", operator.gt)),
    "_gte": bounded(("gte", operator.ge)),
    "_lt": bounded(("lt", operator.lt)),
    "_lte": bounded(("lte", operator.le)),
    "_between": bounded(("gte", operator.ge), ("lte", operator.le)),
    # Below the one and above the other at once, as Directus has it: no number between them, none outside
    # either.
    "_nbetween": bounded(("lt", operator.lt), ("gt", operator.gt)),
    "_contains": _timeless(holding("contains", operator.contains)),
    "_icontains": _timeless(holding("contains", includes_case_free)),
    "_ncontains": _timeless(lacking("ncontains", operator.contains)),
    "_starts_with": _timeless(at_edge("starts_with", str.startswith)),
    "_nstarts_with": _timeless(at_edge("nstarts_with", _not(str.startswith))),
    "_istarts_with": _timeless(at_edge("istarts_with", starts_case_free)),
    "_nistarts_with": _timeless(at_edge("nistarts_with", _not(starts_case_free))),
    "_ends_with": _timeless(at_edge("ends_with", str.endswith)),
    "_nends_with": _timeless(at_edge("nends_with", _not(str.endswith))),
    "_iends_with": _timeless(at_edge("iends_with", ends_case_free)),
    "_niends_with": _timeless(at_edge("niends_with", _not(ends_case_free))),
    "_regex": _timeless(matching),
}
