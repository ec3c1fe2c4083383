"""The site's models and their fields, as far as flows and this person may know them."""

from typing import Any

from django.apps import apps
from django.db import models
from django.http import HttpResponse
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.builder.answers import answer
from openflow_django.admin.builder.calls import Call
from openflow_django.admin.builder.catalog import sees_flows
from openflow_django.admin.trigger_form import site_models
from openflow_django.triggers.fields import shape_of

__all__ = ["show"]

MAX_CHOICES = 200

_TYPES = {
    "AutoField": "integer",
    "BigAutoField": "integer",
    "SmallAutoField": "integer",
    "BigIntegerField": "integer",
    "IntegerField": "integer",
    "PositiveBigIntegerField": "integer",
    "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "integer",
    "SmallIntegerField": "integer",
    "DecimalField": "decimal",
    "FloatField": "number",
    "BooleanField": "boolean",
    "DateField": "date",
    "DateTimeField": "datetime",
    "TimeField": "time",
    "DurationField": "duration",
    "JSONField": "json",
    "TextField": "text",
    "UUIDField": "uuid",
    "BinaryField": "binary",
    "FileField": "file",
    "ImageField": "file",
    "ForeignKey": "relation",
    "OneToOneField": "relation",
    "ManyToManyField": "relations",
}


def show(call: Call) -> HttpResponse:
    """Models that the person may view or change. Sensitive models and fields are left out."""
    call.require(sees_flows(call.request), _("see flows"))
    found = [(apps.get_model(label), name) for label, name in site_models()]
    shown = [_model(model, name, call.user) for model, name in found if _may_see(call.user, model)]
    return answer({"models": shown})


def _may_see(user: permissions.User, model: type[models.Model]) -> bool:
    has_perm = getattr(user, "has_perm", lambda permission: False)
    app, name = model._meta.app_label, model._meta.model_name
    return has_perm(f"{app}.view_{name}") or has_perm(f"{app}.change_{name}")


def _model(model: type[models.Model], name: str, user: permissions.User) -> dict[str, Any]:
    shape = shape_of(model)
    fields = [*shape.columns.values(), *shape.relations.values()]
    return {
        "label": model._meta.label_lower,
        "name": name,
        "fields": [_field(field, user) for field in fields],
    }


def _field(field: models.Field, user: permissions.User) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": field.name,
        "label": str(field.verbose_name),
        "type": _TYPES.get(field.get_internal_type(), "string"),
        "null": field.null,
    }
    if field.choices:
        described["choices"] = [[value, str(label)] for value, label in list(field.flatchoices)[:MAX_CHOICES]]
    related = field.related_model
    if isinstance(related, type) and _may_see(user, related):
        described["related"] = related._meta.label_lower
    return described
