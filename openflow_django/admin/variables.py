"""Variables in the admin. The value of a secret can be written and never be read."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django import permissions
from openflow_django.admin.record_pages import RecordAdmin, chosen_flows, flows_field
from openflow_django.models import Variable
from openflow_django.permissions import Action, User
from openflow_django.services import variables as variable_service

__all__ = ["VariableAdmin"]


class WriteOnlyTextarea(forms.Textarea):
    """A text area that shows nothing of what it was given while ``is_secret``, also not what was just
    typed."""

    is_secret = False

    def format_value(self, value: Any) -> str | None:
        return None if self.is_secret else super().format_value(value)


class VariableForm(forms.Form):
    """``user`` may not manage secrets: then the form knows no secrets."""

    path = forms.CharField(
        label=gettext_lazy("Path"),
        max_length=255,
        help_text=gettext_lazy('Its name in flows: variable("shop/api_key") or $var:shop/api_key.'),
    )
    is_secret = forms.BooleanField(
        label=gettext_lazy("Secret"),
        required=False,
        help_text=gettext_lazy("Kept encrypted, never shown again, kept out of everything that is written."),
    )
    value = forms.CharField(
        label=gettext_lazy("Value"),
        required=False,
        strip=False,
        widget=WriteOnlyTextarea(
            {"class": "openflow-code", "rows": 4, "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, widget=forms.Textarea({"rows": 2})
    )
    hosts = forms.CharField(
        label=gettext_lazy("Hosts a secret may be sent to"),
        required=False,
        widget=forms.Textarea({"rows": 2, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One on each line: api.example.com, or *.example.com. None: it is sent nowhere."
        ),
    )

    def __init__(self, user: User, variable: Variable | None, data: Any) -> None:
        super().__init__(data)
        self.user, self.variable = user, variable
        self.fields["flows"] = flows_field(
            user, help_text=_("None chosen: every flow may read it; a secret can then be read by none.")
        )
        if not permissions.can_manage_variable(user, "add", is_secret=True):
            del self.fields["is_secret"], self.fields["hosts"]
        if variable is not None:
            self._show(variable)
        widget: Any = self.fields["value"].widget
        widget.is_secret = bool(
            data.get("is_secret") if data is not None else variable and variable.is_secret
        )

    def _show(self, variable: Variable) -> None:
        self.initial = {
            "path": variable.path,
            "is_secret": variable.is_secret,
            "value": variable.value,
            "description": variable.description,
            "hosts": "\n".join(variable.hosts),
            "flows": list(variable.flows.values_list("pk", flat=True)),
        }
        if variable.is_secret:
            self.fields["value"].help_text = _("A value is stored. Leave this empty to keep it.")

    def values(self) -> dict[str, Any]:
        """What the services take. The value is None where a secret keeps its own."""
        given = dict(self.cleaned_data)
        given["value"] = given["value"].replace("\r\n", "\n")
        if not given["value"] and self.variable is not None and self.variable.is_secret:
            given["value"] = None
        if "hosts" in given:
            given["hosts"] = given["hosts"].split()
        given["flows"] = chosen_flows(self.user, self.variable, given["flows"])
        return given


class VariableAdmin(RecordAdmin):
    """Plain variables and secrets, by path."""

    list_display = ("path", "kind", "short_value", "readers", "updated_at")
    list_display_links = ("path",)
    list_filter = ("is_secret",)
    search_fields = ("path", "description")
    ordering = ("path",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variable]:
        return Variable.objects.defer("sealed").annotate(listed=Count("flows"))

    def may(self, user: User, action: Action, obj: Variable | None = None) -> bool:
        if obj is None and action == "add":
            return any(permissions.can_manage_variable(user, "add", is_secret=it) for it in (False, True))
        return permissions.can_manage_variable(user, action, obj)

    @admin.display(description=gettext_lazy("kind"))
    def kind(self, variable: Variable) -> SafeString:
        return _pill(variable)

    @admin.display(description=gettext_lazy("value"), empty_value="—")
    def short_value(self, variable: Variable) -> str | None:
        return None if variable.is_secret else Truncator(variable.value).chars(60)

    @admin.display(description=gettext_lazy("flows"))
    def readers(self, variable: Any) -> str:
        if variable.listed:
            return str(variable.listed)
        return _("none") if variable.is_secret else _("all")

    def form_for(self, request: HttpRequest, obj: Variable | None, data: Any) -> VariableForm:
        return VariableForm(request.user, obj, data)

    def save(self, request: HttpRequest, obj: Variable | None, form: Any) -> Model:
        if obj is None:
            return variable_service.create_variable(**form.values(), user=request.user)
        stored = Variable.objects.get(pk=obj.pk)
        return variable_service.update_variable(stored, **form.values(), user=request.user)

    def delete(self, request: HttpRequest, obj: Variable) -> None:
        variable_service.delete_variable(obj, user=request.user)

    def shown(self, obj: Variable) -> Iterable[tuple[Any, str]]:
        yield _("Value"), _("A secret is never shown.") if obj.is_secret else obj.value
        yield _("Description"), obj.description
        yield _("Flows that may read it"), "\n".join(obj.flows.values_list("path", flat=True))
        if obj.is_secret:
            yield _("Hosts it may be sent to"), "\n".join(obj.hosts)

    def more_context(self, request: HttpRequest, obj: Variable | None) -> dict[str, Any]:
        return {} if obj is None else {"pill": _pill(obj)}


def _pill(variable: Variable) -> SafeString:
    tone, word = ("openflow-wait", _("secret")) if variable.is_secret else ("", _("plain"))
    return format_html('<span class="openflow-pill {}">{}</span>', tone, word)
