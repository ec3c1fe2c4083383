"""Flows use the real value of a secret, and nothing that is written holds it in any spelling."""

import json

import pytest
from django.test import override_settings

from openflow_django.models import Event, Flow, Run, RunStatus, StepRun
from openflow_django.services import events, triggers
from tests.flows import IMMEDIATE, document, live, start, transform
from tests.worker.secrets.canaries import OTHER, SECRET, assert_clean, dump, secret, step

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_flow_gets_the_real_value_and_the_rows_do_not(seen):
    flow = live(
        document(
            step("a", "see", "variable('key')"),
            step("b", "see", "({ [variable('key')]: [results.a, 'x' + results.a] })"),
            transform("c", "[results.b]"),
        )
    )
    secret(flow)
    run = start(flow)
    assert run.status == RunStatus.SUCCESS
    assert seen == [SECRET, {SECRET: [SECRET, f"x{SECRET}"]}]
    assert run.data.result == [{"[redacted]": ["[redacted]", "x[redacted]"]}]
    row = StepRun.objects.get(run=run, path="a")
    assert (row.input, row.result) == ({"value": "[redacted]"}, "[redacted]")
    assert row.logs[0]["message"] == "saw [redacted]"
    assert row.sealed
    assert_clean()


SPELLED = {
    "url": "encodeURIComponent(variable('key'))",
    "json": "JSON.stringify({ deep: JSON.stringify({ key: variable('key') }) })",
    "base64 of more": "[0x75, 0x3a].length + variable('key')",
    "split": "[variable('key').slice(0, 9), variable('key').slice(9)]",
    "split over fields": "({ a: variable('key').slice(0, 9), b: variable('key').slice(9) })",
    "letters": "variable('key').split('')",
    "as a key": "({ [variable('key')]: { [encodeURIComponent(variable('key'))]: 1 } })",
    "two at once": "variable('key') + variable('other') + variable('key')",
    "overlapping": "variable('key') + variable('long')",
    "upper": "'https://x.example/?q=' + encodeURIComponent(variable('key'))",
}


@pytest.mark.parametrize("name", SPELLED)
def test_spellings_that_expressions_make(seen, name):
    flow = live(document(step("a", "see", SPELLED[name]), step("b", "see", "results.a")))
    secret(flow)
    secret(flow, path="other", value=OTHER)
    secret(flow, path="long", value=f"{SECRET[4:]}-and-on")
    run = start(flow)
    assert run.status == RunStatus.SUCCESS
    assert seen[0] == seen[1]
    assert_clean()


def test_every_place_of_a_run_where_it_could_end_up(seen):
    """Iterators, branches, conditions, retries, errors, failure modules, waits, sub-flows."""
    live(document(step("inner", "see", "flow_input.key")), path="tests/inner")
    loop = {
        "type": "forloopflow",
        "iterator": {"type": "javascript", "expr": "[variable('key'), variable('key')]"},
        "skip_failures": True,
        "modules": [step("each", "see", "flow_input.iter.value")],
    }
    branch = {
        "type": "branchone",
        "branches": [{"expr": "variable('key') === results.a", "modules": [step("yes", "see", "results.a")]}],
        "default": [],
    }
    call = {
        "type": "flow",
        "path": "tests/inner",
        "input_transforms": {"key": {"type": "static", "value": "$var:key"}},
    }
    flow = live(
        document(
            step("a", "see", "variable('key')", retry={"constant": {"attempts": 1, "seconds": 0}}),
            {"id": "loop", "value": loop},
            {"id": "branch", "value": branch},
            {"id": "call", "value": call},
            step("bad", "fail", "variable('key')", continue_on_error=True),
            step("mocked", "see", "1", mock={"enabled": True, "return_value": SECRET}, summary="x"),
            step("stop", "fail", "variable('key')", retry={"constant": {"attempts": 1, "seconds": 0}}),
            failure_module=step("failure", "see", "error.message"),
        )
    )
    secret(flow)
    run = start(flow)
    assert run.status == RunStatus.FAILURE
    assert seen == [SECRET] * 5 + [f"it broke at {SECRET}"]
    assert "[redacted]" in json.dumps(run.data.error)
    Flow.objects.update(draft={}, published_version=None)
    Run.objects.update(version=None)
    flow.versions.all().delete()  # the document itself has the mocked value in plain text
    assert_clean()


def test_an_error_that_quotes_it(seen):
    flow = live(document(step("a", "fail", "variable('key')")))
    secret(flow)
    run = start(flow)
    assert run.data.error["message"] == "it broke at [redacted]"
    assert StepRun.objects.get(run=run).result == {"was": "[redacted]"}
    assert_clean()


def test_scripts_read_it_and_their_output_is_clean(seen, settings):
    settings.OPENFLOW = IMMEDIATE
    flow = live(
        document(
            {
                "id": "a",
                "value": {
                    "type": "rawscript",
                    "language": "bun",
                    "content": """
                    import * as wmill from "windmill-client"
                    export async function main() {
                        const key = await wmill.getVariable("key");
                        console.log("half", key.slice(0, 9)); console.log(key.slice(9));
                        console.log(JSON.stringify({ key }));
                        return { key }
                    }""",
                    "input_transforms": {},
                },
            },
            step("b", "see", "results.a.key"),
            step("c", "fail", "results.a"),
        )
    )
    secret(flow)
    run = start(flow)
    assert seen == [SECRET], run.data.error
    assert_clean()


class TestDoors:
    """Secrets that come in from outside, whoever may read them."""

    def test_a_run_that_is_started_with_one(self, seen):
        flow = live(document(step("a", "see", "flow_input")))
        secret(None)
        run = start(
            flow,
            {"body": f"x {SECRET}", "headers": {"Authorization": "Bearer b-e-a-r"}},
            accountability={"user_agent": SECRET},
        )
        assert seen == [{"body": f"x {SECRET}", "headers": {"Authorization": "Bearer b-e-a-r"}}]
        assert run.data.input == {"body": "x [redacted]", "headers": {"Authorization": "[redacted]"}}
        assert "b-e-a-r" not in dump()
        assert_clean()

    def test_an_event_that_holds_one(self, seen):
        flow = live(document(step("a", "see", "flow_input.note")))
        secret(None)
        trigger = triggers.create_trigger(flow, type="manual", options={}, user=None)
        with override_settings(OPENFLOW=IMMEDIATE):
            event = events.record(
                flow_id=flow.pk, trigger_id=trigger.pk, name="x", payload={"note": SECRET, "api_key": "k-e-y"}
            )
        assert event is not None
        assert Event.objects.get().payload == {"note": "[redacted]", "api_key": "[redacted]"}
        assert seen == [SECRET]
        assert_clean()
