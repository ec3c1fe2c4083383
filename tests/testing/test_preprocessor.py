"""The preprocessor of a flow, and what starts a run (semantics section 9)."""

from typing import Any

import pytest

from openflow_django.testing import run_flow
from tests.testing.build import constant, fail, flow, give, identity, raw, step
from tests.testing.steps import runs

EVENT = {"body": {"n": 7}, "kind": "webhook"}


def preprocessor(body: str, parameters: str = "event") -> dict[str, Any]:
    content = f"export async function preprocessor({parameters}) {{ {body} }}"
    return step("preprocessor", raw(content, {"event": "'discarded'", "ignored": 1}))


def test_its_output_replaces_the_input_of_a_run_started_by_a_trigger() -> None:
    document = flow(give("a", "flow_input"), preprocessor_module=preprocessor("return {n: event.body.n};"))
    run = run_flow(document, {"other": 1}, trigger=EVENT)
    assert (run.status, run.result, runs(run, "preprocessor")) == ("success", {"n": 7}, 1)


def test_it_does_not_run_for_a_direct_run() -> None:
    document = flow(give("a", "flow_input"), preprocessor_module=preprocessor("return {n: 99};"))
    run = run_flow(document, {"n": 1})
    assert (run.result, runs(run, "preprocessor")) == ({"n": 1}, 0)


@pytest.mark.parametrize(
    ("answer", "given"),
    [
        ("5", {"value": 5}),
        ("'text'", {"value": "text"}),
        ("[1]", {"value": [1]}),
        ("false", {"value": False}),
        ("null", {}),
        ("undefined", {}),
        ("({})", {}),
    ],
)
def test_what_is_no_object_is_wrapped_and_null_is_no_input(answer: str, given: Any) -> None:
    document = flow(give("a", "flow_input"), preprocessor_module=preprocessor(f"return {answer};"))
    assert run_flow(document, {}, trigger=EVENT).result == given


def test_the_first_module_has_its_output_as_previous_result() -> None:
    document = flow(identity("a"), preprocessor_module=preprocessor("return {n: 1};"))
    assert run_flow(document, {}, trigger=EVENT).result == {"n": 1}


def test_it_may_run_for_an_event_without_content() -> None:
    document = flow(identity("a"), preprocessor_module=preprocessor("return {e: event};"))
    assert run_flow(document, {}, trigger={}).result == {"e": {}}


def test_its_failure_fails_the_run() -> None:
    document = flow(identity("a"), preprocessor_module=preprocessor("throw new Error('pre');"))
    run = run_flow(document, {}, trigger=EVENT)
    assert (run.status, run.result["error"]["message"], runs(run, "a")) == ("failure", "pre", 0)
    assert run.result["error"]["step_id"] == "preprocessor"
    handled = run_flow(
        {**document, "value": {**document["value"], "failure_module": give("failure", "error.message")}},
        {},
        trigger=EVENT,
    )
    assert (handled.status, handled.result) == ("failure", "pre")


def test_it_may_have_retries() -> None:
    module = {**preprocessor("throw new Error('pre');"), "retry": constant(2)}
    run = run_flow(flow(identity("a"), preprocessor_module=module), {}, trigger=EVENT)
    assert (run.status, runs(run, "preprocessor")) == ("failure", 3)


def test_skip_expr_sees_its_output() -> None:
    document = flow(
        fail("a"), skip_expr="flow_input.n === 7", preprocessor_module=preprocessor("return event.body;")
    )
    assert run_flow(document, {}, trigger=EVENT).status == "skipped"


def test_a_script_without_the_function_fails() -> None:
    module = step("preprocessor", raw("export function main() { return {}; }"))
    assert run_flow(flow(identity("a"), preprocessor_module=module), {}, trigger=EVENT).status == "failure"


def test_a_trigger_without_a_preprocessor_leaves_the_input() -> None:
    run = run_flow(flow(give("a", "[flow_input.n, $trigger.kind]")), {"n": 1}, trigger=EVENT)
    assert run.result == [1, "webhook"]
