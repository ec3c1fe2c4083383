"""Importing by the services: plans change nothing, and whoever imports has no more rights than by hand."""

import pytest

from openflow_django.interop.imported import FlowTrigger, ImportedFlow, ImportedScript
from openflow_django.models import Flow, Script
from openflow_django.permissions import NotPermitted
from openflow_django.services import flows, imports, triggers
from openflow_django.services.errors import DraftConflict, FieldsInvalid
from openflow_django.services.exports import draft_file, live_file
from openflow_django.spec.issues import DocumentInvalid, Issue

OTHER = {"summary": "Other", "value": {"modules": [{"id": "b", "value": {"type": "identity"}}]}}


def imported(**fields):
    return ImportedFlow(**{"path": "orders/paid", "summary": "Other", "document": OTHER, **fields})


def test_a_plan_changes_nothing(flow):
    plan = imports.plan_flow(imported(), update=True)
    assert (plan.action, plan.flow, [change.step_id for change in plan.changes]) == (
        "update",
        flow,
        [None, None, "b", "a"],
    )
    flow.refresh_from_db()
    assert (flow.name, flow.draft_revision) == ("Order paid", 1)


def test_a_plan_for_a_new_flow(db):
    plan = imports.plan_flow(imported(), update=False)
    assert (plan.action, plan.flow, plan.changes, plan.changes_triggers) == ("create", None, [], False)
    assert not Flow.objects.exists()


def test_what_cannot_be_planned(flow):
    with pytest.raises(imports.NoPath):
        imports.plan_flow(imported(path=""), update=True)
    with pytest.raises(imports.AlreadyThere):
        imports.plan_flow(imported(), update=False)
    missing = Issue("", code="inline_missing", message="gone")
    with pytest.raises(DocumentInvalid):
        imports.plan_flow(imported(warnings=[missing]), update=True)
    with pytest.raises(triggers.OptionsInvalid):
        imports.plan_flow(imported(triggers=[FlowTrigger(type="no_such")], has_triggers=True), update=True)


def test_triggers_that_are_off_and_do_not_fit_are_left_out_and_told(db):
    off = [
        FlowTrigger(type="no_such", enabled=False),
        FlowTrigger(type="model_event", options={"model": "no.model", "actions": ["created"]}, enabled=False),
        FlowTrigger(type="manual", enabled=False),
    ]
    plan = imports.plan_flow(imported(triggers=off, has_triggers=True), update=False)
    assert [issue.code for issue in plan.issues] == ["trigger_left_out", "trigger_left_out"]
    assert "no_such" in plan.issues[0].message
    stored = imports.import_flow(plan, user=None)
    assert [(row.type, row.enabled) for row in stored.triggers.all()] == [("manual", False)]


def test_somebody_else_was_faster(flow):
    plan = imports.plan_flow(imported(), update=True)
    flows.save_draft(flow, document={"value": {"modules": []}}, revision=1, user=None)
    with pytest.raises(DraftConflict):
        imports.import_flow(plan, user=None)
    flow.refresh_from_db()
    assert (flow.name, flow.draft) == ("Order paid", {"value": {"modules": []}})
    plan = imports.plan_flow(imported(path="new"), update=False)
    flows.create_flow(path="new", name="New", user=None)
    with pytest.raises(FieldsInvalid):
        imports.import_flow(plan, user=None)


def test_rights_are_those_of_editing_by_hand(flow, user):
    plan = imports.plan_flow(imported(), update=True)
    with pytest.raises(NotPermitted):
        imports.import_flow(plan, user=user("add_flow", "view_flow", "publish_flow"))
    assert imports.import_flow(plan, user=user("change_flow")).draft == OTHER


def test_what_the_source_does_not_say_stays(flow):
    flows.update_flow(flow, user=None, description="Mine", icon="bolt")
    plan = imports.plan_flow(imported(summary=""), update=True)
    changed = imports.import_flow(plan, user=None)
    assert (changed.name, changed.description, changed.icon) == ("Order paid", "Mine", "bolt")


def test_triggers_of_a_live_flow_wait_for_their_own_call(live, user):
    wanted = [FlowTrigger(type="manual", name="By hand")]
    plan = imports.plan_flow(imported(triggers=wanted, has_triggers=True), update=True)
    changed = imports.import_flow(plan, user=user("change_flow"))
    assert imports.triggers_of(changed) == []
    with pytest.raises(NotPermitted):
        imports.import_triggers(plan, changed, user=user("change_flow"))
    imports.import_triggers(plan, changed, user=user("publish_flow"))
    assert imports.triggers_of(changed) == wanted


def test_python_is_imported_by_those_who_may_write_it(db, user):
    script = ImportedScript(path="f/x", language="python3", content="def main(): ...")
    with pytest.raises(NotPermitted):
        imports.import_script(script, update=False, user=user("add_script"))
    assert not Script.objects.exists()
    action, stored = imports.import_script(script, update=False, user=user("add_script", "author_python"))
    assert (action, stored.path) == ("create", "f/x")
    assert imports.import_script(script, update=False, user=None)[0] == "keep"
    with pytest.raises(imports.NoPath):
        imports.import_script(ImportedScript(path="", language="bun", content=""), update=False, user=None)


def test_a_file_has_the_draft_or_what_is_live(live):
    flows.save_draft(live, document=OTHER, revision=live.draft_revision, user=None)
    live.refresh_from_db()
    assert draft_file(live).document == OTHER
    assert live_file(live).document == live.published_version.document != OTHER
