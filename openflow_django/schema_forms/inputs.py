"""Which form field a property of a JSON Schema gets."""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from openflow_django.schema_forms.fields import (
    ChoiceField,
    DateField,
    FileField,
    LinesField,
    MomentField,
    NumberField,
    SeveralField,
    TimeField,
)
from openflow_django.schema_forms.json_field import JsonTextarea, JsonTextField
from openflow_django.schema_forms.properties import (
    Schema,
    is_file,
    is_secret,
    kind_of,
    limit_of,
    offered,
    ordered_properties,
)

__all__ = ["Choices", "input_for"]

MAX_CHECKBOXES = 12
"""Up to this many choices are shown as checkboxes, more as a list."""

Choices: TypeAlias = Iterable[tuple[str, str]]
Common: TypeAlias = dict[str, Any]
"""Arguments that every field takes."""


def input_for(schema: Schema, *, required: bool, choices: Choices | None) -> forms.Field:
    """The field of one property. ``choices`` are values that only the caller knows."""
    common: Common = {
        "required": required,
        "label": str(schema["title"]) if schema.get("title") else None,
        "help_text": str(schema.get("description") or ""),
    }
    kind = kind_of(schema)
    if kind == "array":
        return _list(schema, choices, common)
    if choices is not None:
        return forms.ChoiceField(choices=[("", "---------"), *choices], **common)
    if options := offered(schema):
        return ChoiceField(options, has_default="default" in schema, **common)
    if kind == "boolean":
        return forms.BooleanField(**{**common, "required": False})
    if kind in {"integer", "number"}:
        return _number(schema, kind, common)
    return _text(schema, common) if kind == "string" else _json(common)


def _list(schema: Schema, choices: Choices | None, common: Common) -> forms.Field:
    items = schema.get("items") or {}
    if choices is not None:
        known = list(choices)
        return forms.MultipleChoiceField(choices=known, widget=_several(known), **common)
    if options := offered(items):
        return SeveralField(options, widget=_several(options), **common)
    if kind_of(items) == "string":
        return LinesField(**_explained(common, _("One per line.")))
    if names := list(ordered_properties(items)):
        told = _("A list of objects with: {names}.").format(names=", ".join(names))
        return _json(_explained(common, told))
    return _json(common)


def _several(options: list[Any]) -> type[forms.Widget]:
    return forms.CheckboxSelectMultiple if len(options) <= MAX_CHECKBOXES else forms.SelectMultiple


def _number(schema: Schema, kind: str, common: Common) -> forms.Field:
    number = forms.IntegerField if kind == "integer" else NumberField
    return number(min_value=limit_of(schema, "minimum"), max_value=limit_of(schema, "maximum"), **common)


def _text(schema: Schema, common: Common) -> forms.Field:
    if is_file(schema):
        accepted = schema.get("contentMediaType")
        attributes = {"accept": accepted} if isinstance(accepted, str) else {}
        return FileField(widget=forms.FileInput(attrs=attributes), **common)
    make = _FORMATS.get(str(schema.get("format")))
    if make is not None:
        return make(common)
    return forms.CharField(
        min_length=_length(schema, "minLength"),
        max_length=_length(schema, "maxLength"),
        strip=False,
        widget=_text_widget(schema),
        **common,
    )


def _text_widget(schema: Schema) -> forms.Widget:
    if is_secret(schema):
        return forms.PasswordInput(attrs={"autocomplete": "off"})
    if schema.get("x-widget") in ("template", "code"):
        return forms.Textarea(attrs={"rows": 4, "class": "openflow-code"})
    if schema.get("format") == "textarea" or schema.get("x-widget") == "textarea":
        return forms.Textarea(attrs={"rows": 4})
    return forms.TextInput()


def _moment(common: Common) -> forms.Field:
    zone = _("In the time zone {zone}.").format(zone=timezone.get_current_timezone_name())
    return MomentField(**_explained(common, zone))


_FORMATS: dict[str, Callable[[Common], forms.Field]] = {
    "date": lambda common: DateField(**common),
    "date-time": _moment,
    "time": lambda common: TimeField(**common),
    "email": lambda common: forms.EmailField(**common),
    "uri": lambda common: forms.URLField(assume_scheme="https", **common),
}


def _json(common: Common) -> forms.Field:
    return JsonTextField(widget=JsonTextarea({"rows": 4}), **common)


def _explained(common: Common, told: str) -> Common:
    return {**common, "help_text": f"{common['help_text']} {told}".strip()}


def _length(schema: Schema, name: str) -> int | None:
    length = limit_of(schema, name)
    return length if isinstance(length, int) and length >= 0 else None
