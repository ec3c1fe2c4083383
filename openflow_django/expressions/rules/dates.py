"""Dates as JavaScript and Directus read, shift and take them apart.

All dates are aware and have whole milliseconds. ``zone`` is the zone of the server: a text without an offset
is meant in it, and days and weeks are counted in it.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

__all__ = ["PARTS", "from_milliseconds", "iso_text", "parse_date", "parse_iso", "shifted", "to_milliseconds"]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

ISO_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
NUMERIC_DATE = re.compile(r"(?:(\d{4})[-/](\d\d?)[-/](\d\d?)|(\d\d?)[-/](\d\d?)[-/](\d{4}))", re.ASCII)
NAMED_DATE = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(?:(\d\d?)[\s-]+([A-Za-z]{3,9})\.?,?|([A-Za-z]{3,9})\.?\s+(\d\d?),?)[\s-]+(\d{4})",
    re.ASCII,
)
TIME = re.compile(
    r"(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:\s*([AaPp])[Mm])?\s*(Z|UTC|GMT)?\s*([+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)
ISO_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
COMMENT = re.compile(r"\([^()]*\)\s*$")
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

BASIC_DATE = re.compile(r"(\d{4})-?(?:(\d\d)(?:-?(\d\d))?|W(\d\d)(?:-?(\d))?|(\d{3}))?", re.ASCII)
BASIC_TIME = re.compile(r"(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d*))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)

SHIFT = re.compile(r"([+-]?)(-?\d*\.?\d+) *([a-z]*)", re.ASCII | re.IGNORECASE)
UNITS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("years", "year", "yrs", "yr", "y"), "year"),
    **dict.fromkeys(("months", "month", "mth", "mo"), "month"),
    **dict.fromkeys(("weeks", "week", "w"), "week"),
    **dict.fromkeys(("days", "day", "d", ""), "day"),
    **dict.fromkeys(("hours", "hour", "hrs", "hr", "h"), "hour"),
    **dict.fromkeys(("minutes", "minute", "mins", "min", "m"), "minute"),
    **dict.fromkeys(("seconds", "second", "secs", "sec", "s"), "second"),
    **dict.fromkeys(("milliseconds", "millisecond", "msecs", "msec", "ms"), "millisecond"),
}
MILLISECONDS: Final[Mapping[str, int]] = {
    "hour": 3_600_000,
    "minute": 60_000,
    "second": 1000,
    "millisecond": 1,
}


def parse_date(text: str, *, zone: tzinfo = UTC) -> datetime | None:
    """What ``new Date(text)`` reads: ISO 8601 and the usual forms with slashes or names of months, else None.

    A bare ISO date is midnight UTC; any other text without an offset is meant in ``zone``.
    """
    text = COMMENT.sub("", text).strip()
    day, _, clock = text.upper().partition("T")
    if (match := ISO_DATE.fullmatch(day)) and (not clock or ISO_TIME.fullmatch(clock)):
        year, month, number = (int(part or 1) for part in match.groups())
        return _dated(year, month, number, clock, zone=zone if clock else UTC)
    for pattern in (NUMERIC_DATE, NAMED_DATE):
        if match := pattern.match(text):
            parts = _numeric_parts(match) if pattern is NUMERIC_DATE else _named_parts(match)
            return _dated(*parts, text[match.end() :].strip(" ,"), zone=zone) if parts else None
    return None


def parse_iso(text: str, *, zone: tzinfo = UTC) -> datetime | None:
    """An ISO 8601 date, extended or basic, by month, week or day of the year, with or without a time.

    Without an offset it is meant in ``zone``. None for any other text.
    """
    day, _, rest = text.replace(" ", "T", 1).partition("T")
    match = BASIC_DATE.fullmatch(day)
    clock = BASIC_TIME.fullmatch(rest)
    if match is None or (rest and clock is None):
        return None
    year, month, number, week, weekday, day_of_year = match.groups()
    try:
        if week:
            start = date.fromisocalendar(int(year), int(week), int(weekday or 1))
        elif day_of_year:
            start = date(int(year), 1, 1) + timedelta(days=int(day_of_year) - 1)
        else:
            start = date(int(year), int(month or 1), int(number or 1))
        return _timed(start, clock.groups() if clock else (), zone=zone)
    except (ValueError, OverflowError):
        return None


def from_milliseconds(milliseconds: float) -> datetime | None:
    """The date that many milliseconds after 1970, None beyond the years 1 to 9999."""
    try:
        return EPOCH + timedelta(milliseconds=math.trunc(milliseconds))
    except (OverflowError, ValueError):
        return None


def to_milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def iso_text(moment: datetime) -> str:
    """The date as JavaScript puts it into JSON: in UTC, with three digits of a second."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shifted(moment: datetime, by: str, *, zone: tzinfo = UTC) -> datetime | None:
    """``moment`` moved by a text such as "-7 days" or "+1.5h"; a bare number counts days. None for any other
    text.

    Months keep the day or end on the last one of the month. Raises OverflowError beyond the years 1 to 9999.
    """
    match = SHIFT.fullmatch(by)
    unit = UNITS.get(match[3].lower()) if match else None
    if match is None or unit is None:
        return None
    amount = float(match[2]) * (-1 if match[1] == "-" else 1)
    if unit in MILLISECONDS:
        return moment + timedelta(milliseconds=math.trunc(amount * MILLISECONDS[unit]))
    local = moment.astimezone(zone).replace(tzinfo=None)
    if unit in {"year", "month"}:
        months = local.year * 12 + local.month - 1 + math.trunc(amount * (12 if unit == "year" else 1))
        moved = _in_month(local, *divmod(months, 12))
    else:
        moved = local + timedelta(
            days=math.trunc(local.day + amount * (7 if unit == "week" else 1)) - local.day
        )
    return moved.replace(tzinfo=zone).astimezone(UTC)


def _week(local: date) -> int:
    """Week of the year: weeks start on Sunday, the first one holds the first of January."""
    start = _sunday(local)
    first = _sunday(date(local.year + 1, 1, 1)) if local.year < date.max.year else date.max
    if start < first:
        first = _sunday(date(local.year, 1, 1))
    return (start - first).days // 7 + 1


def _sunday(day: date) -> date:
    return day - timedelta(days=day.isoweekday() % 7)


#: What functions in keys take from a date: clock and calendar in UTC, days and weeks in the zone.
PARTS: Final[Mapping[str, Callable[[datetime, tzinfo], int]]] = {
    "year": lambda moment, _: moment.astimezone(UTC).year,
    "month": lambda moment, _: moment.astimezone(UTC).month,
    "week": lambda moment, zone: _week(moment.astimezone(zone).date()),
    "day": lambda moment, zone: moment.astimezone(zone).day,
    "weekday": lambda moment, zone: moment.astimezone(zone).isoweekday() % 7,
    "hour": lambda moment, _: moment.astimezone(UTC).hour,
    "minute": lambda moment, _: moment.astimezone(UTC).minute,
    "second": lambda moment, _: moment.astimezone(UTC).second,
}


def _in_month(local: datetime, year: int, month: int) -> datetime:
    if not 1 <= year <= 9999:
        raise OverflowError("date out of range")
    following = date(year + month // 11, (month + 1) % 12 + 1, 1) if (year, month) != (9999, 11) else None
    last = (following - timedelta(days=1)).day if following else 31
    return local.replace(year=year, month=month + 1, day=min(local.day, last))


def _numeric_parts(match: re.Match[str]) -> tuple[int, int, int] | None:
    year, month, day = match.group(1, 2, 3) if match[1] else match.group(6, 4, 5)
    return int(year), int(month), int(day)


def _named_parts(match: re.Match[str]) -> tuple[int, int, int] | None:
    name = (match[2] or match[3])[:3].lower()
    if name not in MONTHS:
        return None
    return int(match[5]), MONTHS.index(name) + 1, int(match[1] or match[4])


def _dated(year: int, month: int, day: int, rest: str, *, zone: tzinfo) -> datetime | None:
    """Date and time put together; as in JavaScript, day 31 of a shorter month runs into the next one."""
    clock = TIME.fullmatch(rest)
    if (rest and clock is None) or not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    try:
        start = date(year, month, 1) + timedelta(days=day - 1)
        if clock is None:
            return _timed(start, (), zone=zone)
        hour, minute, second, fraction, half, utc, offset = clock.groups()
        if half:
            if not 1 <= int(hour) <= 12:
                return None
            hour = str(int(hour) % 12 + (12 if half in "Pp" else 0))
        return _timed(start, (hour, minute, second, fraction, offset or ("Z" if utc else None)), zone=zone)
    except (ValueError, OverflowError):
        return None


def _timed(day: date, clock: tuple[str | None, ...], *, zone: tzinfo) -> datetime:
    """``day`` at hour, minute, second and fraction, with an offset or in ``zone``. Raises ValueError."""
    hour, minute, second, fraction, offset = clock or (None, None, None, None, None)
    hours, minutes, seconds = int(hour or 0), int(minute or 0), int(second or 0)
    milliseconds = int((fraction or "")[:3].ljust(3, "0"))
    midnight = (hours, minutes, seconds, milliseconds) == (24, 0, 0, 0)
    if (hours > 23 and not midnight) or minutes > 59 or seconds > 59:
        raise ValueError("not a time of the day")
    start = datetime.combine(day, time.min, tzinfo=UTC)
    local = start + timedelta(hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds)
    if not offset:
        return local.replace(tzinfo=zone).astimezone(UTC)
    if offset.upper() == "Z":
        return local
    digits = offset[1:].replace(":", "").ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return local - shift if offset[0] == "+" else local + shift
