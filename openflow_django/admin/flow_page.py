"""What the page of a flow shows around its form: where it stands, its issues, its triggers, its last
runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from openflow_django import permissions
from openflow_django.admin.manual_start import manual_triggers
from openflow_django.admin.pages import PageAdmin
from openflow_django.json_text import pointer_lines, pretty
from openflow_django.models import Flow, Run, Trigger
from openflow_django.registry import NotRegistered
from openflow_django.services.documents import validate_document
from openflow_django.spec.issues import Issue, errors
from openflow_django.spec.json import Json, digest
from openflow_django.triggers.base import trigger_types

if TYPE_CHECKING:
    from openflow_django.admin.flow_form import FlowForm

__all__ = [
    "ShownIssue",
    "ShownTrigger",
    "can_test",
    "flow_page",
    "located",
    "shown_trigger",
    "trigger_sentence",
]

LAST_RUNS = 8
"""Runs shown on the page of a flow; its link leads to all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownIssue:
    """An issue with the line of the document text on which its place begins, None where the text has no
    such place.
    """

    issue: Issue
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTrigger:
    """A trigger with its sentence and what is wrong with it today: models come and go."""

    trigger: Trigger
    sentence: str
    issues: list[Issue]


def flow_page(
    page: PageAdmin, request: HttpRequest, flow: Flow | None, *, form: "FlowForm"
) -> dict[str, Any]:
    """The context of the add and change page beside the form itself."""
    document, text = _shown_document(form, flow)
    issues = [] if document is None or (flow is None and not form.is_bound) else located(document, text)
    context: dict[str, Any] = {"issues": issues, "errors_count": len(errors(shown.issue for shown in issues))}
    if flow is None or flow.pk is None:
        return context
    user, stored = (
        request.user,
        Flow.objects.select_related("published_version", "draft_updated_by").get(pk=flow.pk),
    )
    live = stored.published_version
    triggers = Trigger.objects.filter(flow=stored).order_by("id")
    runs = permissions.visible_runs(user).filter(flow=stored, root=None).select_related("version", "event")
    return context | {
        "flow": stored,
        "conflict": form.conflict,
        "is_ahead": live is not None and live.digest != digest(stored.draft),
        "triggers": [shown_trigger(trigger) for trigger in triggers],
        "last_runs": runs.defer("version__document", "event__payload").order_by("-created_at")[:LAST_RUNS],
        "can_publish": permissions.can_publish(user, stored),
        "can_test": can_test(user, stored),
        "can_change_triggers": permissions.can_change_triggers(user, stored),
        "buttons": [
            (trigger, page.address("start", stored.pk, trigger.pk))
            for trigger in manual_triggers(user, model="", place="item")
            if trigger.flow_id == stored.pk
        ],
        "addresses": _addresses(page, stored),
    }


def can_test(user: permissions.User, flow: Flow) -> bool:
    """Whether the user may run the draft of the flow."""
    return permissions.can_edit(user, flow) and permissions.can_run(user, flow)


def located(document: Json, text: str) -> list[ShownIssue]:
    """Everything wrong with the document, each with its line in ``text``: that of its place, or of what
    is around it.
    """
    issues = validate_document(document)
    lines: Mapping[str, int] = pointer_lines(text) if issues else {}
    return [ShownIssue(issue=issue, line=_line(lines, issue.path)) for issue in issues]


def shown_trigger(trigger: Trigger) -> ShownTrigger:
    """The trigger as people read it, also when its type is not installed any more."""
    try:
        issues = trigger_types.get(trigger.type).validate(trigger.options)
    except NotRegistered as error:
        issues = [Issue("", code=error.code, message=error.message, hint=error.hint)]
    return ShownTrigger(trigger=trigger, sentence=trigger_sentence(trigger), issues=issues)


def trigger_sentence(trigger: Trigger) -> str:
    """When the trigger fires, in words; its type where nothing is known about it."""
    try:
        return trigger_types.get(trigger.type).sentence(trigger.options)
    except NotRegistered:
        return trigger.type


def _line(lines: Mapping[str, int], path: str) -> int | None:
    while path not in lines and path:
        path = path.rpartition("/")[0]
    return lines.get(path)


def _shown_document(form: "FlowForm", flow: Flow | None) -> tuple[Json, str]:
    """The document in the text area and its text: what was typed, else what is stored. None where it does
    not parse.
    """
    if form.is_bound and "document" in form.fields:
        return form.cleaned_data.get("document"), str(form.data.get(form.add_prefix("document"), ""))
    return (None, "") if flow is None else (flow.draft, pretty(flow.draft))


def _addresses(page: PageAdmin, flow: Flow) -> dict[str, str]:
    names = ("change", "publish", "activate", "deactivate", "versions", "test", "history")
    return {name: page.address(name, flow.pk) for name in names} | {
        "runs": f"{page.reverse(Run, 'changelist')}?flow={flow.pk}",
        "add_trigger": f"{page.reverse(Trigger, 'add')}?flow={flow.pk}",
    }
