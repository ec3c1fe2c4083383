"""The ``OPENFLOW`` setting itself: known keys, values of the right kind."""

from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from django.conf import settings as django_settings
from django.core import checks

from openflow_django.conf import OpenFlowSettings, keys, overrides
from openflow_django.sandbox.limits import SandboxLimits, ScriptLimits
from openflow_django.spec.issues import nearest
from openflow_django.spec.languages import RUNNABLE_LANGUAGES

__all__ = ["check_keys", "check_languages", "check_limits", "check_values"]

LIMITS = {limits.SETTING: limits for limits in (SandboxLimits, ScriptLimits)}


@checks.register("openflow")
def check_keys(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """E001: a key that is not known would be ignored in silence. E002: ``OPENFLOW`` has to be a dict."""
    given = getattr(django_settings, "OPENFLOW", {})
    if not isinstance(given, Mapping):
        hint = "Write OPENFLOW = {...}, or remove the setting to have the defaults."
        return [checks.Error("OPENFLOW is not a dict.", hint=hint, id="openflow.E002")]
    return [
        checks.Error(
            f"OPENFLOW has no key {key!r}.",
            hint=nearest(str(key), keys()) or "See docs/reference/settings.md for the keys there are.",
            id="openflow.E001",
        )
        for key in given
        if key not in keys()
    ]


@checks.register("openflow")
def check_values(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """E003: a value of another type than the default's, or a size, a count or a time below zero."""
    return list(_wrong_values(overrides()))


@checks.register("openflow")
def check_limits(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """E004: a limit of the sandbox that does not exist, which every evaluation would stumble over."""
    return list(_unknown_limits(overrides()))


@checks.register("openflow")
def check_languages(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """E005: a language that this package has no runner for."""
    languages = overrides().get("SCRIPT_LANGUAGES", ())
    if not isinstance(languages, list | tuple | set | frozenset):
        return []
    return [
        checks.Error(
            f"OPENFLOW['SCRIPT_LANGUAGES'] names {language!r}, which no runner knows.",
            hint=f"There are: {', '.join(sorted(RUNNABLE_LANGUAGES))}.",
            id="openflow.E005",
        )
        for language in languages
        if language not in RUNNABLE_LANGUAGES
    ]


def _unknown_limits(given: Mapping[str, Any]) -> Iterator[checks.CheckMessage]:
    for key, limits in LIMITS.items():
        changed, known = given.get(key), list(limits().as_dict())
        for name in changed if isinstance(changed, Mapping) else ():
            if name not in known:
                yield checks.Error(
                    f"OPENFLOW[{key!r}] has no limit {name!r}.",
                    hint=nearest(str(name), known) or f"There are: {', '.join(known)}.",
                    id="openflow.E004",
                )


def _wrong_values(given: Mapping[str, Any]) -> Iterator[checks.CheckMessage]:
    hints = get_type_hints(OpenFlowSettings)
    for key, value in given.items():
        if key not in hints:
            continue
        allowed = _allowed(hints[key])
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            names = " or ".join(sorted({kind.__name__ for kind in allowed}))
            # A key that is written as a text instead of a list is still a key.
            told = "of another type" if key == "SECRET_KEYS" else repr(value)
            yield checks.Error(
                f"OPENFLOW[{key!r}] is {told}; it has to be {names}.",
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
