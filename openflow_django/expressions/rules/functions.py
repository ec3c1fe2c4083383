"""Functions in the keys of condition rules: ``year(date)``, ``count(items)`` and the like."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Final

from openflow_django.expressions.errors import RuleError
from openflow_django.expressions.rules.dates import PARTS, parse_iso
from openflow_django.spec.json import Json

__all__ = ["FUNCTIONS", "apply_function", "function_of"]

FUNCTIONS: Final = frozenset({*PARTS, "count"})

ARGUMENT = re.compile(r"\(([^()]+)\)")
STEP = re.compile(r"[^.\[\]]+")


def function_of(key: str) -> tuple[str, str] | None:
    """Name and field of a key that calls a function, None for any other key."""
    name, parenthesis, _ = key.partition("(")
    field = ARGUMENT.search(key) if parenthesis and name else None
    return (name, field[1]) if field else None


def apply_function(
    name: str, field: str, parents: Sequence[str], data: Mapping[str, Json], *, zone: tzinfo
) -> Json:
    """What the function makes of the field that stands below ``parents``.

    ``count`` gives None for what is no list, the others NaN for a text that is no ISO date. Raises RuleError
    for an unknown function, and for a date that is no text.
    """
    if name not in FUNCTIONS:
        raise RuleError(
            f'There is no function "{name}"; use one of {", ".join(sorted(FUNCTIONS))}.', name="TypeError"
        )
    value = _value_at(".".join([*parents, field]), data)
    if name == "count":
        return len(value) if isinstance(value, list) else None
    if not isinstance(value, str):
        raise RuleError(f'"{name}({field})" needs a date as text.', name="TypeError")
    moment = parse_iso(value, zone=zone)
    return math.nan if moment is None else PARTS[name](moment, zone)


def _value_at(path: str, data: Mapping[str, Json]) -> Json:
    """The value at a dotted path, None where there is none."""
    if path in data:
        return data[path]
    first, *others = STEP.findall(path) or [""]
    value = data.get(first)
    for key in others:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
