"""Flows and scripts from outside: first a plan of what would change, then the change.

What is imported is a draft of an inactive flow. Nothing that exists is replaced unless the plan was made to,
and by nobody who might not edit it by hand.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from django.db import transaction
from django.utils.translation import gettext as _

from openflow_django.exceptions import OpenFlowError
from openflow_django.interop.imported import FlowTrigger, ImportedFlow, ImportedScript
from openflow_django.models import Flow, Script, Trigger
from openflow_django.permissions import User
from openflow_django.services import flows, scripts, triggers
from openflow_django.services.database import home
from openflow_django.services.documents import validate_document
from openflow_django.spec.diff import Change, diff
from openflow_django.spec.issues import DocumentInvalid, Issue, errors
from openflow_django.spec.json import Json, JsonObject, digest

__all__ = [
    "Action",
    "AlreadyThere",
    "FlowPlan",
    "NoPath",
    "import_flow",
    "import_script",
    "import_triggers",
    "plan_flow",
    "triggers_of",
]

Action: TypeAlias = Literal["create", "update", "keep"]


class AlreadyThere(OpenFlowError):
    """Something else has the path already, and replacing it was not asked for."""

    code = "already_there"


class NoPath(OpenFlowError):
    """The source names no path, so nobody could call the flow."""

    code = "no_path"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPlan:
    """What importing one flow would do.

    ``flow`` is the one that has the path already. ``changes`` lead from its draft to the document. ``issues``
    is everything that is wrong with the document on this site, and what got lost on the way here.
    ``changes_triggers`` tells whether the flow would be started otherwise than now.
    """

    imported: ImportedFlow
    action: Action
    flow: Flow | None
    changes: Sequence[Change]
    issues: Sequence[Issue]
    changes_triggers: bool


def plan_flow(imported: ImportedFlow, *, update: bool, beside: Collection[str] = ()) -> FlowPlan:
    """What importing the flow would do. ``beside`` are the paths of flows and scripts that come with it.

    Raises:
        NoPath: there is no path to store it under.
        AlreadyThere: another flow has the path, differs, and ``update`` is off.
        DocumentInvalid: code of it is missing.
        OptionsInvalid: one of its triggers that is on cannot be made here.
    """
    if not imported.path:
        raise NoPath(_("The flow has no path."), hint=_("Give it one with --path."))
    if imported.errors:
        raise DocumentInvalid(imported.errors)
    imported, left_out = _with_triggers_that_fit(imported)
    flow = Flow.objects.using(home()).filter(path=imported.path).first()
    changes = diff(flow.draft, imported.document) if flow else []
    changes_triggers = imported.has_triggers and list(imported.triggers) != triggers_of(flow)
    is_same = flow is not None and digest(flow.draft) == digest(imported.document)
    action: Action = "create"
    if flow is not None:
        action = "keep" if is_same and not changes_triggers and not _described(flow, imported) else "update"
    if action == "update" and not update:
        raise AlreadyThere(
            _("There is another flow at %(path)s.") % {"path": imported.path},
            hint=_("Use --update to replace its draft, or another path."),
        )
    return FlowPlan(
        imported=imported,
        action=action,
        flow=flow,
        changes=changes,
        issues=[*imported.warnings, *left_out, *document_issues(imported.document, beside=beside)],
        changes_triggers=changes_triggers,
    )


def _with_triggers_that_fit(imported: ImportedFlow) -> tuple[ImportedFlow, list[Issue]]:
    """The flow without the triggers that come turned off and cannot be made here, and what is wrong with
    them.

    Raises OptionsInvalid for one that is on: without it the flow would not be started as it was.
    """
    kept: list[FlowTrigger] = []
    told: list[Issue] = []
    for trigger in imported.triggers:
        issues = triggers.validate_options(type=trigger.type, options=trigger.options)
        if not errors(issues):
            kept.append(trigger)
        elif trigger.enabled:
            raise triggers.OptionsInvalid(issues)
        else:
            words = {"type": trigger.type, "reason": errors(issues)[0].message}
            message = _("The trigger of the type %(type)s is left out: %(reason)s") % words
            told.append(Issue("", code="trigger_left_out", message=message, severity="warning"))
    return replace(imported, triggers=tuple(kept)), told


def import_flow(plan: FlowPlan, *, user: User | None) -> Flow:
    """Do what was planned. The document becomes the draft; what is live stays live until it is published.

    Triggers have no draft. Those of a live flow are left to :func:`import_triggers`, to change together with
    what is live.

    Raises:
        NotPermitted: the user may not create or edit the flow, or change what starts it.
        DraftConflict: somebody saved the draft since the plan was made.
        FieldsInvalid: a name or color is not accepted, or the path was taken meanwhile.
        DocumentInvalid: the document is too large or too deep.
    """
    imported = plan.imported
    with transaction.atomic(using=home()):
        if plan.flow is None:
            flow = flows.create_flow(
                path=imported.path,
                name=imported.summary or imported.path.rpartition("/")[2],
                description=imported.description,
                icon=imported.icon,
                color=imported.color,
                document=imported.document,
                user=user,
            )
        else:
            flow = _updated(plan.flow, imported, user=user)
        if not flow.is_live:
            import_triggers(plan, flow, user=user)
    return flow


def import_triggers(plan: FlowPlan, flow: Flow, *, user: User | None) -> None:
    """Make the triggers of the flow those that were planned, also of a live flow.

    Raises:
        NotPermitted: the user may not change what starts the flow.
        FieldsInvalid: a name is not accepted.
    """
    if plan.changes_triggers:
        with transaction.atomic(using=home()):
            _change_triggers(flow, plan.imported.triggers, user=user)


def import_script(imported: ImportedScript, *, update: bool, user: User | None) -> tuple[Action, Script]:
    """Store a script; a new version where its code has changed.

    Raises:
        NotPermitted: the user may not create or change scripts, or not write Python.
        AlreadyThere: another script has the path, differs, and ``update`` is off.
        FieldsInvalid: path, language or content is not accepted.
    """
    if not imported.path:
        raise NoPath(_("The script has no path."))
    script = Script.objects.using(home()).filter(path=imported.path).first()
    if script is None:
        created = scripts.create_script(
            path=imported.path,
            language=imported.language,
            content=imported.content,
            summary=imported.summary[:200],
            description=imported.description,
            user=user,
        )
        return "create", created
    latest = script.versions.using(home()).order_by("-number").first()
    has_code = latest is not None and (latest.language, latest.content) == (
        imported.language,
        imported.content,
    )
    described = {
        name: value
        for name, value in (("summary", imported.summary[:200]), ("description", imported.description))
        if value and value != getattr(script, name)
    }
    if has_code and not described:
        return "keep", script
    if not update:
        raise AlreadyThere(
            _("There is another script at %(path)s.") % {"path": imported.path},
            hint=_("Use --update to save a new version of it."),
        )
    with transaction.atomic(using=home()):
        if not has_code:
            scripts.save_version(
                script,
                language=imported.language,
                content=imported.content,
                user=user,
                seen=latest.number if latest else None,
            )
        return "update", scripts.update_script(script, user=user, **described)


def _updated(flow: Flow, imported: ImportedFlow, *, user: User | None) -> Flow:
    described = _described(flow, imported)
    if described:
        flow = flows.update_flow(flow, user=user, **described)
    if digest(flow.draft) != digest(imported.document):
        flow = flows.save_draft(flow, document=imported.document, revision=flow.draft_revision, user=user)
    return flow


def _described(flow: Flow, imported: ImportedFlow) -> dict[str, str]:
    """How the flow would be called and shown, where that differs. What the source does not say stays."""
    given = {
        "name": imported.summary,
        "description": imported.description,
        "icon": imported.icon,
        "color": imported.color,
    }
    return {name: value for name, value in given.items() if value and value != getattr(flow, name)}


def triggers_of(flow: Flow | None) -> list[FlowTrigger]:
    """The triggers of a flow as files tell them, none for no flow."""
    if flow is None:
        return []
    rows = flow.triggers.using(home()).order_by("id")
    return [
        FlowTrigger(type=row.type, name=row.name, options=row.options, enabled=row.enabled) for row in rows
    ]


def _change_triggers(flow: Flow, wanted: Sequence[FlowTrigger], *, user: User | None) -> None:
    """Make the triggers of the flow the wanted ones. One of the same type and name is changed, not
    replaced."""
    left: dict[tuple[str, str], list[Trigger]] = {}
    for row in flow.triggers.using(home()).order_by("id"):
        left.setdefault((row.type, row.name), []).append(row)
    for trigger in wanted:
        rows = left.get((trigger.type, trigger.name))
        if not rows:
            triggers.create_trigger(
                flow,
                type=trigger.type,
                name=trigger.name,
                options=trigger.options,
                enabled=trigger.enabled,
                user=user,
            )
            continue
        row = rows.pop(0)
        if row.options != trigger.options or row.enabled != trigger.enabled:
            triggers.update_trigger(row, options=trigger.options, enabled=trigger.enabled, user=user)
    for rows in left.values():
        for row in rows:
            triggers.delete_trigger(row, user=user)


def document_issues(document: JsonObject, *, beside: Collection[str]) -> list[Issue]:
    """What is wrong with the document, but for calls of what comes with it."""
    return [
        issue
        for issue in validate_document(document)
        if issue.code not in ("unknown_flow", "unknown_script") or _at(document, issue.path) not in beside
    ]


def _at(document: Json, pointer: str) -> Json:
    """The value at a JSON pointer, None where there is none."""
    value = document
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
