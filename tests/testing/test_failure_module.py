"""The failure module: when and where it runs, and what it makes of the flow (semantics section 6)."""

from typing import Any

import pytest

from openflow_django.testing import run_flow
from tests.testing.build import (
    branch,
    branch_all,
    branch_one,
    call,
    constant,
    fail,
    flow,
    give,
    identity,
    js,
    loop,
    script,
    step,
    stop,
)
from tests.testing.steps import runs

HANDLER = give("failure", "'handled ' + error.message")
RECOVER = script("failure", "return {recover: true, by: 'handler'};")
RECOVERED = {"recover": True, "by": "handler"}


# --------------------------------------------------------------------------------- the failure module


def test_the_failure_module_gives_the_result_of_a_failed_flow() -> None:
    run = run_flow(flow(fail("a", "zzz"), identity("b"), failure_module=HANDLER), {})
    assert (run.status, run.result) == ("failure", "handled zzz")
    assert run.error["message"] == "zzz"
    assert (runs(run, "failure"), runs(run, "b")) == (1, 0)


def test_it_does_not_run_when_nothing_failed() -> None:
    run = run_flow(flow(give("a", 1), failure_module=HANDLER), {})
    assert (run.result, runs(run, "failure")) == (1, 0)


def test_its_previous_result_is_the_whole_result_of_the_failed_module() -> None:
    handler = give("failure", "[Object.keys(previous_result), previous_result.error.message]")
    assert run_flow(flow(fail("a"), failure_module=handler), {}).result == [["error"], "bad"]


def test_it_sees_the_input_and_results_of_the_steps_before() -> None:
    handler = give("failure", "[flow_input.n, results.a, results.b.error.message]")
    assert run_flow(flow(give("a", 1), fail("b"), failure_module=handler), {"n": 4}).result == [4, 1, "bad"]


def test_it_sees_when_and_as_what_the_run_started() -> None:
    handler = give("failure", "[typeof started_at, typeof flow_job_id]")
    assert run_flow(flow(fail("a"), failure_module=handler), {}).result == ["string", "string"]


def test_its_own_failure_is_the_result_and_it_is_not_run_again() -> None:
    run = run_flow(flow(fail("a", "one"), failure_module=fail("failure", "two")), {})
    assert (run.status, run.result["error"]["message"], runs(run, "failure")) == ("failure", "two", 1)
    assert run.result["error"]["step_id"] == "failure"


def test_it_may_have_retries_of_its_own() -> None:
    handler = fail("failure", "two", retry=constant(2))
    run = run_flow(flow(fail("a", retry=constant(1)), failure_module=handler), {})
    assert (run.result["error"]["message"], runs(run, "a"), runs(run, "failure")) == ("two", 2, 3)


def test_it_may_be_mocked() -> None:
    handler = fail("failure", mock={"enabled": True, "return_value": {"recover": True}})
    run = run_flow(flow(fail("a"), failure_module=handler), {})
    assert (run.status, run.result, runs(run, "failure")) == ("success", {"recover": True}, 0)


def test_it_may_be_a_stored_script() -> None:
    handler = step(
        "failure", {"type": "script", "path": "f/on_error", "input_transforms": {"e": js("error.name")}}
    )
    scripts = {"f/on_error": {"language": "deno", "content": "export const main = (e) => e + '!';"}}
    assert run_flow(flow(fail("a"), failure_module=handler), {}, scripts=scripts).result == "Error!"


def test_it_is_not_run_for_a_plain_early_stop() -> None:
    run = run_flow(flow(give("a", 1, stop_after_if=stop("true")), failure_module=HANDLER), {})
    assert (run.status, run.result, runs(run, "failure")) == ("success", 1, 0)


def test_it_is_not_run_for_a_tolerated_failure() -> None:
    run = run_flow(flow(fail("a", continue_on_error=True), give("b", 2), failure_module=HANDLER), {})
    assert (run.status, run.result, runs(run, "failure")) == ("success", 2, 0)


def test_it_runs_for_a_failing_input_transform() -> None:
    assert run_flow(flow(give("a", "no.such"), failure_module=HANDLER), {}).result.startswith("handled x: ")


@pytest.mark.parametrize(
    "broken",
    [
        branch_one("b", branch(identity("c"), expr="flow_input.x.y.z")),
        loop("b", "flow_input.x.y", identity("c")),
        loop("b", 5, identity("c")),
        give("b", 1, skip_if={"expr": "flow_input.x.y"}),
        give("b", 1, sleep=js("flow_input.x.y")),
        give("b", 1, sleep=js("'soon'")),
        give("b", 1, timeout=js("flow_input.x.y")),
        give("b", 1, timeout=js("-1")),
        loop("b", [1], identity("c"), parallel=True, parallelism=js("flow_input.x.y")),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_failing_expression_of_a_step_is_a_failure_of_that_step(broken: Any, is_first: bool) -> None:
    # Quirk 10: iterator, skip_if, sleep and timeout count as predicates do since April 2026.
    modules = [broken] if is_first else [give("a", 1), broken]
    run = run_flow(flow(*modules, give("z", 9), failure_module=give("failure", "error.step_id")), {})
    assert (run.status, run.result, runs(run, "z")) == ("failure", "b", 0)
    alone = run_flow(flow(*modules, give("z", 9)), {})
    assert (alone.status, set(alone.result)) == ("failure", {"error"})
    assert set(alone.result["error"]) >= {"name", "message", "step_id"}
    tolerated = run_flow(
        flow(*modules[:-1], {**broken, "continue_on_error": True}, give("z", "error.step_id")), {}
    )
    assert (tolerated.status, tolerated.result) == ("success", "b")


def test_a_failing_predicate_may_be_retried() -> None:
    broken = branch_one("b", branch(identity("c"), expr="flow_input.x.y"), retry=constant(2))
    assert run_flow(flow(broken), {}).status == "failure"


def test_a_stop_condition_that_fails_fails_the_flow_with_a_text_whatever_the_step_tolerates() -> None:
    settings = {"stop_after_if": stop("flow_input.x.y"), "continue_on_error": True, "retry": constant(2)}
    run = run_flow(flow(give("a", 1, **settings), identity("b")), {})
    assert (run.status, set(run.result), runs(run, "a"), runs(run, "b")) == ("failure", {"error"}, 1, 0)
    assert isinstance(run.result["error"], str)
    handled = run_flow(flow(give("a", 1, **settings), failure_module=give("failure", "typeof error")), {})
    assert (handled.status, handled.result) == ("failure", "string")


# ------------------------------------------------------------------------------------------- recover


def test_a_handler_that_recovers_makes_the_run_successful_and_the_rest_is_not_run() -> None:
    run = run_flow(flow(fail("a"), identity("b"), failure_module=RECOVER), {})
    assert (run.status, run.result, runs(run, "b")) == ("success", RECOVERED, 0)
    assert run.error is None


@pytest.mark.parametrize(
    "answer", ["{recover: 'true'}", "{recover: 1}", "{recover: false}", "true", "[{recover: true}]"]
)
def test_only_recover_true_recovers(answer: str) -> None:
    assert run_flow(flow(fail("a"), failure_module=give("failure", f"({answer})")), {}).status == "failure"


@pytest.mark.parametrize(
    ("module", "result"),
    [
        (loop("l", [1, 2], fail("x", when="flow_input.iter.value === 1")), [RECOVERED]),
        (branch_all("l", branch(fail("x")), branch(give("y", 2)), parallel=False), [RECOVERED]),
        (branch_one("l", branch(fail("x"), expr="true")), RECOVERED),
        (loop("l", [1], branch_one("b", default=[fail("x")])), [RECOVERED]),
    ],
)
def test_recovery_inside_a_sequential_container_does_not_help_the_parent(module: Any, result: Any) -> None:
    run = run_flow(flow(module, give("z", 9), failure_module=RECOVER), {})
    assert (run.status, run.result) == ("failure", result)
    assert (runs(run, "failure"), runs(run, "z")) == (1, 0)


@pytest.mark.parametrize(
    ("module", "result"),
    [
        (loop("l", [1, 2], fail("x", when="flow_input.iter.value === 1"), parallel=True), [RECOVERED, "x"]),
        (branch_all("l", branch(fail("x")), branch(give("y", 2)), parallel=True), [RECOVERED, 2]),
    ],
)
def test_recovery_inside_a_parallel_container_helps_the_parent(module: Any, result: Any) -> None:
    run = run_flow(flow(module, give("z", "results.l"), failure_module=RECOVER), {})
    assert (run.status, run.result, runs(run, "failure")) == ("success", result, 1)


def test_recovery_inside_a_branch_inside_a_parallel_iteration_does_not_reach_the_iteration() -> None:
    inner = branch_one("b", branch(fail("x"), expr="true"))
    run = run_flow(flow(loop("l", [1], inner, parallel=True), failure_module=RECOVER), {})
    assert (run.status, run.result) == ("failure", [RECOVERED])


# ------------------------------------------------------------------------------- where the handler runs


def test_the_handler_runs_inside_the_failing_iteration_and_not_again_for_the_loop() -> None:
    handler = give("failure", "[flow_input.iter.value, error.message, results.first]")
    body = (give("first", "flow_input.iter.value * 10"), fail("x", when="results.first === 20"))
    run = run_flow(flow(loop("l", [1, 2, 3], *body), failure_module=handler), {})
    assert (run.status, run.result) == ("failure", ["x", [2, "bad", 20]])
    assert runs(run, "failure") == 1


def test_with_skip_failures_the_handler_runs_in_every_failing_iteration() -> None:
    body = fail("x", when="flow_input.iter.value > 1")
    run = run_flow(flow(loop("l", [1, 2, 3], body, skip_failures=True), failure_module=HANDLER), {})
    assert (run.status, run.result) == ("success", ["x", "handled bad", "handled bad"])
    assert runs(run, "failure") == 2


def test_the_handler_runs_inside_the_failing_branch() -> None:
    for parallel in (True, False):
        branches = (branch(give("c", 1)), branch(fail("d")), branch(give("e", 3)))
        run = run_flow(flow(branch_all("b", *branches, parallel=parallel), failure_module=HANDLER), {})
        assert run.status == "failure"
        assert run.result == ([1, "handled bad", 3] if parallel else [1, "handled bad"])
        assert runs(run, "failure") == 1


def test_the_result_of_a_branchone_whose_branch_failed_is_that_of_the_handler() -> None:
    run = run_flow(flow(branch_one("b", default=[fail("c")]), identity("z"), failure_module=HANDLER), {})
    assert (run.status, run.result, runs(run, "failure"), runs(run, "z")) == ("failure", "handled bad", 1, 0)


def test_a_tolerant_branchone_goes_on_with_the_result_of_the_handler() -> None:
    modules = (branch_one("b", default=[fail("c")], continue_on_error=True), give("z", "previous_result"))
    run = run_flow(flow(*modules, failure_module=HANDLER), {})
    assert (run.status, run.result, runs(run, "failure")) == ("success", "handled bad", 1)


def test_the_handler_runs_at_the_innermost_level_only() -> None:
    deep = loop("o", [1], branch_one("b", default=[loop("i", [1, 2], fail("x"))]))
    run = run_flow(flow(deep, failure_module=HANDLER), {})
    assert (run.result, runs(run, "failure")) == ([["handled bad"]], 1)


def test_a_failure_of_the_container_itself_is_handled_at_its_own_level() -> None:
    run = run_flow(
        flow(loop("o", [1], loop("i", "flow_input.no.such", identity("x"))), failure_module=HANDLER), {}
    )
    assert run.result[0].startswith("handled ")
    run = run_flow(flow(loop("i", "flow_input.no.such", identity("x")), failure_module=HANDLER), {})
    assert run.result.startswith("handled ")


def test_the_handler_of_a_flow_does_not_run_inside_a_flow_it_calls() -> None:
    flows = {"f/bad": flow(fail("s"))}
    run = run_flow(flow(call("a", "f/bad"), failure_module=HANDLER), {}, flows=flows)
    assert (run.status, run.result, runs(run, "failure")) == ("failure", "handled bad", 1)
