"""Tests of being larger or smaller: by number if the operand says one, else by date."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import Final, TypeAlias

from openflow_django.expressions.coercion import SPACE, to_number, to_text
from openflow_django.expressions.errors import RuleError
from openflow_django.expressions.rules.dates import from_milliseconds, parse_date
from openflow_django.expressions.rules.findings import (
    REQUIRED,
    Operand,
    Scalar,
    Test,
    number_of,
    plain,
    shown,
)
from openflow_django.expressions.rules.membership import listed
from openflow_django.spec.json import Json, JsonObject

__all__ = ["Bound", "bounded"]

Bound: TypeAlias = tuple[str, Callable[[float, float], bool]]
"""The name under which a failure is reported, and what has to hold between the value and the operand."""

MAX_SAFE: Final = 2**53 - 1
UNSAFE: Final[JsonObject] = {"type": "unsafe"}

NUMBER = re.compile(rf"[{SPACE}]*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)[{SPACE}]*", re.ASCII)
TIMESTAMP = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)


def bounded(*bounds: Bound) -> Callable[[Operand, tzinfo], Test]:
    """An operator with one operand for each bound; it compares numbers if all operands are numeric, else
    dates.

    The operator raises RuleError for too few operands, and for one that is neither a number nor a date.
    """

    def build(operand: Operand, zone: tzinfo) -> Test:
        operands = listed(operand)
        # A single operand may be any number; a range of numbers that are not exact is read as one of dates.
        largest = math.inf if len(bounds) == 1 else MAX_SAFE
        numeric = all(not isinstance(each, datetime) and abs(number_of(each)) <= largest for each in operands)
        limits = [number_of(each) if numeric else _limit(each, zone) for each in operands[: len(bounds)]]
        if len(limits) < len(bounds):
            raise RuleError("A range needs two limits.", name="AssertError")
        return partial(_in_order, list(zip(bounds, limits, strict=True)), None if numeric else zone)

    return build


def _in_order(
    rules: Sequence[tuple[Bound, float | datetime]], zone: tzinfo | None, value: Json
) -> list[JsonObject]:
    """Compare numbers, or dates if there is a ``zone`` to read them in."""
    own = _number(value) if zone is None else _date(value, zone)
    if isinstance(own, dict):
        return [own]
    return [
        {"type": kind, "valid": shown(limit)}
        for (kind, compare), limit in rules
        if not compare(own, number_of(limit))
    ]


def _number(value: Json) -> float | JsonObject:
    """The value as number, or the finding that it is none or not an exact one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return REQUIRED
    number = value
    if isinstance(number, str):
        match = NUMBER.fullmatch(number)
        if match is None:
            return REQUIRED
        number = to_number(match[1])
        if not _says_all(number, match[1]):
            return UNSAFE
    if math.isnan(number):
        return REQUIRED
    return UNSAFE if abs(number) > MAX_SAFE else number


def _says_all(number: float, text: str) -> bool:
    """Whether ``number`` keeps every digit of the text it was read from."""
    shortest = to_text(number)
    if "e" in text.lower():
        return _significant(text) == _significant(shortest)
    return "e" in shortest or _normal(text) == shortest


def _significant(text: str) -> str:
    return re.split("[eE]", text)[0].replace(".", "").rstrip("0").lstrip("+-").lstrip("0")


def _normal(text: str) -> str:
    """A decimal without needless zeros and signs."""
    whole, _, fraction = text.lstrip("+-").partition(".")
    fraction = fraction.rstrip("0")
    decimal = f"{whole.lstrip('0') or '0'}{'.' if fraction else ''}{fraction}"
    return f"-{decimal}" if text.startswith("-") and decimal != "0" else decimal


def _date(value: Json, zone: tzinfo) -> float | JsonObject:
    """The value as milliseconds since 1970, or the finding that it is no date."""
    moment = _moment(value, zone)
    return REQUIRED if moment is None else number_of(moment)


def _limit(operand: Scalar, zone: tzinfo) -> datetime:
    moment = operand if isinstance(operand, datetime) else _moment(operand, zone)
    if moment is None:
        raise RuleError(f'"{to_text(plain(operand))}" is neither a number nor a date.', name="AssertError")
    return moment


def _moment(value: Json, zone: tzinfo) -> datetime | None:
    """Text as a date; numbers, also as text, as milliseconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not TIMESTAMP.fullmatch(value):
        return parse_date(value, zone=zone)
    return from_milliseconds(float(value)) if math.isfinite(float(value)) else None
