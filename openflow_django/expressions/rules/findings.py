"""What a test of a condition rule takes and says."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeAlias

from openflow_django.expressions.coercion import to_number
from openflow_django.expressions.rules.dates import iso_text, to_milliseconds
from openflow_django.spec.json import Json, JsonObject

__all__ = ["REQUIRED", "UNREPORTABLE", "Operand", "Scalar", "Test", "number_of", "plain", "shown"]

Scalar: TypeAlias = Json | datetime
"""One operand; a variable may have made a date of it."""

Operand: TypeAlias = Scalar | tuple[Scalar, ...]
"""What stands beside an operator; a tuple beside those that take several."""

Test: TypeAlias = Callable[[Json], list[JsonObject]]
"""Judges a value: [] when it passes, else what is wrong: ``type``, the operand as ``valid`` or the like."""

REQUIRED: Final[JsonObject] = {"type": "required"}
"""The finding for a value that is absent or of a kind that the operator cannot judge."""

UNREPORTABLE: Final[JsonObject] = {"type": "unreportable"}
"""The finding that has no form in a list of failures: the whole condition ends in an error."""


def plain(operand: Operand) -> Json:
    """The operand as JSON: dates as text."""
    if isinstance(operand, tuple):
        return [plain(each) for each in operand]
    return iso_text(operand) if isinstance(operand, datetime) else operand


def shown(operand: Scalar) -> Json:
    """The operand as a failure reports it: infinity, which JSON does not have, as null."""
    return None if isinstance(operand, float) and not math.isfinite(operand) else plain(operand)


def number_of(operand: Scalar) -> int | float:
    """``Number(operand)``: milliseconds of a date, NaN for what is no number."""
    return to_milliseconds(operand) if isinstance(operand, datetime) else to_number(operand)
