"""Values as JavaScript turns them into numbers and text (ECMA-262, sections 6.1.6.1, 7.1 and 25.5)."""

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Final

from openflow_django.spec.json import Json

__all__ = ["SPACE", "is_same", "stringify", "to_number", "to_text"]

SPACE: Final = "\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What JavaScript takes for blank, as ``strip`` wants it."""

EXACT_INTEGERS: Final = 2**63
"""Integers below this are printed digit by digit, as database keys need it; JavaScript rounds from 2**53 on.
"""

DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
PREFIXED = re.compile(r"0(?:[xX][\da-fA-F]+|[oO][0-7]+|[bB][01]+)", re.ASCII)
INDEX = re.compile(r"0|[1-9]\d{0,9}", re.ASCII)
SURROGATE = re.compile("[\ud800-\udfff]")


def to_text(value: Json) -> str:
    """``String(value)``: 5.0 is "5", 1e21 is "1e+21", True is "true", None is "null"."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, dict):
        return "[object Object]"
    return ",".join("" if item is None else to_text(item) for item in value)


def to_number(value: Json) -> int | float:
    """``Number(value)``: NaN for what is not a number, 0 for null and blank text."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if value is None:
        return 0
    if isinstance(value, dict):
        return math.nan
    text = (value if isinstance(value, str) else to_text(value)).strip(SPACE)
    if not text:
        return 0
    if PREFIXED.fullmatch(text):
        return _normal(float(int(text, 0)))
    if DECIMAL.fullmatch(text):
        return _normal(float(text))
    return float(text) if text in {"Infinity", "+Infinity", "-Infinity"} else math.nan


def stringify(value: Json) -> str:
    """``JSON.stringify(value)``: compact, characters as they are, keys that are indexes first."""
    return "".join(_json_parts(value))


def is_same(one: Json, other: Json) -> bool:
    """Whether two values are equal without any coercion; lists and objects member by member."""
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(is_same(one[key], other[key]) for key in one)
        )
    return one == other


def _number_text(number: float) -> str:
    if isinstance(number, int):
        if abs(number) < EXACT_INTEGERS:
            return str(number)
        number = _double(number)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number.is_integer() and abs(number) < 1e21:
        return str(int(number)) if abs(number) < 2**53 else _digits_text(number)
    text = repr(number)
    return text if "e" not in text else _digits_text(number)


def _digits_text(number: float) -> str:
    """Number::toString from the shortest digits that give the number back, which Python's repr finds too."""
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    text = "".join(map(str, digits))
    point = len(text) + int(exponent)
    minus = "-" if sign else ""
    if len(text) <= point <= 21:
        return f"{minus}{text}{'0' * (point - len(text))}"
    if 0 < point <= 21:
        return f"{minus}{text[:point]}.{text[point:]}"
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{text}"
    fraction = f".{text[1:]}" if len(text) > 1 else ""
    return f"{minus}{text[0]}{fraction}e{point - 1:+d}"


def _double(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def _normal(number: float) -> int | float:
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _json_parts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield _quoted(value)
    elif isinstance(value, list):
        yield "["
        for index, item in enumerate(value):
            if index:
                yield ","
            yield from _json_parts(item)
        yield "]"
    elif isinstance(value, dict):
        yield "{"
        for index, key in enumerate(_ordered(value)):
            yield f"{',' if index else ''}{_quoted(key)}:"
            yield from _json_parts(value[key])
        yield "}"
    elif isinstance(value, float) and not math.isfinite(value):
        yield "null"
    else:
        yield to_text(value)


def _ordered(value: dict[str, Json]) -> list[str]:
    """Keys in the order of a JavaScript object: indexes by value, then the others as they came."""
    indexes = sorted((key for key in value if key.isdecimal() and INDEX.fullmatch(key)), key=int)
    return [*indexes, *(key for key in value if key not in set(indexes))] if indexes else list(value)


def _quoted(text: str) -> str:
    quoted = encode_basestring(text)
    return quoted if quoted.isascii() else SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted)
