"""Flows in the admin: the list, and the form on which a flow is described and its draft written."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from openflow_django import permissions
from openflow_django.admin import labels
from openflow_django.admin.builder.bootstrap import flow_bootstrap, is_built
from openflow_django.admin.builder.urls import BuilderPages
from openflow_django.admin.flow_form import FlowForm
from openflow_django.admin.flow_page import flow_page
from openflow_django.admin.manual_start import ManualStartPages
from openflow_django.admin.pages import PageAdmin
from openflow_django.admin.publishing import PublishingPages
from openflow_django.admin.sample_run import SampleRunPages
from openflow_django.admin.versions import VersionPages
from openflow_django.json_text import pretty
from openflow_django.models import Flow, FlowStatus, Run, RunAs, RunStatus
from openflow_django.services import flows as flow_service
from openflow_django.services.documents import validate_document
from openflow_django.services.errors import DraftConflict

__all__ = ["FlowAdmin"]


class FlowList(ChangeList):
    """The list reads no drafts, and of all runs only the last one of each flow."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> QuerySet[Flow]:
        runs = Run.objects.filter(flow=OuterRef("pk"), root=None).order_by("-created_at")
        last = {"last_run_status": runs.values("status")[:1], "last_run_at": runs.values("created_at")[:1]}
        found = super().get_queryset(*args, **kwargs).defer("draft", "published_version__document")
        return found.annotate(**{name: Subquery(rows) for name, rows in last.items()})


class FlowAdmin(BuilderPages, PublishingPages, VersionPages, SampleRunPages, ManualStartPages, PageAdmin):
    """One flow is one page: what it is called, its draft, its triggers, its last runs."""

    form = FlowForm
    change_form_template = "admin/openflow/flow/change_form.html"
    list_display = ("title", "path", "state", "live_version", "last_run")
    list_display_links = ("title",)
    list_filter = ("status",)
    search_fields = ("name", "path", "description")
    ordering = ("name", "id")
    raw_id_fields = ("run_as_user",)
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    list_per_page = 50
    actions = None
    delete_confirmation_template = "admin/openflow/flow/delete_confirmation.html"

    # Rights

    def get_queryset(self, request: HttpRequest) -> QuerySet[Flow]:
        flows = permissions.visible_flows(request.user).select_related("published_version")
        return flows.defer("published_version__document").order_by("name", "id")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return FlowList

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Flow | None = None) -> bool:
        if obj is None:
            return not permissions.visible_flows(request.user).query.is_empty()
        return permissions.can_view_flow(request.user, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return permissions.can_create(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Flow | None = None) -> bool:
        return self.has_view_permission(request) if obj is None else permissions.can_edit(request.user, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Flow | None = None) -> bool:
        return obj is not None and permissions.can_delete(request.user, obj)

    # List

    @admin.display(description=gettext_lazy("name"), ordering="name")
    def title(self, flow: Flow) -> str:
        return str(flow)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, flow: Flow) -> SafeString:
        return labels.status_pill(flow.status, FlowStatus(flow.status).label)

    @admin.display(description=gettext_lazy("live version"))
    def live_version(self, flow: Flow) -> SafeString | str:
        if flow.published_version is None:
            return _("never published")
        number = f"v{flow.published_version.number}"
        if flow.draft_updated_at <= flow.published_version.created_at:
            return number
        return format_html('{} <span class="openflow-quiet">{}</span>', number, _("draft is ahead"))

    @admin.display(description=gettext_lazy("last run"))
    def last_run(self, flow: Any) -> SafeString | str:
        if flow.last_run_status is None:
            return labels.NOTHING
        pill = labels.status_pill(flow.last_run_status, RunStatus(flow.last_run_status).label)
        return format_html('{} <span class="openflow-quiet">{}</span>', pill, labels.moment(flow.last_run_at))

    # Form

    def get_urls(self) -> list[URLPattern]:
        own = (
            self.builder_urls(),
            self.publishing_urls(),
            self.version_urls(),
            self.sample_run_urls(),
            self.manual_start_urls(),
        )
        return [*(pattern for urls in own for pattern in urls), *super().get_urls()]

    def get_form(
        self, request: HttpRequest, obj: Flow | None = None, *args: Any, **kwargs: Any
    ) -> type[forms.ModelForm]:
        made = super().get_form(request, obj, *args, **kwargs)
        return type(made.__name__, (made,), {"user": request.user})

    def get_fieldsets(self, request: HttpRequest, obj: Flow | None = None) -> Any:
        may_edit = obj is None or self.has_change_permission(request, obj)
        hidden = ("revision", "seen_digest") if may_edit else ()
        more = ("icon", "color", "run_as", "run_as_user") if obj is not None else ("icon", "color")
        return (
            (None, {"fields": (("name", "path"), "description")}),
            (None, {"fields": ("document", *hidden), "classes": ("openflow-document",)}),
            (_("Appearance and rights"), {"fields": more, "classes": ("collapse",)}),
        )

    @admin.display(description=gettext_lazy("Document"))
    def document(self, flow: Flow) -> SafeString:
        """The draft for those who may only look at it."""
        return format_html('<pre class="openflow-json">{}</pre>', pretty(flow.draft))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DraftConflict:
            # Saved by another between our look and our write. The second look shows both versions.
            return super().changeform_view(request, object_id, form_url, extra_context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        context.update(flow_page(self, request, obj, form=form))
        # A form that comes back with mistakes holds what was typed into it; the builder would not show that.
        if obj is not None and not form.is_bound and is_built():
            issues = [shown.issue for shown in context["issues"]]
            context["bootstrap"] = flow_bootstrap(self, request, context["flow"], issues=issues)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def save_model(self, request: HttpRequest, obj: Flow, form: Any, change: Any) -> None:
        if change:
            self._update(request, obj, form)
            return
        given = {name: form.cleaned_data[name] for name in ("path", "name", "description", "icon", "color")}
        flow = flow_service.create_flow(**given, document=form.cleaned_data["document"], user=request.user)
        obj.pk, obj.draft = flow.pk, flow.draft

    def _update(self, request: HttpRequest, obj: Flow, form: FlowForm) -> None:
        # The services get the flow as it is stored, not as the form has filled it in.
        flow = Flow.objects.get(pk=obj.pk)
        described = form.description()
        acting = {name: described.pop(name) for name in ("run_as", "run_as_user") if name in described}
        flow_service.update_flow(flow, user=request.user, **described)
        if acting:
            run_as = RunAs(form.cleaned_data["run_as"])
            user = form.cleaned_data["run_as_user"] if run_as == RunAs.USER else None
            flow_service.set_run_as(flow, user=request.user, run_as=run_as, run_as_user=user)
        if form.draft_changed:
            revision = form.cleaned_data["revision"]
            document = form.cleaned_data["document"]
            obj.draft = flow_service.save_draft(
                flow, document=document, revision=revision, user=request.user
            ).draft

    def delete_model(self, request: HttpRequest, obj: Flow) -> None:
        flow_service.delete_flow(obj, user=request.user)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What goes, as numbers: a flow may have a million events."""
        lines = [str(obj) for obj in objs]
        counted = {_("versions"): 0, _("triggers"): 0}
        for flow in objs:
            counted[_("versions")] += flow.versions.count()
            counted[_("triggers")] += flow.triggers.count()
        return lines, counted, set(), []

    # After saving

    def response_add(
        self, request: HttpRequest, obj: Flow, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._after_saving(request, obj)

    def response_change(self, request: HttpRequest, obj: Flow) -> HttpResponse:
        return self._after_saving(request, obj)

    def _after_saving(self, request: HttpRequest, flow: Flow) -> HttpResponse:
        count = len(validate_document(flow.draft))
        if count:
            text = ngettext(
                "The draft is saved. It has {count} issue.",
                "The draft is saved. It has {count} issues.",
                count,
            )
            messages.warning(request, text.format(count=count))
        else:
            messages.success(request, _("The draft is saved."))
        page = next((page for page in ("publish", "test") if f"_{page}" in request.POST), "change")
        return self.go(page, flow.pk)

    # The services write the history.

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None
