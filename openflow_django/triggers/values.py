"""Values of model fields: brought into the form the database would give back, compared, and written as
JSON.

Code assigns loosely (``"5"`` to a number, ``1.0`` to a decimal, a naive date-time, an enum member); the
database answers strictly. Both sides of a comparison go through :func:`canonical` first, so that only real
changes count.
"""

import json
import math
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from openflow_django.json_values import to_json
from openflow_django.spec.json import Json

__all__ = ["ABSENT", "UNKNOWN", "Unsettled", "canonical", "json_value", "same", "strict"]


MAX_LEVELS = 100
"""How deep the value of a JSON field may nest inside a payload."""


class Unsettled(Enum):
    """Stands where a value is not to be had."""

    UNKNOWN = "unknown"
    ABSENT = "absent"


UNKNOWN: Final = Unsettled.UNKNOWN
"""The value exists and only the database knows it: an expression, a deferred field, a field filled in by
the write.
"""

ABSENT: Final = Unsettled.ABSENT
"""There is no such row on this side of the change: before a creation, after a deletion."""


def canonical(field: models.Field, value: Any) -> Any:
    """``value`` as the database would give it back for ``field``; :data:`UNKNOWN` for a database expression.

    A value the field cannot convert is returned as it is: judging it is the business of the save.
    """
    if value is None or isinstance(value, Unsettled):
        return value
    if hasattr(value, "resolve_expression"):
        return UNKNOWN
    target = _stored_field(field)
    try:
        return _converted(target, value)
    except (ValidationError, ArithmeticError, TypeError, ValueError, AttributeError):
        return value


def strict(field: models.Field, value: Any) -> Any:
    """``value`` as the database would give it back. Raises Django's ``ValidationError`` when the field
    cannot hold it.
    """
    if value is None:
        return None
    try:
        return _converted(_stored_field(field), value)
    except ValidationError:
        raise
    except (ArithmeticError, TypeError, ValueError, AttributeError) as error:
        raise ValidationError(
            _("The field %(field)s cannot hold this value.") % {"field": field.name}
        ) from error


def same(one: Any, other: Any) -> bool:
    """Whether two canonical values are equal. NaN equals NaN; True and 1 differ, as they do in JSON, at any
    depth.
    """
    if one is other:
        return True
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
        case list(), list():
            return len(one) == len(other) and all(map(same, one, other))
    try:
        return bool(one == other) or (_is_nan(one) and _is_nan(other))
    except TypeError:
        return False


def json_value(value: Any) -> Json:
    """A canonical value as JSON, an unsettled one as null. What nests deeper than :data:`MAX_LEVELS` becomes
    ``{"$truncated": true}``.
    """
    return None if isinstance(value, Unsettled) else to_json(value, levels=MAX_LEVELS)


def _stored_field(field: models.Field) -> models.Field:
    """The field that decides the type in the column: for a relation the field it points to."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def _converted(field: models.Field, value: Any) -> Any:
    match field:
        case models.JSONField():
            return _json_form(field, value)
        case models.FileField():
            return (value.name or "") if isinstance(value, File) else str(value)
        case models.BinaryField():
            return bytes(value)
        case models.DecimalField():
            return _quantized(field, field.to_python(value))
        case models.DateTimeField():
            return _instant(field, value)
    converted = field.to_python(value)
    # An enum member of a text field is a str whose type says more than the column does.
    return str.__str__(converted) if isinstance(converted, str) else converted


def _json_form(field: models.JSONField, value: Any) -> Any:
    """As it comes back from the column: tuples are lists, keys are text."""
    return json.loads(json.dumps(value, cls=field.encoder), cls=field.decoder)


def _quantized(field: models.DecimalField, value: Any) -> Any:
    if not isinstance(value, Decimal) or not value.is_finite() or field.decimal_places is None:
        return value
    try:
        return value.quantize(Decimal(1).scaleb(-field.decimal_places), context=field.context)
    except InvalidOperation:
        return value


def _instant(field: models.DateTimeField, value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    moment = field.to_python(value)
    if settings.USE_TZ and isinstance(moment, datetime) and timezone.is_naive(moment):
        return timezone.make_aware(moment, timezone.get_default_timezone())
    return moment


def _is_nan(value: Any) -> bool:
    return isinstance(value, float | Decimal) and math.isnan(value)
