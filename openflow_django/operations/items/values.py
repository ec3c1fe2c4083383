"""JSON as values of model fields."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

__all__ = ["to_field"]

INTEGER_BOUND = 2**63
"""No database compares a column with a larger integer."""


def to_field(field: Any, value: Any) -> Any:
    """The value as the field holds it; for a relation, the key it points with.

    Raises Django's ``ValidationError`` when the field cannot hold it.
    """
    target = _target(field)
    if isinstance(target, models.JSONField):
        return value
    if value is None or (
        value == "" and target.null and not isinstance(target, models.CharField | models.TextField)
    ):
        return None
    if isinstance(value, dict | list) and _is_scalar(target):
        raise ValidationError(_("Enter a single value."), code="invalid")
    try:
        converted = target.to_python(value)
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise ValidationError(_("Enter a valid value."), code="invalid") from error
    if isinstance(converted, int) and not -INTEGER_BOUND <= converted < INTEGER_BOUND:
        raise ValidationError(_("Enter a smaller number."), code="out_of_range")
    if isinstance(converted, str) and "\x00" in converted:
        raise ValidationError(_("Null characters are not allowed."), code="null_characters_not_allowed")
    if settings.USE_TZ and isinstance(converted, datetime) and timezone.is_naive(converted):
        return timezone.make_aware(converted)
    return converted


def _target(field: Any) -> models.Field:
    """The field that decides the type in the column: for a relation the one it points to."""
    while True:
        if isinstance(field, models.ForeignKey):
            field = field.target_field
        elif field.is_relation:
            field = field.related_model._meta.pk
        else:
            return field


def _is_scalar(field: models.Field) -> bool:
    """Whether Django itself defines the type. Fields of other packages may well take lists."""
    return type(field).__module__.startswith("django.db.models")
