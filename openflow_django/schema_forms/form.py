"""A Django form made from a JSON Schema of an object: one input for each property.

Simple properties get the input that fits (text, number, switch, choice, several choices, lines, file);
everything richer is typed as JSON. The schema's validator has the last word: the form only makes typing
easy.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from openflow_django.schema_forms.inputs import Choices, input_for
from openflow_django.schema_forms.json_field import JsonTextField, StoredJson
from openflow_django.schema_forms.properties import Schema, is_secret, ordered_properties, required_names

__all__ = ["FieldErrors", "SchemaForm", "is_simple", "show_errors"]


class FieldErrors(Protocol):
    """What a service found wrong with values: messages by field, or by the place of a value within it."""

    @property
    def fields(self) -> Mapping[str, Sequence[str]]: ...


class SchemaForm(forms.Form):
    """Inputs for the properties of ``schema``.

    ``value`` is the object to start from; ``choices`` offers, by property name, the values that only the
    caller knows (the site's models, the fields of the chosen one). :meth:`options` is the object after
    validation. A form with files is multipart, and takes them as ``files``.
    """

    def __init__(
        self,
        schema: Schema,
        *,
        value: Mapping[str, Any] | None = None,
        choices: Mapping[str, Choices] | None = None,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, UploadedFile] | None = None,
        prefix: str = "options",
    ) -> None:
        super().__init__(data=data, files=files, prefix=prefix, use_required_attribute=False)
        self.properties = ordered_properties(schema)
        required = required_names(schema)
        for name, described in self.properties.items():
            field = input_for(described, required=name in required, choices=(choices or {}).get(name))
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


def show_errors(form: forms.Form, error: FieldErrors) -> None:
    """Put what a service found wrong with the values beside their inputs, else above all of them.

    Messages about a password may quote it, so they are not repeated.
    """
    properties = form.properties if isinstance(form, SchemaForm) else {}
    for place, messages in error.fields.items():
        name, _slash, inner = place.partition("/")
        name = name.replace("~1", "/").replace("~0", "~")
        if name not in form.fields:
            form.add_error(None, list(messages))
        elif is_secret(properties.get(name, {})):
            form.add_error(name, _("This value is not accepted."))
        else:
            form.add_error(name, [f"{inner}: {told}" if inner else told for told in messages])


def is_simple(schema: Schema) -> bool:
    """Whether a form says more than the JSON itself: there is a property, and not all of them are JSON
    anyway.
    """
    fields = [input_for(item, required=False, choices=None) for item in ordered_properties(schema).values()]
    return any(not isinstance(field, JsonTextField) for field in fields)
