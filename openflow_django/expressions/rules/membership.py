"""Tests of being one of some values, or none of them. Nothing is coerced, so 1 is not true."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from openflow_django.expressions.coercion import is_same, to_text
from openflow_django.expressions.errors import RuleError
from openflow_django.expressions.rules.findings import Operand, Scalar, Test, number_of, shown
from openflow_django.spec.json import Json, JsonObject

__all__ = ["equal", "listed", "must_be_true", "one_of", "only", "other_than", "refused", "unequal"]

WANTED: Final = {None: "null", "": "empty"}
REFUSED: Final = {None: "nnull", "": "nempty"}


def equal(operand: Operand) -> Test:
    """The value has to equal the operand; a number may come as text, and text as the number it says."""
    return partial(_among, _members(_both_forms(operand)))


def unequal(operand: Operand) -> Test:
    """The value must not equal the operand in either form."""
    return partial(_not_among, _members(_both_forms(operand)))


def one_of(operand: Operand) -> Test:
    """The value has to be a member of the list; an empty list accepts all."""
    return partial(_among, _members(listed(operand)))


def other_than(operand: Operand) -> Test:
    """The value must not be a member of the list."""
    return partial(_not_among, _members(listed(operand)))


def only(member: Json) -> Test:
    """The value has to be exactly ``member``."""
    return partial(_among, [member])


def refused(member: Json) -> Test:
    """The value must not be ``member``."""
    return partial(_not_among, [member])


def must_be_true(value: Json) -> list[JsonObject]:
    """What becomes of an operator on text whose operand is no text."""
    return _among([True], value)


def listed(operand: Operand) -> Sequence[Scalar]:
    """The operands of an operator that takes several."""
    return operand if isinstance(operand, tuple) else (operand,)


def _among(members: Sequence[Scalar], value: Json) -> list[JsonObject]:
    if not members or any(_is_member(member, value) for member in members):
        return []
    return [_finding(members, one="eq", several="in", key="valid", special=WANTED)]


def _not_among(members: Sequence[Scalar], value: Json) -> list[JsonObject]:
    if not any(_is_member(member, value) for member in members):
        return []
    return [_finding(members, one="neq", several="nin", key="invalid", special=REFUSED)]


def _finding(
    members: Sequence[Scalar], *, one: str, several: str, key: str, special: Mapping[str | None, str]
) -> JsonObject:
    if len(members) > 1:
        return {"type": several, key: [shown(member) for member in members]}
    member = members[0]
    if (member is None or isinstance(member, str)) and member in special:
        return {"type": special[member]}
    return {"type": one, key: shown(member)}


def _is_member(member: Scalar, value: Json) -> bool:
    return not isinstance(member, datetime) and is_same(member, value)


def _both_forms(operand: Operand) -> list[Scalar]:
    """The operand, and it as text or as number where it has such a form: 5 also stands for "5"."""
    scalar = operand[0] if isinstance(operand, tuple) else operand
    if isinstance(scalar, bool | list) or scalar is None or scalar == "":
        return [scalar]
    if isinstance(scalar, int | float):
        return [scalar, to_text(scalar)]
    number = number_of(scalar)
    return [scalar] if math.isnan(number) else [scalar, number]


def _members(operands: Sequence[Scalar]) -> list[Scalar]:
    """The operands, each once. Raises RuleError for one that is a list."""
    members: list[Scalar] = []
    for operand in operands:
        if isinstance(operand, list):
            hint = 'Use "_in" to compare with several values.'
            raise RuleError("A list stands where a single value is compared.", name="AssertError", hint=hint)
        if isinstance(operand, datetime) or not any(_is_member(member, operand) for member in members):
            members.append(operand)
    return members
