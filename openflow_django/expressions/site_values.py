"""``$var:path`` and ``$res:path``: text that stands for a variable or resource of the site."""

from typing import Final

from openflow_django.expressions.ports import Lookups
from openflow_django.spec.json import Json

__all__ = ["RESOURCE", "VARIABLE", "is_reference", "resolve_references"]

VARIABLE: Final = "$var:"
RESOURCE: Final = "$res:"


def is_reference(value: Json) -> bool:
    """Whether ``value`` is text that stands for a variable or resource."""
    return isinstance(value, str) and value.startswith((VARIABLE, RESOURCE))


def resolve_references(value: Json, lookups: Lookups) -> Json:
    """``value`` with every text in it, at any depth, that is such a reference replaced by what it stands for.

    What is found is not searched again. Raises OpenFlowError where there is no such variable or resource.
    """
    return _resolve(value, lookups) if _has_reference(value) else value


def _has_reference(value: Json) -> bool:
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, str):
            if current.startswith((VARIABLE, RESOURCE)):
                return True
        elif isinstance(current, dict):
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(current)
    return False


def _resolve(value: Json, lookups: Lookups) -> Json:
    if isinstance(value, dict):
        return {key: _resolve(item, lookups) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item, lookups) for item in value]
    if not isinstance(value, str):
        return value
    if value.startswith(VARIABLE):
        return lookups.variable(value.removeprefix(VARIABLE))
    return lookups.resource(value.removeprefix(RESOURCE)) if value.startswith(RESOURCE) else value
