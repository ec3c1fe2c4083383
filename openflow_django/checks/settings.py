"""The ``OPENFLOW`` setting itself: known keys, values of the right kind."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from django.conf import settings as django_settings
from django.core import checks

from openflow_django.conf import OpenFlowSettings, keys, overrides

__all__ = ["check_keys", "check_values"]


@checks.register("openflow")
def check_keys(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """E001: a key that is not known would be ignored in silence. E002: ``OPENFLOW`` has to be a dict."""
    given = getattr(django_settings, "OPENFLOW", {})
    if not isinstance(given, Mapping):
        hint = "Write OPENFLOW = {...}, or remove the setting to have the defaults."
        return [checks.Error("OPENFLOW is not a dict.", hint=hint, id="openflow.E002")]
    return [
        checks.Error(f"OPENFLOW has no key {key!r}.", hint=_nearest(str(key)), id="openflow.E001")
        for key in given
        if key not in keys()
    ]


@checks.register("openflow")
def check_values(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """E003: a value of another type than the default's, or a size, a count or a time below zero."""
    return list(_wrong_values(overrides()))


def _wrong_values(given: Mapping[str, Any]) -> Iterator[checks.CheckMessage]:
    hints = get_type_hints(OpenFlowSettings)
    for key, value in given.items():
        if key not in hints:
            continue
        allowed = _allowed(hints[key])
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            names = " or ".join(sorted({kind.__name__ for kind in allowed}))
            yield checks.Error(
                f"OPENFLOW[{key!r}] is {value!r}; it has to be {names}.",
                hint="See docs/reference/settings.md for the default.",
                id="openflow.E003",
            )
        elif isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
            yield checks.Error(
                f"OPENFLOW[{key!r}] is {value!r}; sizes, counts and times are not negative.",
                hint="Zero turns a wait off; see docs/reference/settings.md.",
                id="openflow.E003",
            )


def _allowed(hint: Any) -> tuple[type, ...]:
    """The classes of values that fit an annotation in ``conf``."""
    origin = get_origin(hint)
    if origin is UnionType:
        return tuple(kind for member in get_args(hint) for kind in _allowed(member))
    if origin is Sequence:
        return (list, tuple, set, frozenset)
    if origin is Mapping:
        return (dict,)
    return (int, float) if hint is float else (hint,)


def _nearest(key: str) -> str:
    found = get_close_matches(key.upper(), keys(), n=1, cutoff=0.5)
    if found:
        return f"Did you mean {found[0]!r}?"
    return "See docs/reference/settings.md for the keys there are."
