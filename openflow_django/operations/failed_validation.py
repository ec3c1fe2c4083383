"""What keeps a rule from holding, as the error object that Directus makes of it."""

from collections.abc import Mapping
from typing import Final

from openflow_django.expressions.coercion import to_text
from openflow_django.spec.json import Json, JsonObject

__all__ = ["failed_validation"]

SENTENCES: Final[Mapping[str, str]] = {
    "contains": 'Value has to contain "{substring}".',
    "empty": "Value has to be empty.",
    "eq": 'Value has to be "{valid}".',
    "gt": 'Value has to be greater than "{valid}".',
    "gte": 'Value has to be greater than or equal to "{valid}".',
    "in": "Value has to be one of {valid}.",
    "lt": 'Value has to be less than "{valid}".',
    "lte": 'Value has to be less than or equal to "{valid}".',
    "ncontains": 'Value can\'t contain "{substring}".',
    "nempty": "Value can't be empty.",
    "neq": 'Value can\'t be "{invalid}".',
    "nin": "Value can't be one of {invalid}.",
    "nnull": "Value can't be null.",
    "null": "Value has to be null.",
    "regex": "Value doesn't have the correct format.",
    "required": "Value is required.",
}
"""What is said of each type of failure; nothing of those that are not here."""

OPERANDS: Final = ("valid", "invalid", "substring")


def failed_validation(failure: Mapping[str, Json]) -> JsonObject:
    """``failure`` is one of those that :func:`~openflow_django.expressions.rules.check` finds."""
    return {
        "name": "DirectusError",
        "code": "FAILED_VALIDATION",
        "status": 400,
        "message": _message(failure),
        "extensions": dict(failure),
    }


def _message(failure: Mapping[str, Json]) -> str:
    told = f'Validation failed for field "{failure["field"]}".'
    sentence = SENTENCES.get(str(failure["type"]), "")
    for operand in OPERANDS:
        place = f"{{{operand}}}"
        if place in sentence:
            sentence = sentence.replace(place, _shown(failure[operand])) if operand in failure else ""
    return f"{told} {sentence}".rstrip()


def _shown(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(f'"{to_text(member)}"' for member in value)
    return to_text(value)
