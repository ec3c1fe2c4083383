"""Values that Python and model fields hold, written as JSON."""

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast

from django.utils.duration import duration_iso_string

from openflow_django.spec.json import Json

__all__ = ["to_json"]


def to_json(value: Any, *, levels: int | None = None) -> Json:
    """Decimals, dates, durations and UUIDs as text, a file as its name, binary and non-finite numbers as
    null.

    What nests deeper than ``levels`` becomes ``{"$truncated": true}``; None is no bound.
    """
    deeper = None if levels is None else levels - 1
    match value:
        case Mapping() | list() | tuple() | set() | frozenset() if levels == 0:
            return {"$truncated": True}
        case Mapping():
            members = cast(Mapping[Any, Any], value).items()
            return {str(key): to_json(member, levels=deeper) for key, member in members}
        case list() | tuple() | set() | frozenset():
            return [to_json(member, levels=deeper) for member in value]
        case _:
            return _scalar(value)


def _scalar(value: Any) -> Json:
    match value:
        case None | bool():
            return value
        case str():
            return str.__str__(value)
        case int():
            return int(value)
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return format(value, "f") if value.is_finite() else None
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return duration_iso_string(value)
        case bytes() | bytearray() | memoryview():
            return None
        case _:
            return str(value)
