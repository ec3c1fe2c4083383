"""Approvals in the admin: the runs that wait for people, and the page on which one of them is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openflow_django import permissions
from openflow_django.admin import labels
from openflow_django.admin.pages import may
from openflow_django.admin.paginators import BoundedPaginator
from openflow_django.admin.seen_rows import SeenRowsAdmin
from openflow_django.approvals.answer_form import AnswerForm
from openflow_django.json_text import pretty
from openflow_django.models import Answer, Flow, Run, Wait
from openflow_django.services import approvals
from openflow_django.services.approvals import AnswerRefused
from openflow_django.services.promised_waits import module_at

__all__ = ["ApprovalAdmin", "ShownAnswer", "ShownWait", "open_waits_of", "shown_wait"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAnswer:
    """An answer. ``payload`` is what was filled in, as JSON text, for those who may see it; else empty."""

    answer: Answer
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownWait:
    """A wait as a page shows it. ``refusal`` is why this person may not answer it, None when they may."""

    wait: Wait
    step: str
    answers: Sequence[ShownAnswer]
    refusal: str | None

    @property
    def approved(self) -> int:
        """How many have approved."""
        return sum(shown.answer.approved for shown in self.answers)


def open_waits_of(request: HttpRequest, run: Run) -> list[ShownWait]:
    """What a run waits for now. Waits belong to the run that people see, not to its parts."""
    if run.is_final:
        return []
    waits = approvals.open_waits(request.user).filter(run=run.parent_id or run.pk)
    return [shown_wait(request, wait) for wait in waits]


def shown_wait(request: HttpRequest, wait: Wait) -> ShownWait:
    """The wait with all that was answered so far."""
    module = module_at(wait.run, wait.path)
    answers = Answer.objects.filter(run_id=wait.run_id, path=wait.path).select_related("user").order_by("id")
    may_see = permissions.can_view_payload(request.user, wait.run)
    return ShownWait(
        wait=wait,
        step=(module.summary if module else "") or wait.step_id,
        answers=[
            ShownAnswer(answer=answer, payload=pretty(answer.payload) if may_see and answer.payload else "")
            for answer in answers
        ],
        refusal=_refusal(request, wait),
    )


def _refusal(request: HttpRequest, wait: Wait) -> str | None:
    refusal = approvals.may_answer(wait, user=request.user)
    if refusal is None and approvals.has_answered(wait, user=request.user):
        return _("You have answered already.")
    return refusal


class ApprovalList(ChangeList):
    """Those that still wait."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Wait]:
        found = super().get_queryset(request, *args, **kwargs)
        given = Answer.objects.filter(run=OuterRef("run"), path=OuterRef("path"), approved=True)
        counted = given.order_by().values("run").annotate(count=Count("pk")).values("count")
        still_open = approvals.open_waits(request.user).order_by().values("pk")
        return found.filter(pk__in=still_open).annotate(approved=Subquery(counted))


class ApprovalAdmin(SeenRowsAdmin):
    """Runs that wait for people. Nothing here is edited: a wait is answered."""

    list_display_links = ("flow_name",)
    ordering = ("created_at", "id")
    search_fields = ("run__flow__name", "run__flow__path", "step_id")
    sortable_by = ()
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 200
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Wait]:
        visible = permissions.visible_runs(request.user).values("pk")
        waits = Wait.objects.filter(run__in=visible).select_related("run__flow", "run__started_by")
        return waits.defer("run__flow__draft")

    # Rights

    def has_view_permission(self, request: HttpRequest, obj: Wait | None = None) -> bool:
        if obj is None:
            return may(request, "approve_run") or may(request, "view_wait")
        user = request.user
        return permissions.can_approve(user, obj.run) or permissions.can_view_run(user, obj.run)

    # List

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ApprovalList

    def get_list_display(self, request: HttpRequest) -> Any:
        @admin.display(description=gettext_lazy("your answer"))
        def you(wait: Wait) -> SafeString | str:
            refusal = _refusal(request, wait)
            if refusal is not None:
                return refusal
            return format_html('<a href="{}">{}</a>', self.address("change", wait.pk), _("Approve or reject"))

        return ("flow_name", you, "progress", "step_id", "until", "asked")

    @admin.display(description=gettext_lazy("flow"))
    def flow_name(self, wait: Wait) -> str:
        return str(wait.run.flow) if wait.run.flow else labels.NOTHING

    @admin.display(description=gettext_lazy("asked"))
    def asked(self, wait: Wait) -> SafeString:
        return labels.moment(wait.created_at)

    @admin.display(description=gettext_lazy("open until"))
    def until(self, wait: Wait) -> SafeString:
        return labels.moment(wait.expires_at)

    @admin.display(description=gettext_lazy("approvals"))
    def progress(self, wait: Any) -> str:
        return _("{given} of {required}").format(given=wait.approved or 0, required=wait.required)

    # Page

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show it on GET, answer it on POST."""
        wait: Wait = self.found(request, object_id)
        bound = request.method == "POST"
        form = AnswerForm(wait, data=request.POST, files=request.FILES) if bound else AnswerForm(wait)
        if bound and self._answer(request, form):
            return self.go("changelist")
        shown = shown_wait(request, wait)
        is_open, run = approvals.is_open(wait), wait.run
        context: dict[str, Any] = {
            "shown": shown,
            "is_open": is_open,
            "form": form if is_open and shown.refusal is None else None,
            "run_url": self.reverse(Run, "change", run.pk),
        }
        if run.flow is not None and permissions.can_view_flow(request.user, run.flow):
            context["flow_url"] = self.reverse(Flow, "change", run.flow.pk)
        return self.page(request, "wait/detail.html", title=shown.step, obj=None, crumb=shown.step, **context)

    def _answer(self, request: HttpRequest, form: AnswerForm) -> bool:
        """Whether there is nothing more to do here: the answer is given, or was refused."""
        if not form.is_valid():
            return False
        try:
            given = form.give(user=request.user, link=None)
        except AnswerRefused as error:
            self.refuse(request, error)
            return True
        if given is not None:
            told = _("You have approved.") if given.approved else _("You have rejected.")
            messages.success(request, told)
        return given is not None
