"""Inputs meet the schema of their flow at the door."""

import pytest
from django.test import override_settings

from openflow_django.models import Run, RunKind
from openflow_django.services import flows, runs
from openflow_django.services.documents import validate_document
from openflow_django.services.errors import FieldsInvalid
from openflow_django.spec.json import digest

pytestmark = pytest.mark.django_db

SCHEMA = {
    "type": "object",
    "properties": {"email": {"type": "string"}, "count": {"type": "integer", "minimum": 1}},
    "required": ["email"],
}


def flow_with(**value):
    document = {"summary": "", "value": {"modules": [], **value}, "schema": SCHEMA}
    flow = flows.create_flow(path="tests/input", name="Input", document=document, user=None)
    flows.publish(flow, digest=digest(flow.draft), user=None)
    flows.activate(flow, user=None)
    flow.refresh_from_db()
    return flow


def test_an_input_that_does_not_fit_is_refused_with_every_field_named():
    with pytest.raises(FieldsInvalid) as caught:
        runs.start(flow=flow_with(), input={"email": 7, "count": 0}, kind=RunKind.MANUAL)
    assert set(caught.value.fields) == {"email", "count"}
    assert not Run.objects.exists()


def test_a_missing_field_is_named():
    with pytest.raises(FieldsInvalid, match="email"):
        runs.start(flow=flow_with(), input=None, kind=RunKind.MANUAL)


def test_a_test_run_of_the_draft_is_checked_too():
    with pytest.raises(FieldsInvalid):
        runs.start_test(flow_with(), input={"count": "x"}, user=None)


@override_settings(OPENFLOW={"CHECK_INPUT": "warn"})
def test_a_site_may_only_be_warned(caplog):
    run = runs.start(flow=flow_with(), input={}, kind=RunKind.MANUAL)
    assert run.pk
    assert "does not fit" in caplog.text


@override_settings(OPENFLOW={"SCRIPT_LANGUAGES": ["bun"]})
def test_what_a_trigger_gives_to_a_preprocessor_is_not_checked():
    code = "export function preprocessor(event) { return {email: event.mail}; }"
    module = {"id": "preprocessor", "value": {"type": "rawscript", "language": "bun", "content": code}}
    flow = flow_with(preprocessor_module=module)
    assert runs.start(flow=flow, input={"mail": "a@b.c"}, trigger={"mail": "a@b.c"}, kind=RunKind.TRIGGER).pk


def test_an_agent_without_a_provider_is_an_issue():
    provider = {"type": "static", "value": {"kind": "oracle", "model": "m", "resource": None}}
    message = {"type": "static", "value": "hi"}
    value = {
        "type": "aiagent",
        "tools": [],
        "input_transforms": {"provider": provider, "user_message": message},
    }
    issues = validate_document({"summary": "", "value": {"modules": [{"id": "a", "value": value}]}})
    assert [(issue.code, issue.step_id) for issue in issues] == [("ai_provider_missing", "a")]
