"""A Django form made from a JSON Schema of an object: one input for each property.

Simple properties get the input that fits (text, number, switch, choice, several choices, lines);
everything richer is typed as JSON. The schema's validator has the last word: the form only makes typing
easy.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from openflow_django.admin.json_field import JsonTextarea, JsonTextField, StoredJson
from openflow_django.services.errors import FieldsInvalid

__all__ = ["LinesField", "SchemaForm", "is_simple", "ordered_properties", "show_errors"]

MAX_CHECKBOXES = 12
"""Up to this many choices are shown as checkboxes, more as a list."""

Choices = Iterable[tuple[str, str]]


class LinesField(forms.CharField):
    """A list of texts, one on each line; empty lines are dropped."""

    widget = forms.Textarea(attrs={"rows": 3})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return [line.strip() for line in (text or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def validate(self, value: Any) -> None:
        if self.required and not value:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        for line in value:
            super().run_validators(line)


class _EnumField(forms.TypedChoiceField):
    """One of the schema's ``enum`` values, whatever their type; choices are sent by position."""

    def __init__(self, values: list[Any], *, has_default: bool, **kwargs: Any) -> None:
        self.values = values
        choices = [(str(index), _label(value)) for index, value in enumerate(values)]
        empty = [] if kwargs["required"] or has_default else [("", "---------")]
        super().__init__(
            choices=[*empty, *choices], coerce=lambda key: values[int(key)], empty_value=None, **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return str(self.values.index(value)) if value in self.values else value


class SchemaForm(forms.Form):
    """Inputs for the properties of ``schema``.

    ``value`` is the object to start from; ``choices`` offers, by property name, the values that only the
    caller knows (the site's models, the fields of the chosen one). :meth:`options` is the object after
    validation.
    """

    def __init__(
        self,
        schema: Mapping[str, Any],
        *,
        value: Mapping[str, Any] | None = None,
        choices: Mapping[str, Choices] | None = None,
        data: Mapping[str, Any] | None = None,
        prefix: str = "options",
    ) -> None:
        super().__init__(data=data, prefix=prefix, use_required_attribute=False)
        self.properties = ordered_properties(schema)
        required_names = _texts(schema.get("required"))
        for name, described in self.properties.items():
            field = _field(described, required=name in required_names, choices=(choices or {}).get(name))
            self.fields[name] = field
            stored = (value or {}).get(name, described.get("default"))
            if stored is not None:
                field.initial = StoredJson(stored) if isinstance(field, JsonTextField) else stored

    def options(self) -> dict[str, Any]:
        """The object that was entered. Optional properties left empty are absent."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value is not None and (value not in ("", []) or self.fields[name].required)
        }


def ordered_properties(schema: Any) -> dict[str, Mapping[str, Any]]:
    """The schema's properties in the order it asks for (``x-order``, or Windmill's ``order``), the others
    after them. Nothing where there is no schema of an object.
    """
    found = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(found, Mapping):
        return {}
    properties = {name: item for name, item in found.items() if isinstance(item, Mapping)}
    order = _texts(schema.get("x-order", schema.get("order")))
    return {name: properties[name] for name in dict.fromkeys((*order, *properties)) if name in properties}


def show_errors(form: forms.Form, error: FieldsInvalid) -> None:
    """Put what a service found wrong with the values beside their inputs, else above all of them."""
    for name, told in error.fields.items():
        form.add_error(name if name in form.fields else None, told)


def is_simple(schema: Mapping[str, Any]) -> bool:
    """Whether a form says more than the JSON itself: there is a property, and not all of them are JSON
    anyway.
    """
    fields = [_field(item, required=False, choices=None) for item in ordered_properties(schema).values()]
    return any(not isinstance(field, JsonTextField) for field in fields)


def _field(schema: Mapping[str, Any], *, required: bool, choices: Choices | None) -> forms.Field:
    kind = _kind(schema)
    common: dict[str, Any] = {
        "required": required,
        "label": str(schema["title"]) if schema.get("title") else None,
        "help_text": str(schema.get("description") or ""),
    }
    if kind == "array" and (choices is not None or _enum(schema.get("items"))):
        return _several(schema, choices, common)
    if choices is not None:
        return forms.ChoiceField(choices=[("", "---------"), *choices], **common)
    if _enum(schema):
        return _EnumField(_enum(schema), has_default="default" in schema, **common)
    if kind == "boolean":
        return forms.BooleanField(**{**common, "required": False})
    if kind in {"integer", "number"}:
        return _number(schema, kind, common)
    if kind == "string":
        return _text(schema, common)
    if kind == "array" and _kind(schema.get("items") or {}) == "string":
        return LinesField(**{**common, "help_text": f"{common['help_text']} {_('One per line.')}".strip()})
    if kind == "array" and (names := list(ordered_properties(schema.get("items")))):
        told = _("A list of objects with: {names}.").format(names=", ".join(names))
        common = {**common, "help_text": f"{common['help_text']} {told}".strip()}
    return JsonTextField(widget=JsonTextarea({"rows": 4}), **common)


def _several(schema: Mapping[str, Any], choices: Choices | None, common: dict[str, Any]) -> forms.Field:
    known = (
        list(choices) if choices is not None else [(str(item), str(item)) for item in _enum(schema["items"])]
    )
    widget = forms.CheckboxSelectMultiple if len(known) <= MAX_CHECKBOXES else forms.SelectMultiple
    return forms.MultipleChoiceField(choices=known, widget=widget, **common)


def _number(schema: Mapping[str, Any], kind: str, common: dict[str, Any]) -> forms.Field:
    number = forms.IntegerField if kind == "integer" else forms.FloatField
    return number(min_value=_limit(schema, "minimum"), max_value=_limit(schema, "maximum"), **common)


def _text(schema: Mapping[str, Any], common: dict[str, Any]) -> forms.Field:
    if schema.get("format") == "email":
        return forms.EmailField(**common)
    length = schema.get("maxLength")
    return forms.CharField(
        max_length=length if isinstance(length, int) else None,
        strip=False,
        widget=_text_widget(schema),
        **common,
    )


def _text_widget(schema: Mapping[str, Any]) -> forms.Widget:
    kind = schema.get("format")
    if kind == "textarea" or schema.get("x-widget") in ("textarea", "template", "code"):
        return forms.Textarea(attrs={"rows": 4, "class": "openflow-code"})
    if kind == "date":
        return forms.DateInput(attrs={"type": "date"})
    return forms.PasswordInput() if kind == "password" else forms.TextInput()


def _kind(schema: Any) -> str:
    """The JSON type of a property, "" where it has several. Null beside one type only says that it may be
    left out.
    """
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    if isinstance(kind, list):
        named = [item for item in kind if item != "null"]
        kind = named[0] if len(named) == 1 else None
    return kind if isinstance(kind, str) else ""


def _enum(schema: Any) -> list[Any]:
    values = schema.get("enum") if isinstance(schema, Mapping) else None
    scalars = (str, int, float, bool, type(None))
    return values if isinstance(values, list) and all(isinstance(item, scalars) for item in values) else []


def _limit(schema: Mapping[str, Any], name: str) -> Any:
    limit = schema.get(name)
    return limit if isinstance(limit, int | float) else None


def _texts(names: Any) -> list[str]:
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def _label(value: Any) -> str:
    if value is None:
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)
