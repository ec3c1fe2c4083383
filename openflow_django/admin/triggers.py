"""Triggers in the admin: what starts which flow. They are added and changed from the page of their flow."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django import permissions
from openflow_django.admin import labels
from openflow_django.admin.flow_page import shown_trigger, trigger_sentence
from openflow_django.admin.pages import PageAdmin
from openflow_django.admin.trigger_form import REFRESH, TriggerForm
from openflow_django.exceptions import OpenFlowError
from openflow_django.json_text import pretty
from openflow_django.models import Flow, Trigger
from openflow_django.services import triggers as trigger_service
from openflow_django.triggers.base import trigger_types

__all__ = ["TriggerAdmin"]


class TriggerAdmin(PageAdmin):
    """All triggers of the site, by flow."""

    list_display = ("sentence", "flow_name", "type", "state")
    list_display_links = ("sentence",)
    list_filter = ("type", "enabled")
    search_fields = ("name", "flow__name", "flow__path")
    ordering = ("flow__name", "id")
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trigger]:
        triggers = Trigger.objects.select_related("flow").defer("flow__draft")
        return triggers.filter(flow__in=permissions.visible_flows(request.user)).order_by("flow__name", "id")

    # Rights are those on the flow.

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Trigger | None = None) -> bool:
        if obj is None:
            return not permissions.visible_flows(request.user).query.is_empty()
        return permissions.can_view_flow(request.user, obj.flow)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Trigger | None = None) -> bool:
        if obj is None:
            return self.has_view_permission(request)
        return permissions.can_change_triggers(request.user, obj.flow)

    def has_delete_permission(self, request: HttpRequest, obj: Trigger | None = None) -> bool:
        return obj is not None and permissions.can_change_triggers(request.user, obj.flow)

    # List

    @admin.display(description=gettext_lazy("starts"))
    def sentence(self, trigger: Trigger) -> str:
        text = trigger_sentence(trigger)
        return f"{trigger.name}: {text}" if trigger.name else text

    @admin.display(description=gettext_lazy("flow"))
    def flow_name(self, trigger: Trigger) -> str:
        return str(trigger.flow)

    @admin.display(description=gettext_lazy("status"))
    def state(self, trigger: Trigger) -> SafeString:
        return (
            labels.status_pill("active", _("on"))
            if trigger.enabled
            else labels.status_pill("inactive", _("off"))
        )

    # Pages

    def get_urls(self) -> list[URLPattern]:
        switch = self.admin_site.admin_view(self.switch_view)
        return [path("<path:object_id>/switch/", switch, name=self.local_name("switch")), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A trigger for the flow named in the address: its type first, then its options."""
        flow = self._flow(request)
        key = request.GET.get("type", "")
        if key not in trigger_types:
            return self._types_page(request, flow)
        kind = trigger_types.get(key)
        form = TriggerForm(kind, data=request.POST if request.method == "POST" else None)
        if request.method == "POST" and REFRESH not in request.POST and form.is_valid():
            options, facts = form.options.options(), form.facts.cleaned_data
            if self._done(
                request,
                lambda: trigger_service.create_trigger(
                    flow, type=key, options=options, user=request.user, **facts
                ),
            ):
                return self._to_flow(flow)
        return self._form_page(request, flow, form, trigger=None)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Its options; read only without the right to change what starts the flow."""
        trigger: Trigger = self.found(request, object_id)
        may_change = self.has_change_permission(request, trigger)
        if request.method == "POST" and not may_change:
            raise PermissionDenied
        if not may_change or trigger.type not in trigger_types:
            return self._read_only_page(request, trigger)
        form = TriggerForm(
            trigger_types.get(trigger.type),
            trigger=trigger,
            data=request.POST if request.method == "POST" else None,
        )
        if request.method == "POST" and REFRESH not in request.POST and form.is_valid():
            options, facts = form.options.options(), form.facts.cleaned_data
            if self._done(
                request,
                lambda: trigger_service.update_trigger(trigger, options=options, user=request.user, **facts),
            ):
                return self._to_flow(trigger.flow)
        return self._form_page(request, trigger.flow, form, trigger=trigger)

    def switch_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """On POST switch the trigger on or off."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        trigger: Trigger = self.found(request, object_id)
        enabled = request.POST.get("enabled") == "1"
        self._done(
            request, lambda: trigger_service.update_trigger(trigger, enabled=enabled, user=request.user)
        )
        return self._to_flow(trigger.flow)

    def delete_model(self, request: HttpRequest, obj: Trigger) -> None:
        trigger_service.delete_trigger(obj, user=request.user)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Only the trigger: its events stay."""
        return [str(obj) for obj in objs], {}, set(), []

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        trigger: Trigger = self.found(request, object_id)
        response = super().delete_view(request, object_id, extra_context)
        return self._to_flow(trigger.flow) if response.status_code == 302 else response

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """The service writes the history."""

    def _flow(self, request: HttpRequest) -> Flow:
        pk = request.GET.get("flow", "")
        flows = permissions.visible_flows(request.user)
        flow = flows.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
        if flow is None:
            raise Http404
        if not permissions.can_change_triggers(request.user, flow):
            raise PermissionDenied
        return flow

    def _done(self, request: HttpRequest, change: Any) -> bool:
        try:
            change()
        except OpenFlowError as error:
            if isinstance(error, PermissionDenied):
                raise
            self.refuse(request, error)
            return False
        messages.success(request, _("The trigger is saved."))
        return True

    def _to_flow(self, flow: Flow) -> HttpResponse:
        return HttpResponseRedirect(self.reverse(Flow, "change", flow.pk))

    def _types_page(self, request: HttpRequest, flow: Flow) -> HttpResponse:
        address = self.address("add")
        types = [(kind, f"{address}?flow={flow.pk}&type={key}") for key, kind in trigger_types.items()]
        title = _("Add trigger")
        return self.page(
            request,
            "trigger/types.html",
            title=title,
            obj=None,
            crumb=title,
            types=types,
            **self._frame(flow),
        )

    def _form_page(
        self, request: HttpRequest, flow: Flow, form: TriggerForm, *, trigger: Trigger | None
    ) -> HttpResponse:
        shown = shown_trigger(trigger) if trigger else None
        context = {
            "form": form,
            "kind": form.kind,
            "shown": shown,
            "refresh": REFRESH,
            **self._frame(flow),
        }
        if trigger:
            context["delete_url"] = self.address("delete", trigger.pk)
        title = _("Change trigger") if trigger else _("Add trigger")
        return self.page(request, "trigger/form.html", title=title, obj=None, crumb=title, **context)

    def _read_only_page(self, request: HttpRequest, trigger: Trigger) -> HttpResponse:
        shown = shown_trigger(trigger)
        context = {"shown": shown, "text": pretty(trigger.options), **self._frame(trigger.flow)}
        return self.page(request, "trigger/view.html", title=_("Trigger"), obj=None, crumb=trigger, **context)

    def _frame(self, flow: Flow) -> dict[str, Any]:
        return {"flow": flow, "flow_url": self.reverse(Flow, "change", flow.pk)}
