"""Runs in the admin: a list that stays fast at a million rows, and the page of one run. Nothing here can
be edited.
"""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django import permissions
from openflow_django.admin import labels
from openflow_django.admin.pages import PageAdmin, may, plain_text
from openflow_django.admin.paginators import BoundedPaginator
from openflow_django.admin.run_filters import FlowFilter
from openflow_django.admin.run_page import run_details, whole_value
from openflow_django.exceptions import OpenFlowError
from openflow_django.models import ACTIVE_STATUSES, Run, RunStatus
from openflow_django.permissions import NotPermitted
from openflow_django.services import repeats
from openflow_django.services import runs as run_service

__all__ = ["RunAdmin"]

SHOWN = (
    "id",
    "public_id",
    "status",
    "kind",
    "created_at",
    "started_at",
    "finished_at",
    "flow__name",
    "flow__path",
    "version__number",
    "event__name",
    "event__object_type",
    "event__object_id",
)


class RunAdmin(PageAdmin):
    """The log of everything that was executed."""

    list_display = ("started", "flow_name", "state", "kind", "trigger_name", "object_name", "duration")
    list_display_links = ("started",)
    list_filter = ("status", "kind", ("created_at", admin.DateFieldListFilter), FlowFilter)
    search_fields = ("public_id",)
    search_help_text = gettext_lazy("The id of a run, or how it begins.")
    ordering = ("-created_at", "-id")
    sortable_by = ()
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 200
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        related = ("flow", "version", "event", "started_by", "parent")
        return (
            permissions.visible_runs(request.user)
            .select_related(*related)
            .defer(
                "flow__draft",
                "version__document",
                "event__payload",
                "event__accountability",
                "event__ancestry",
            )
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Run], search_term: str
    ) -> tuple[QuerySet[Run], bool]:
        """By public id or its beginning, as a range, which the index answers."""
        digits = search_term.strip().replace("-", "").lower()
        if not digits:
            return queryset, False
        try:
            first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
        except ValueError:
            return queryset.none(), False
        return queryset.filter(public_id__gte=first, public_id__lte=last), False

    # Rights

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        if obj is None:
            return may(request, "view_run")
        return permissions.can_view_run(request.user, obj)

    # Columns

    @admin.display(description=gettext_lazy("created"))
    def started(self, run: Run) -> SafeString:
        return format_html(
            '<time datetime="{}">{}</time>', run.created_at.isoformat(), labels.moment(run.created_at)
        )

    @admin.display(description=gettext_lazy("flow"))
    def flow_name(self, run: Run) -> str:
        return str(run.flow) if run.flow else "—"

    @admin.display(description=gettext_lazy("status"))
    def state(self, run: Run) -> SafeString:
        return labels.status_pill(run.status, RunStatus(run.status).label)

    @admin.display(description=gettext_lazy("event"))
    def trigger_name(self, run: Run) -> str:
        return run.event.name if run.event else "—"

    @admin.display(description=gettext_lazy("object"))
    def object_name(self, run: Run) -> str:
        return (
            f"{run.event.object_type} {run.event.object_id}" if run.event and run.event.object_type else "—"
        )

    @admin.display(description=gettext_lazy("duration"))
    def duration(self, run: Run) -> str:
        return labels.elapsed(run.started_at, run.finished_at)

    # Pages

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/state/", view(self.state_view), name=self.local_name("state")),
            path("<path:object_id>/value/", view(self.value_view), name=self.local_name("value")),
            path("<path:object_id>/cancel/", view(self.cancel_view), name=self.local_name("cancel")),
            path("<path:object_id>/replay/", view(self.replay_view), name=self.local_name("replay")),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run: Run = self.found(request, object_id)
        allowed = permissions.can_view_payload(request.user, run)
        details = run_details(
            run, page=request.GET.get("page"), url=self.address("value", run.pk), with_payloads=allowed
        )
        context = {"run": run, "details": details, "can_view_payload": allowed, **self._links(request, run)}
        return self.page(request, "run/detail.html", title=_("Run"), obj=run, is_change_page=True, **context)

    def _links(self, request: HttpRequest, run: Run) -> dict[str, Any]:
        site, user = self.admin_site.name, request.user
        flow = run.flow if run.flow and permissions.can_view_flow(user, run.flow) else None
        links: dict[str, Any] = {
            "is_active": run.status in ACTIVE_STATUSES,
            "elapsed": labels.elapsed(run.started_at, run.finished_at),
            "can_cancel": permissions.can_cancel(user, run),
            "can_replay": run.flow is not None and permissions.can_replay(user, run),
            "replay_url": self.address("replay", run.pk),
            "state_url": self.address("state", run.pk),
            "cancel_url": self.address("cancel", run.pk),
        }
        if run.parent and permissions.can_view_run(user, run.parent):
            links["parent_url"] = self.address("change", run.parent.pk)
        if flow:
            links["flow_url"] = reverse(f"{site}:openflow_flow_change", args=(flow.pk,))
            if permissions.can_run(user, flow) and permissions.can_view_payload(user, run):
                links["test_url"] = (
                    f"{reverse(f'{site}:openflow_flow_test', args=(flow.pk,))}?run={run.public_id}"
                )
            if run.version:
                links["version_url"] = reverse(
                    f"{site}:openflow_flow_version", args=(flow.pk, run.version.number)
                )
        if run.event:
            links["object_link"] = labels.object_link(
                self.admin_site, request, object_type=run.event.object_type, object_id=run.event.object_id
            )
            if may(request, "view_event"):
                links["event_url"] = reverse(f"{site}:openflow_event_change", args=(run.event.pk,))
        return links

    def state_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What a waiting page asks again and again: whether there is something new to fetch."""
        run: Run = self.found(request, object_id)
        return JsonResponse({"status": run.status, "seq": run.seq, "done": run.status not in ACTIVE_STATUSES})

    def value_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One payload in full, as text that no browser takes for a page."""
        run: Run = self.found(request, object_id)
        if not permissions.can_view_payload(request.user, run):
            raise PermissionDenied
        text = whole_value(run, of=request.GET.get("of", ""), step=request.GET.get("step"))
        if text is None:
            raise Http404
        return plain_text(text)

    def cancel_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask on GET, cancel on POST."""
        run: Run = self.found(request, object_id)
        if not permissions.can_cancel(request.user, run):
            raise PermissionDenied
        if request.method == "POST":
            try:
                run_service.cancel(run, user=request.user, reason=request.POST.get("reason", "")[:500])
                messages.success(request, _("The run was asked to stop."))
            except OpenFlowError as error:
                self.refuse(request, error)
            return self.go("change", run.pk)
        return self.page(
            request,
            "run/cancel.html",
            title=_("Cancel run?"),
            obj=run,
            run_url=self.address("change", run.pk),
        )

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """On POST start a new run of the same version with the same input, and show it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run: Run = self.found(request, object_id)
        try:
            again = repeats.replay(run, user=request.user)
        except NotPermitted:
            raise
        except OpenFlowError as error:
            self.refuse(request, error)
            return self.go("change", run.pk)
        messages.success(request, _("A new run with the same input has started."))
        return self.go("change", again.pk)
