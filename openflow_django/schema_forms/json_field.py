"""A form field for JSON that never loses what was typed and says where it is wrong."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from openflow_django.conf import settings as openflow_settings
from openflow_django.json_text import pretty, syntax_error_position
from openflow_django.spec.json import JsonInvalid, loads

__all__ = ["JsonTextField", "JsonTextarea"]


class JsonTextarea(forms.Textarea):
    """A monospaced text area; grows with its text where the browser can (CSS ``field-sizing``)."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        defaults = {
            "class": "openflow-code",
            "rows": 24,
            "spellcheck": "false",
            "autocapitalize": "off",
            "autocomplete": "off",
            "wrap": "off",
            "data-openflow-json": "",
        }
        super().__init__(defaults | (attrs or {}))


class JsonTextField(forms.CharField):
    """Text in, JSON value out. An empty text is None where the field is not required."""

    widget = JsonTextarea
    empty_values = [None, ""]  # an empty object or list is a value
    default_error_messages = {
        "syntax": _(
            "Line %(line)s, column %(column)s: %(problem)s. Nothing was saved; your text is kept below."
        ),
        "invalid_json": _("%(problem)s"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text or not text.strip():
            return None
        try:
            return loads(
                text,
                max_bytes=openflow_settings.MAX_DOCUMENT_BYTES,
                max_depth=openflow_settings.MAX_JSON_DEPTH,
                max_keys=openflow_settings.MAX_DOCUMENT_BYTES,
            )
        except JsonInvalid as error:
            raise self._explained(text, error) from error

    def _explained(self, text: str, error: JsonInvalid) -> ValidationError:
        position = syntax_error_position(text)
        if position is None:
            return ValidationError(
                self.error_messages["invalid_json"], "invalid_json", {"problem": error.message}
            )
        problem, line, column = position
        params = {"line": line, "column": column, "problem": problem}
        return ValidationError(self.error_messages["syntax"], "syntax", params)

    def prepare_value(self, value: Any) -> Any:
        """The text as typed, or a stored value laid out on lines.

        A stored text value is JSON too: :class:`StoredJson` marks what came from the database.
        """
        return pretty(value.value) if isinstance(value, StoredJson) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        stored = pretty(initial.value) if isinstance(initial, StoredJson) else initial
        return (stored or "") != (data or "")


class StoredJson:
    """A JSON value to be shown in a :class:`JsonTextField`."""

    def __init__(self, value: Any) -> None:
        self.value = value
