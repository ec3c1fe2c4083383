"""Starting a flow by hand: the page that asks what its manual trigger wants to know, and checks it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.accountability import of_request
from openflow_django.admin.pages import PageAdmin
from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Run, RunKind, Trigger
from openflow_django.schema_forms import SchemaForm, ordered_properties, required_names, show_errors
from openflow_django.services import runs as run_service
from openflow_django.services.errors import FieldsInvalid
from openflow_django.services.inputs import check_value
from openflow_django.spec.json import JsonObject

__all__ = ["KEY", "MAX_OBJECTS", "ManualStartPages", "manual_triggers"]

KEY = "key"
"""Name of the parameter that names a chosen object; given once for each."""
CHOSEN = ("collection", "keys")
"""Parts of the input that say for which objects a flow is started."""
MAX_OBJECTS = 1_000
"""Objects that one run may be started for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The objects a person chose, as far as they exist and the person may see them. ``keys`` are as given."""

    model: str
    keys: list[str]
    names: list[str]


def manual_triggers(user: permissions.User, *, model: str, place: str) -> list[Trigger]:
    """The manual triggers whose button belongs in ``place`` (``collection``, ``item``) of ``model``.

    ``model`` is ``app.model``, or "" for the flow's own page. Only those that the user may press.
    """
    live = Trigger.objects.filter(type="manual", enabled=True, flow__status="active").select_related("flow")
    found = live.exclude(flow__published_version=None).defer("flow__draft").order_by("flow__name", "id")
    return [
        trigger
        for trigger in found
        if trigger.options.get("model", "") == model
        and trigger.options.get("location", "both") in ("both", place)
        and permissions.can_run(user, trigger.flow)
    ]


class ManualStartPages(PageAdmin):
    """The page of the flow admin behind the button of a manual trigger."""

    def manual_start_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.start_view)
        return [path("<path:object_id>/start/<int:trigger_id>/", view, name=self.local_name("start"))]

    def start_view(self, request: HttpRequest, object_id: str, trigger_id: int) -> HttpResponse:
        """Ask on GET, start on POST."""
        trigger = self._trigger(request, object_id, trigger_id)
        data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        asked = _asked(trigger)
        chosen = self._chosen(request, trigger, data if data is not None else request.GET)
        form = SchemaForm(asked, data=data, files=files)
        missing = bool(trigger.options.get("require_selection")) and not chosen.keys
        if data is not None and not missing and form.is_valid():
            run = self._start_by_hand(request, trigger, form, chosen, schema=asked)
            if run is not None:
                return HttpResponseRedirect(self.reverse(Run, "change", run.pk))
        context = {"trigger": trigger, "form": form, "chosen": chosen, "key": KEY, "is_missing": missing}
        title = _("Start {flow}").format(flow=trigger.flow)
        return self.page(request, "flow/start.html", title=title, obj=None, crumb=title, **context)

    def _trigger(self, request: HttpRequest, object_id: str, trigger_id: int) -> Trigger:
        triggers = Trigger.objects.select_related("flow").defer("flow__draft")
        trigger = triggers.filter(pk=trigger_id, flow_id=object_id if object_id.isdecimal() else 0).first()
        if trigger is None or trigger.type != "manual" or not (trigger.enabled and trigger.flow.is_live):
            raise Http404
        if trigger.options.get("location") == "hidden":
            raise Http404
        if not permissions.can_run(request.user, trigger.flow):
            raise PermissionDenied
        return trigger

    def _chosen(self, request: HttpRequest, trigger: Trigger, data: QueryDict) -> Chosen:
        """Raises Http404 when one of the objects does not exist, or not for this person."""
        label = str(trigger.options.get("model") or "")
        keys = list(dict.fromkeys(data.getlist(KEY)))
        if not label or not keys:
            return Chosen(model=label, keys=[], names=[])
        model = apps.get_model(label)
        if len(keys) > MAX_OBJECTS or not self.admin_site.is_registered(model):
            raise Http404
        owner = self.admin_site.get_model_admin(model)
        try:
            found = list(owner.get_queryset(request).filter(pk__in=keys))
        except (ValueError, forms.ValidationError):
            raise Http404 from None
        if len(found) != len(keys) or not all(owner.has_view_permission(request, obj) for obj in found):
            raise Http404
        return Chosen(model=label, keys=keys, names=[str(obj) for obj in found])

    def _start_by_hand(
        self,
        request: HttpRequest,
        trigger: Trigger,
        form: SchemaForm,
        chosen: Chosen,
        *,
        schema: dict[str, Any],
    ) -> Run | None:
        values = form.options()
        body: JsonObject = {**values}
        if chosen.model:
            body |= {"collection": chosen.model, "keys": list[Any](chosen.keys)}
        try:
            if form.properties:
                check_value(values, schema=schema)
            run = run_service.start(
                flow=trigger.flow,
                input=body,
                kind=RunKind.MANUAL,
                trigger={**body, "event": "manual", "trigger": str(trigger), "body": body},
                accountability=of_request(request),
                user=request.user,
            )
        except FieldsInvalid as error:
            show_errors(form, error)
            return None
        except OpenFlowError as error:
            self.refuse(request, error)
            return None
        messages.success(request, _("The flow has started."))
        return run


def _asked(trigger: Trigger) -> dict[str, Any]:
    """The schema of what is asked: the trigger's own form, else the input of the published version."""
    fields = trigger.options.get("fields")
    if fields:
        return fields
    version = trigger.flow.published_version
    schema = version.document.get("schema") if version is not None else None
    if not isinstance(schema, dict) or not trigger.options.get("model"):
        return schema if isinstance(schema, dict) else {}
    # The list and the page of the object have chosen these already.
    properties = {name: item for name, item in ordered_properties(schema).items() if name not in CHOSEN}
    return {**schema, "properties": properties, "required": sorted(required_names(schema).difference(CHOSEN))}
