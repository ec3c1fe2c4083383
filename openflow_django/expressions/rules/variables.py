"""Variables in the operands of condition rules: ``$NOW``, ``$CURRENT_USER`` and the like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from openflow_django.expressions.errors import RuleError
from openflow_django.expressions.rules.dates import shifted
from openflow_django.spec.json import Json

__all__ = ["RuleContext", "resolve"]

NOW: Final = "$NOW"
PARENTHESISED = re.compile(r"\(([^()]+)\)")
#: Longer names first: a variable is known by how it starts.
ACTOR: Final = (("$CURRENT_USER", "user"), ("$CURRENT_ROLES", "roles"), ("$CURRENT_ROLE", "role"))
POLICIES: Final = "$CURRENT_POLICIES"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleContext:
    """Whose rule it is (Directus' accountability, None for nobody), when, and in which zone."""

    accountability: Json = None
    now: datetime
    zone: tzinfo = UTC


def resolve(operand: Json, context: RuleContext) -> Json | datetime:
    """What a variable stands for; anything else as it is. Fields of the user or role are null: they are not
    known here.

    Raises RuleError when ``$NOW`` is moved beyond the years 1 to 9999.
    """
    if not isinstance(operand, str) or not operand.startswith("$"):
        return operand
    if operand.startswith(NOW):
        return _now(operand, context)
    for name, key in ACTOR:
        if operand.startswith(name):
            known = context.accountability if operand == name else None
            return known.get(key) if isinstance(known, Mapping) else None
    return None if operand.startswith(POLICIES) else operand


def _now(operand: str, context: RuleContext) -> datetime:
    moment = context.now.replace(microsecond=context.now.microsecond // 1000 * 1000)
    match = PARENTHESISED.search(operand)
    if match is None:
        return moment
    try:
        return shifted(moment, match[1], zone=context.zone) or moment
    except OverflowError as error:
        raise RuleError(f'"{operand}" is beyond the calendar.', name="RangeError") from error
