"""Runs in the admin: a list that stays fast at a million rows, and the page of one run. Nothing here can
be edited.
"""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django import permissions
from openflow_django.admin import labels
from openflow_django.admin.approvals import open_waits_of
from openflow_django.admin.builder.bootstrap import is_built, run_bootstrap
from openflow_django.admin.flow_page import can_test
from openflow_django.admin.pages import may
from openflow_django.admin.paginators import BoundedPaginator
from openflow_django.admin.run_actions import RunActions
from openflow_django.admin.run_filters import FlowFilter, KindFilter
from openflow_django.admin.run_page import run_details
from openflow_django.admin.seen_rows import SeenRowsAdmin
from openflow_django.models import ACTIVE_STATUSES, Event, Flow, Run, RunKind, RunStatus, Wait

__all__ = ["RunAdmin"]


class RunList(ChangeList):
    """Runs that people started; the parts into which a worker split one are on its page."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> QuerySet[Run]:
        runs = super().get_queryset(*args, **kwargs).exclude(kind=RunKind.PART)
        return runs.select_related(None).select_related("flow", "event")


class RunAdmin(RunActions, SeenRowsAdmin):
    """The log of everything that was executed."""

    list_display = ("started", "flow_name", "state", "kind", "trigger_name", "object_name", "duration")
    list_display_links = ("started",)
    list_filter = ("status", KindFilter, ("created_at", admin.DateFieldListFilter), FlowFilter)
    search_fields = ("public_id",)
    search_help_text = gettext_lazy("The id of a run, or how it begins.")
    ordering = ("-id",)  # the order of creation, in which every database reads without sorting
    sortable_by = ()
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 200
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        related = ("flow", "version", "event", "started_by", "parent", "original")
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

    def has_view_permission(self, request: HttpRequest, obj: Run | None = None) -> bool:
        if obj is None:
            return may(request, "view_run")
        return permissions.can_view_run(request.user, obj)

    # Columns

    @admin.display(description=gettext_lazy("created"))
    def started(self, run: Run) -> SafeString:
        return labels.moment(run.created_at)

    @admin.display(description=gettext_lazy("flow"))
    def flow_name(self, run: Run) -> str:
        return str(run.flow) if run.flow else labels.NOTHING

    @admin.display(description=gettext_lazy("status"))
    def state(self, run: Run) -> SafeString:
        return labels.status_pill(run.status, RunStatus(run.status).label)

    @admin.display(description=gettext_lazy("event"))
    def trigger_name(self, run: Run) -> str:
        return run.event.name if run.event else labels.NOTHING

    @admin.display(description=gettext_lazy("object"))
    def object_name(self, run: Run) -> str:
        return labels.object_name(run.event)

    @admin.display(description=gettext_lazy("duration"))
    def duration(self, run: Run) -> str:
        return labels.elapsed(run.started_at, run.finished_at)

    # Pages

    def get_urls(self) -> list[URLPattern]:
        return [*self.action_urls(), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RunList

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
        if is_built():
            context["bootstrap"] = run_bootstrap(self, request, run)
        return self.page(request, "run/detail.html", title=_("Run"), obj=run, is_change_page=True, **context)

    def _links(self, request: HttpRequest, run: Run) -> dict[str, Any]:
        """Where the page leads to, as far as this user may go there, and the buttons."""
        user, version = request.user, run.version
        flow = run.flow if run.flow and permissions.can_view_flow(user, run.flow) else None
        links: dict[str, Any] = {
            "elapsed": labels.elapsed(run.started_at, run.finished_at),
            "addresses": self.action_addresses(run),
            "object_link": labels.object_link(self.admin_site, request, run.event),
            "is_active": run.status in ACTIVE_STATUSES,
            "waits": [
                (shown, self.reverse(Wait, "change", shown.wait.pk)) for shown in open_waits_of(request, run)
            ],
            "can_cancel": permissions.can_cancel(user, run),
            "can_replay": self.can_replay(request, run),
            "parent_url": self._run_url(request, run.parent),
            "original_url": self._run_url(request, run.original),
        }
        if run.event and may(request, "view_event"):
            links["event_url"] = self.reverse(Event, "change", run.event.pk)
        if flow is None:
            return links
        links["flow_url"] = self.reverse(Flow, "change", flow.pk)
        if version is not None:
            links["version_url"] = self.reverse(Flow, "version", flow.pk, version.number)
        if can_test(user, flow) and permissions.can_view_payload(user, run):
            links["test_url"] = f"{self.reverse(Flow, 'test', flow.pk)}?run={run.public_id}"
        return links

    def _run_url(self, request: HttpRequest, run: Run | None) -> str | None:
        if run is None or not permissions.can_view_run(request.user, run):
            return None
        return self.address("change", run.pk)
