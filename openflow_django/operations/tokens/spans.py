"""Spans of time as ``jsonwebtoken`` takes them: a number of seconds, or text such as ``2 days``, ``1h``,
``120``."""

import re
from typing import Final

from openflow_django.spec.json import Json

__all__ = ["seconds_of"]

SPAN: Final = re.compile(r"(-?(?:\d+)?\.?\d+) *([a-z]+)?", re.IGNORECASE | re.ASCII)
MAX_TEXT: Final = 100

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

UNITS: Final = {
    0.001: ("milliseconds", "millisecond", "msecs", "msec", "ms"),
    1: ("seconds", "second", "secs", "sec", "s"),
    MINUTE: ("minutes", "minute", "mins", "min", "m"),
    HOUR: ("hours", "hour", "hrs", "hr", "h"),
    DAY: ("days", "day", "d"),
    7 * DAY: ("weeks", "week", "w"),
    365.25 * DAY: ("years", "year", "yrs", "yr", "y"),
}
LENGTHS: Final = {name: length for length, names in UNITS.items() for name in names}


def seconds_of(span: Json) -> float | None:
    """The length in seconds, None for what is no span. Text without a unit is milliseconds, a number
    seconds."""
    if isinstance(span, int | float) and not isinstance(span, bool):
        return float(span)
    if not isinstance(span, str) or len(span) > MAX_TEXT:
        return None
    match = SPAN.fullmatch(span)
    length = LENGTHS.get((match[2] or "ms").lower()) if match else None
    return float(match[1]) * length if match and length is not None else None
