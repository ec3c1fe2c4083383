"""The form of a trigger: its name and switch, and the options that its type describes."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.apps import apps
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from openflow_django.models import Trigger
from openflow_django.schema_forms import SchemaForm, ordered_properties
from openflow_django.sensitive import is_sensitive_field, is_sensitive_model
from openflow_django.services.triggers import validate_options
from openflow_django.spec.issues import Issue, errors
from openflow_django.triggers.base import TriggerType

__all__ = ["REFRESH", "TriggerForm", "site_models"]

REFRESH = "_refresh"
"""Name of the button that shows the form again, with the choices that follow from what was chosen."""

OWN_APP = "openflow"


class Facts(forms.Form):
    """What every trigger has."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Shown in lists. Empty: the name of its type."),
    )
    enabled = forms.BooleanField(label=gettext_lazy("Enabled"), required=False, initial=True)


class TriggerForm:
    """``facts`` and ``options`` are Django forms; ``issues`` is everything that was found wrong with
    valid input.
    """

    def __init__(
        self, kind: TriggerType, *, trigger: Trigger | None = None, data: QueryDict | None = None
    ) -> None:
        self.kind = kind
        self.issues: list[Issue] = []
        initial = {"name": trigger.name, "enabled": trigger.enabled} if trigger else None
        stored: Mapping[str, Any] = trigger.options if trigger else {}
        refreshing = data is not None and REFRESH in data
        schema = kind.schema()
        bound = None if refreshing else data
        self.facts = Facts(data=bound, initial=initial)
        choices = _choices(schema, _chosen_model(schema, stored, data))
        self.has_dependent_choices = any(
            _is_field_choice(item) for item in ordered_properties(schema).values()
        )
        self.options = SchemaForm(schema, value=stored, choices=choices, data=bound)
        if refreshing and data is not None:
            self._show_typed(data)

    def is_valid(self) -> bool:
        """Whether this can be saved. Finds what the type itself has to say, too."""
        if not (self.facts.is_valid() & self.options.is_valid()):
            return False
        self.issues = validate_options(type=self.kind.key, options=self.options.options())
        for issue in errors(self.issues):
            name = issue.path.lstrip("/").partition("/")[0]
            self.options.add_error(name if name in self.options.fields else None, _told(issue, name))
        return not errors(self.issues)

    def _show_typed(self, data: QueryDict) -> None:
        for form in (self.facts, self.options):
            for name, field in form.fields.items():
                form.initial[name] = field.widget.value_from_datadict(data, {}, form.add_prefix(name))


def site_models() -> list[tuple[str, str]]:
    """The site's models that a trigger may name, as choices."""
    offered = [
        model
        for model in apps.get_models()
        if model._meta.app_label != OWN_APP and not is_sensitive_model(model)
    ]
    named = [
        (model._meta.label_lower, f"{model._meta.app_config.verbose_name} · {model._meta.verbose_name}")
        for model in offered
    ]
    return sorted(named, key=lambda choice: choice[1].lower())


def _told(issue: Issue, name: str) -> str:
    """The issue in a sentence; its place within the field where it is deeper than the field itself."""
    place = issue.path.lstrip("/").removeprefix(name).lstrip("/")
    told = f"{place}: {issue.message}" if place else issue.message
    return f"{told} {issue.hint}".strip()


def _choices(schema: Mapping[str, Any], model: str) -> dict[str, Iterable[tuple[str, str]]]:
    choices: dict[str, Iterable[tuple[str, str]]] = {}
    for name, described in ordered_properties(schema).items():
        if described.get("x-widget") == "model":
            known = site_models()
            # A model that has gone since stays visible, so that saving does not choose another.
            choices[name] = known if not model or model in dict(known) else [(model, model), *known]
        elif _is_field_choice(described):
            choices[name] = _model_fields(model)
    return choices


def _is_field_choice(described: Mapping[str, Any]) -> bool:
    items = described.get("items")
    return "field" in (
        described.get("x-widget"),
        items.get("x-widget") if isinstance(items, Mapping) else None,
    )


def _chosen_model(schema: Mapping[str, Any], stored: Mapping[str, Any], data: QueryDict | None) -> str:
    for name, described in ordered_properties(schema).items():
        if described.get("x-widget") == "model":
            value = stored.get(name) if data is None else data.get(f"options-{name}")
            return value if isinstance(value, str) else ""
    return ""


def _model_fields(label: str) -> list[tuple[str, str]]:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return []
    fields = [field for field in model._meta.get_fields() if isinstance(field, models.Field)]
    return [
        (field.name, f"{field.verbose_name} ({field.name})")
        for field in fields
        if not is_sensitive_field(field)
    ]
