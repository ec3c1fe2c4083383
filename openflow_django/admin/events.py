"""Events in the admin: what matched a trigger, and what became of it. Read only."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django import permissions
from openflow_django.admin import labels
from openflow_django.admin.flow_page import trigger_sentence
from openflow_django.admin.pages import may, plain_text
from openflow_django.admin.paginators import BoundedPaginator
from openflow_django.admin.payloads import Payload, cut_columns, payload
from openflow_django.admin.seen_rows import SeenRowsAdmin
from openflow_django.json_text import pretty
from openflow_django.models import Event, EventStatus, Flow, Run

__all__ = ["EventAdmin"]

PAYLOADS = ("payload", "accountability", "ancestry")


class EventAdmin(SeenRowsAdmin):
    """The outbox between the site's transactions and the runs."""

    list_display = ("name", "flow_name", "state", "reason", "object_name", "created")
    list_filter = ("status", ("created_at", admin.DateFieldListFilter))
    search_fields = ("=object_id",)
    search_help_text = gettext_lazy("The id of an object.")
    ordering = ("-id",)
    sortable_by = ()
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 200
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        events = Event.objects.select_related("flow", "trigger").defer(
            "payload", "accountability", "ancestry", "flow__draft", "trigger__options"
        )
        return events.filter(flow__in=permissions.visible_flows(request.user)).order_by("-id")

    def get_urls(self) -> list[URLPattern]:
        value = self.admin_site.admin_view(self.value_view)
        return [path("<path:object_id>/value/", value, name=self.local_name("value")), *super().get_urls()]

    def has_view_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return may(request, "view_event")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        event: Event = self.found(request, object_id)
        run = permissions.visible_runs(request.user).filter(event=event).first()
        context: dict[str, Any] = {
            "is_change_page": True,
            "event": event,
            "sentence": trigger_sentence(event.trigger) if event.trigger else "",
            "flow_url": self.reverse(Flow, "change", event.flow_id),
            "run": run,
            "run_url": self.reverse(Run, "change", run.pk) if run else None,
            "object_link": labels.object_link(self.admin_site, request, event),
            "payloads": self._payloads(request, event),
        }
        return self.page(request, "event/detail.html", title=_("Event"), obj=event, **context)

    def _payloads(self, request: HttpRequest, event: Event) -> dict[str, Payload]:
        if not may(request, "view_payload"):
            return {}
        row = Event.objects.filter(pk=event.pk).values("pk", **cut_columns(PAYLOADS)).get()
        found = {name: payload(row, name, url=self.address("value", event.pk)) for name in PAYLOADS}
        return {name: value for name, value in found.items() if value is not None}

    def value_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One payload in full, as text that no browser takes for a page."""
        event: Event = self.found(request, object_id)
        if not may(request, "view_payload"):
            raise PermissionDenied
        name = request.GET.get("of", "")
        if name not in PAYLOADS:
            raise Http404
        return plain_text(pretty(getattr(event, name)))

    @admin.display(description=gettext_lazy("flow"))
    def flow_name(self, event: Event) -> str:
        return str(event.flow)

    @admin.display(description=gettext_lazy("status"))
    def state(self, event: Event) -> SafeString:
        return labels.status_pill(event.status, EventStatus(event.status).label)

    @admin.display(description=gettext_lazy("object"))
    def object_name(self, event: Event) -> str:
        return labels.object_name(event)

    @admin.display(description=gettext_lazy("created"))
    def created(self, event: Event) -> SafeString:
        return labels.moment(event.created_at)
