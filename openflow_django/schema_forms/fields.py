"""Form fields whose clean value is JSON: chosen values keep their type, times become text, files base64."""

import base64
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django.conf import settings as openflow_settings
from openflow_django.spec.json import canonical

__all__ = [
    "ChoiceField",
    "DateField",
    "FileField",
    "LinesField",
    "MomentField",
    "NumberField",
    "SeveralField",
    "TimeField",
]

EXACT = 2**53
"""Up to here every whole number has a floating point number of its own."""


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


class ChoiceField(forms.TypedChoiceField):
    """One of some values, whatever their types; they are sent by position."""

    def __init__(
        self, options: Sequence[tuple[Any, str | None]], *, has_default: bool, **kwargs: Any
    ) -> None:
        self.values = [value for value, _ in options]
        choices = [(str(index), title or _label(value)) for index, (value, title) in enumerate(options)]
        empty = [] if has_default else [("", "---------")]
        super().__init__(
            choices=[*empty, *choices], coerce=lambda key: self.values[int(key)], empty_value=None, **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return next((str(index) for index, own in enumerate(self.values) if _is_same(own, value)), value)


class SeveralField(forms.TypedMultipleChoiceField):
    """Some of several values, whatever their types; each is sent as its text."""

    def __init__(self, options: Sequence[tuple[Any, str | None]], **kwargs: Any) -> None:
        self.values = {_text(value): value for value, _ in options}
        choices = [(_text(value), title or _label(value)) for value, title in options]
        super().__init__(choices=choices, coerce=lambda key: self.values[key], empty_value=[], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return [_text(item) for item in value] if isinstance(value, list) else value


class NumberField(forms.FloatField):
    """A number; a whole one stays whole."""

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        return int(number) if number is not None and abs(number) < EXACT and number.is_integer() else number


class DateField(forms.DateField):
    """A day as ``2026-03-01``."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> Any:
        day: date | None = super().clean(value)
        return None if day is None else day.isoformat()


class TimeField(forms.TimeField):
    """A time of the day as ``14:30:00``."""

    widget = forms.TimeInput(attrs={"type": "time", "step": 1}, format="%H:%M:%S")

    def clean(self, value: Any) -> Any:
        moment: time | None = super().clean(value)
        return None if moment is None else moment.isoformat()


class MomentField(forms.DateTimeField):
    """A moment as ``2026-03-01T14:30:00+01:00``. It is typed in the time zone that is active."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": 1}, format="%Y-%m-%dT%H:%M:%S")

    def clean(self, value: Any) -> Any:
        moment: datetime | None = super().clean(value)
        return None if moment is None else moment.isoformat()

    def prepare_value(self, value: Any) -> Any:
        try:
            moment = parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            return value
        if moment is None:
            return value
        return timezone.localtime(moment) if timezone.is_aware(moment) else moment


class FileField(forms.FileField):
    """The content of a file as base64 text, up to the setting ``MAX_FILE_BYTES``."""

    default_error_messages = {
        "too_large": gettext_lazy("The file has %(size)s; at most %(limit)s are taken."),
    }

    def to_python(self, data: Any) -> Any:
        upload: Any = super().to_python(data)
        if upload is None:
            return None
        size, limit = upload.size or 0, openflow_settings.MAX_FILE_BYTES
        if size > limit:
            params = {"size": filesizeformat(size), "limit": filesizeformat(limit)}
            raise forms.ValidationError(self.error_messages["too_large"], "too_large", params)
        return base64.b64encode(upload.read()).decode()


def _label(value: Any) -> str:
    if value is None:
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else canonical(value)


def _is_same(one: Any, other: Any) -> bool:
    """Whether both are the same JSON value: 1 is 1.0, but true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
