"""A test run of the draft: sample input from a form made of the flow's own schema, or as JSON."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django import permissions
from openflow_django.accountability import of_request
from openflow_django.admin.flow_page import can_test, located
from openflow_django.admin.pages import PageAdmin
from openflow_django.exceptions import OpenFlowError
from openflow_django.json_text import pretty
from openflow_django.models import Flow, Run, RunData
from openflow_django.schema_forms import SchemaForm, is_simple, show_errors
from openflow_django.schema_forms.json_field import JsonTextarea, JsonTextField, StoredJson
from openflow_django.services import runs as run_service
from openflow_django.services.errors import FieldsInvalid
from openflow_django.spec.issues import errors
from openflow_django.spec.json import Json

__all__ = ["SampleRunPages"]


class SampleInput(forms.Form):
    """The input of a test run as JSON."""

    json = JsonTextField(
        label=gettext_lazy("Input as JSON"),
        widget=JsonTextarea({"rows": 12}),
        required=False,
        initial=StoredJson({}),
    )


class SampleRunPages(PageAdmin):
    """The page of the flow admin that tries the draft out."""

    def sample_run_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_view)
        return [path("<path:object_id>/test/", view, name=self.local_name("test"))]

    def test_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for the input; on POST run the draft with it and show the run."""
        flow: Flow = self.found(request, object_id)
        if not can_test(request.user, flow):
            raise PermissionDenied
        earlier = _earlier_input(request, flow)
        fields, raw = _forms(flow.draft, earlier, request)
        chosen = raw if "_json" in request.POST else fields
        if request.method == "POST" and chosen is not None and chosen.is_valid():
            run = self._start_test(request, flow, chosen)
            if run is not None:
                return self._to_run(run)
        issues = located(flow.draft, pretty(flow.draft))
        context = {
            "issues": issues,
            "is_blocked": bool(errors(shown.issue for shown in issues)),
            "fields": fields,
            "raw": raw,
            "flow_url": self.address("change", flow.pk),
        }
        return self.page(
            request, "flow/test.html", title=_("Test run"), obj=flow, crumb=_("Test run"), **context
        )

    def _start_test(self, request: HttpRequest, flow: Flow, form: "SchemaForm | SampleInput") -> Run | None:
        given = _input(form)
        try:
            run = run_service.start_test(
                flow, input=given, trigger=given, user=request.user, accountability=of_request(request)
            )
        except FieldsInvalid as error:
            show_errors(form, error)
            return None
        except OpenFlowError as error:
            self.refuse(request, error)
            return None
        messages.success(request, _("The test run has started."))
        return run

    def _to_run(self, run: Run) -> HttpResponse:
        return HttpResponse(status=302, headers={"Location": self.reverse(Run, "change", run.pk)})


def _forms(document: Json, earlier: Json, request: HttpRequest) -> tuple[SchemaForm | None, SampleInput]:
    """The form made of the input schema (None where the schema says nothing a form could use) and the one
    for JSON.
    """
    data = request.POST if request.method == "POST" else None
    schema = document.get("schema") if isinstance(document, Mapping) else None
    has_form = isinstance(schema, Mapping) and is_simple(schema)
    raw = SampleInput(data if data is not None and "_json" in data else None)
    value: Any = (
        earlier if earlier is not None else (_defaults(schema) if isinstance(schema, Mapping) else {})
    )
    raw.initial["json"] = StoredJson(value)
    if not has_form or not isinstance(schema, Mapping):
        return None, raw
    shown = value if isinstance(value, Mapping) else {}
    if data is None or "_json" in data:
        return SchemaForm(schema, value=shown), raw
    return SchemaForm(schema, value=shown, data=data, files=request.FILES), raw


def _defaults(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A first sample: each property with its default, else nothing."""
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return {}
    return {
        name: described.get("default") if isinstance(described, Mapping) else None
        for name, described in properties.items()
    }


def _input(form: SchemaForm | SampleInput) -> Json:
    if isinstance(form, SchemaForm):
        return form.options()
    value = form.cleaned_data["json"]
    return {} if value is None else value


def _earlier_input(request: HttpRequest, flow: Flow) -> Json:
    """The input of the run named in the address, to be tried again; None without one, or without the
    right to see it.
    """
    try:
        public_id = UUID(request.GET.get("run", ""))
    except ValueError:
        return None
    run = permissions.visible_runs(request.user).filter(flow=flow, public_id=public_id).first()
    if run is None or not permissions.can_view_payload(request.user, run):
        return None
    return RunData.objects.filter(run_id=run.pk).values_list("input", flat=True).first()
