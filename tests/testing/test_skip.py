"""skip_if (semantics section 5) and skip_expr (section 9)."""

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
    loop,
    while_loop,
)
from tests.testing.steps import runs

ITER = "flow_input.iter.value"


def skip(expr: str) -> dict[str, str]:
    return {"expr": expr}


def test_a_skipped_step_passes_the_previous_result_on_and_is_not_run() -> None:
    modules = (
        give("a", 7),
        give("b", "'b'", skip_if=skip("results.a === 7")),
        give("c", "previous_result + 1"),
    )
    run = run_flow(flow(*modules), {})
    assert (run.status, run.result, runs(run, "b")) == ("success", 8, 0)


def test_a_step_that_is_not_skipped_runs() -> None:
    run = run_flow(flow(give("a", 7), give("b", "'b'", skip_if=skip("result !== 7"))), {})
    assert (run.result, runs(run, "b")) == ("b", 1)


def test_the_result_of_a_skipped_step_by_its_id_is_the_previous_result() -> None:
    run = run_flow(flow(give("a", 7), give("b", 8, skip_if=skip("true")), give("c", "results.b")), {})
    assert run.result == 7


@pytest.mark.parametrize(
    "expr",
    [
        "previous_result === 7",
        "result === 7",
        "flow_input.n === 4",
        "results.a",
        "flow_env.K",
        "'text'",
        "[]",
    ],
)
def test_what_the_condition_sees(expr: str) -> None:
    run = run_flow(flow(give("a", 7), give("b", 8, skip_if=skip(expr)), flow_env={"K": 1}), {"n": 4})
    assert run.result == 7


def test_a_skipped_first_step_gives_the_input() -> None:
    assert run_flow(flow(give("a", 7, skip_if=skip("true"))), {"n": 4}).result == {"n": 4}


def test_a_skipped_last_step_leaves_a_successful_flow() -> None:
    run = run_flow(flow(give("a", 7), fail("b", skip_if=skip("true"))), {})
    assert (run.status, run.result) == ("success", 7)


def test_a_skipped_step_does_not_suspend() -> None:
    module = give("b", 8, skip_if=skip("true"), suspend={"required_events": 1})
    assert run_flow(flow(give("a", 7), module, identity("c")), {}).result == 7


@pytest.mark.parametrize(
    "container",
    [
        loop("l", [1, 2], give("x", ITER)),
        while_loop("l", give("x", 1), stop_after_if={"expr": "true"}),
        branch_one("l", default=[give("x", 1)]),
        branch_all("l", branch(give("x", 1))),
    ],
)
def test_every_kind_of_step_may_be_skipped(container: Any) -> None:
    run = run_flow(flow(give("a", 7), {**container, "skip_if": skip("results.a === 7")}, identity("z")), {})
    assert (run.result, runs(run, "x")) == (7, 0)


def test_a_called_flow_may_be_skipped() -> None:
    run = run_flow(flow(give("a", 7), call("c", "f/none", skip_if=skip("true"))), {})
    assert run.result == 7


def test_for_a_loop_it_is_judged_once_on_entry_with_the_result_before_it() -> None:
    body = (give("x", ITER), identity("y"))
    run = run_flow(flow(give("a", 0), loop("l", [7, 8, 9], *body, skip_if=skip("previous_result > 5"))), {})
    assert run.result == [7, 8, 9]


def test_inside_a_body_it_is_judged_for_every_iteration() -> None:
    body = (give("x", ITER), give("y", "'y'", skip_if=skip(f"{ITER} === 2")))
    assert run_flow(flow(loop("l", [1, 2, 3], *body)), {}).result == ["y", 2, "y"]


def test_a_skip_in_the_first_step_of_a_body_gives_the_input_of_the_iteration() -> None:
    run = run_flow(flow(loop("l", [5], give("x", 1, skip_if=skip("true")))), {"n": 4})
    assert run.result == [{"n": 4, "iter": {"value": 5, "index": 0}}]


def test_a_failing_condition_is_tolerated_like_any_failure_of_the_step() -> None:
    run = run_flow(
        flow(give("b", 1, skip_if=skip("no.such"), continue_on_error=True), give("z", "error.name")), {}
    )
    assert run.result == "ExecutionErr"


def test_a_retry_after_a_failure_keeps_to_the_decision() -> None:
    module = fail("b", skip_if=skip("!!previous_result.error"), retry=constant(1))
    assert runs(run_flow(flow(give("a", 1), module), {}), "b") == 2


# --------------------------------------------------------------------------------------------- skip_expr


def test_skip_expr_ends_the_run_before_its_first_module() -> None:
    run = run_flow(flow(give("a", 1), skip_expr="flow_input.n === 4"), {"n": 4})
    assert (run.status, run.result, runs(run, "a")) == ("skipped", "stopped early", 0)


def test_a_skip_expr_that_does_not_hold_changes_nothing() -> None:
    assert run_flow(flow(give("a", 1), skip_expr="flow_input.n === 4"), {"n": 5}).result == 1


@pytest.mark.parametrize("expr", ["flow_env.OFF", "WM_SCHEDULED_FOR === null", "previous_result.n === 4"])
def test_what_skip_expr_sees(expr: str) -> None:
    assert run_flow(flow(give("a", 1), skip_expr=expr, flow_env={"OFF": True}), {"n": 4}).status == "skipped"


def test_skip_expr_sees_no_results() -> None:
    run = run_flow(flow(give("a", 1), skip_expr="typeof results !== 'undefined'"), {})
    assert (run.status, run.result) == ("success", 1)


@pytest.mark.parametrize("expr", ["", None])
def test_an_empty_skip_expr_is_none(expr: Any) -> None:
    assert run_flow(flow(give("a", 1), skip_expr=expr), {}).result == 1


def test_a_skip_expr_that_fails_fails_the_flow() -> None:
    run = run_flow(flow(give("a", 1), skip_expr="flow_input.a.b", failure_module=give("failure", "'h'")), {})
    assert (run.status, run.result, runs(run, "a")) == ("failure", "h", 0)


def test_a_called_flow_that_skips_itself_is_a_success_for_its_caller() -> None:
    flows = {"f/off": flow(give("a", 1), skip_expr="true")}
    run = run_flow(flow(call("c", "f/off"), give("z", "previous_result")), {}, flows=flows)
    assert (run.status, run.result) == ("success", "stopped early")
