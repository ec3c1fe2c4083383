"""Counts and totals over objects."""

from decimal import Decimal
from typing import Any, cast

from django.db.models import (
    Avg,
    BooleanField,
    Count,
    DateField,
    DateTimeField,
    DecimalField,
    DurationField,
    FloatField,
    IntegerField,
    Max,
    Min,
    QuerySet,
    Sum,
    TimeField,
)
from django.utils.translation import gettext_lazy as _

from openflow_django.json_values import to_json
from openflow_django.operations.base import OperationError
from openflow_django.operations.items.access import Access, ModelClass
from openflow_django.operations.items.paths import Path, path_to
from openflow_django.spec.json import Json, JsonObject

__all__ = ["AGGREGATE", "totals"]

FUNCTIONS: dict[str, Any] = {"sum": Sum, "avg": Avg, "min": Min, "max": Max}
NUMBERS = (IntegerField, DecimalField, FloatField, DurationField)
ORDERED = (*NUMBERS, DateField, DateTimeField, TimeField)

NAMES = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}

AGGREGATE = {
    "title": _("Totals"),
    "description": _("Numbers about all the objects, in place of the objects."),
    "type": "object",
    "properties": {
        "count": {"title": _("Count"), "description": _("* counts objects, a field its values."), **NAMES},
        "sum": {"title": _("Sum"), **NAMES},
        "avg": {"title": _("Average"), **NAMES},
        "min": {"title": _("Least"), **NAMES},
        "max": {"title": _("Greatest"), **NAMES},
    },
    "additionalProperties": False,
    "examples": [{"count": "*", "sum": ["total"]}],
}
"""The option that asks for totals."""


def totals(asked: JsonObject, *, objects: "QuerySet[Any]", model: ModelClass, access: Access) -> JsonObject:
    """``{"count": n, "sum": {"total": "12.50"}}``: ``count`` is a number for ``*``, all else is by field
    name.

    Raises :class:`OperationError`, code ``item_aggregate_invalid``, for fields that cannot be added up or
    compared, and as the paths do.
    """
    found: JsonObject = {}
    for function, fields in asked.items():
        names = [fields] if isinstance(fields, str) else cast(list[str], fields)
        if function == "count" and names == ["*"]:
            found["count"] = objects.count()
            continue
        paths = [path_to(model, name, access=access) for name in names]
        expressions = {f"total_{index}": _expression(function, path) for index, path in enumerate(paths)}
        values = objects.order_by().aggregate(**expressions)
        found[function] = {
            name: _shown(values[f"total_{index}"], field=paths[index].field)
            for index, name in enumerate(names)
        }
    return found


def _shown(value: Any, *, field: Any) -> Json:
    """Sums of money keep their decimal places: SQLite adds them up as floats."""
    if isinstance(value, Decimal) and isinstance(field, DecimalField) and value.is_finite():
        return to_json(round(value, field.decimal_places))
    return to_json(value)


def _expression(function: str, path: Path) -> Any:
    if function == "count":
        return Count(path.lookup)
    fitting = NUMBERS if function in ("sum", "avg") else ORDERED
    if not isinstance(path.field, fitting) or isinstance(path.field, BooleanField):
        raise OperationError(
            f"{path.field.name} has no {function}", code="item_aggregate_invalid", name="AggregateInvalid"
        )
    return FUNCTIONS[function](path.lookup)
