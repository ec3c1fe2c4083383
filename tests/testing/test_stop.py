"""Early stops: which flow or loop they end, with what (semantics section 7)."""

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
    stop,
    while_loop,
)
from tests.testing.steps import runs

ITER = "flow_input.iter.value"
HANDLER = give("failure", "[error.name, error.message]")


# ------------------------------------------------------------------------------------------ a plain step


def test_a_stop_ends_the_flow_with_the_result_of_the_step() -> None:
    run = run_flow(flow(give("a", 7, stop_after_if=stop("result === 7")), identity("b")), {})
    assert (run.status, run.result, runs(run, "b")) == ("success", 7, 0)


def test_a_condition_that_does_not_hold_changes_nothing() -> None:
    run = run_flow(flow(give("a", 7, stop_after_if=stop("result > 7")), give("b", "previous_result + 1")), {})
    assert (run.status, run.result) == ("success", 8)


def test_the_label_skipped() -> None:
    run = run_flow(
        flow(give("a", [], stop_after_if=stop("result.length === 0", skip=True)), identity("b")), {}
    )
    assert (run.status, run.result) == ("skipped", [])


def test_skip_if_stopped_may_be_left_out() -> None:
    run = run_flow(flow(give("a", 1, stop_after_if={"expr": "true"}), identity("b")), {})
    assert (run.status, run.result) == ("success", 1)


def test_a_stop_on_the_last_step_counts_for_its_label() -> None:
    assert run_flow(flow(give("a", 1, stop_after_if=stop("true", skip=True))), {}).status == "skipped"


@pytest.mark.parametrize(
    "condition",
    [
        "result",
        "'false'",
        "[]",
        "({}).constructor",
        "previous_result === 1",
        "flow_input.n === 4 && results.a === 1",
    ],
)
def test_conditions_are_judged_by_truthiness(condition: str) -> None:
    run = run_flow(flow(give("a", 1, stop_after_if=stop(condition)), give("b", 2)), {"n": 4})
    assert run.result == 1


@pytest.mark.parametrize("condition", ["0", "''", "null", "undefined", "NaN", "result !== 1", "results.no"])
def test_what_is_falsy_does_not_stop(condition: str) -> None:
    assert run_flow(flow(give("a", 1, stop_after_if=stop(condition)), give("b", 2)), {}).result == 2


def test_a_failed_step_is_not_asked() -> None:
    run = run_flow(flow(fail("a", continue_on_error=True, stop_after_if=stop("true")), give("b", 2)), {})
    assert run.result == 2


def test_the_condition_sees_earlier_results() -> None:
    run = run_flow(flow(give("a", 1), give("b", 2, stop_after_if=stop("results.a === 1")), give("c", 3)), {})
    assert run.result == 2


def test_a_stopped_step_neither_suspends_nor_sleeps() -> None:
    module = give(
        "a",
        1,
        stop_after_if=stop("true"),
        suspend={"required_events": 1},
        sleep={"type": "static", "value": -1},
    )
    run = run_flow(flow(module, identity("b")), {})
    assert (run.status, run.result) == ("success", 1)


# --------------------------------------------------------------------------------------------- with error


def test_an_error_message_fails_the_flow() -> None:
    run = run_flow(flow(give("a", 3, stop_after_if=stop("true", error_message="halt")), identity("b")), {})
    assert (run.status, runs(run, "b")) == ("failure", 0)
    assert run.result == {"error": {"name": "EarlyStopError", "message": "halt"}}
    assert run.error == {"name": "EarlyStopError", "message": "halt"}


def test_an_empty_message_is_replaced_by_one_made_of_the_expression() -> None:
    run = run_flow(flow(give("a", 3, stop_after_if=stop("result === 3", error_message=""))), {})
    assert (run.status, run.result["error"]["message"]) == ("failure", "stop after if: result === 3")


def test_a_null_message_is_none() -> None:
    assert (
        run_flow(flow(give("a", 3, stop_after_if=stop("true", error_message=None))), {}).status == "success"
    )


def test_the_result_may_be_included() -> None:
    condition = stop("true", error_message="halt", error_include_result=True)
    run = run_flow(flow(give("a", [3], stop_after_if=condition)), {})
    assert run.result == {"error": {"name": "EarlyStopError", "message": "halt", "result": [3]}}


def test_the_failure_module_runs_and_replaces_the_result() -> None:
    module = give("a", 3, stop_after_if=stop("true", error_message="halt"))
    run = run_flow(flow(module, identity("b"), failure_module=HANDLER), {})
    assert (run.status, run.result, runs(run, "b")) == ("failure", ["EarlyStopError", "halt"], 0)


def test_the_failure_module_may_recover_it() -> None:
    module = give("a", 3, stop_after_if=stop("true", error_message="halt"))
    run = run_flow(flow(module, identity("b"), failure_module=give("failure", "({recover: true})")), {})
    assert (run.status, run.result, runs(run, "b")) == ("success", {"recover": True}, 0)


def test_an_error_stop_is_neither_tolerated_nor_retried() -> None:
    module = give(
        "a", 3, stop_after_if=stop("true", error_message="x"), continue_on_error=True, retry=constant(2)
    )
    run = run_flow(flow(module, identity("b")), {})
    assert (run.status, runs(run, "a"), runs(run, "b")) == ("failure", 1, 0)


def test_a_condition_that_does_not_hold_raises_nothing() -> None:
    assert run_flow(flow(give("a", 3, stop_after_if=stop("false", error_message="x"))), {}).result == 3


# --------------------------------------------------------------------------------- inside something else


@pytest.mark.parametrize("skip", [True, False])
def test_inside_a_branchone_the_enclosing_flow_stops_too_with_its_label(skip: bool) -> None:
    inner = give("x", 1, stop_after_if=stop("true", skip=skip))
    run = run_flow(flow(branch_one("b", branch(inner, give("y", 2), expr="true")), give("z", 3)), {})
    assert (run.status, run.result) == ("skipped" if skip else "success", 1)
    assert (runs(run, "y"), runs(run, "z")) == (0, 0)


def test_the_label_travels_through_nested_branches() -> None:
    inner = give("x", 1, stop_after_if=stop("true", skip=True))
    run = run_flow(flow(branch_one("b", default=[branch_one("c", default=[inner])]), give("z", 3)), {})
    assert (run.status, run.result) == ("skipped", 1)


def test_inside_a_sequential_branchall_the_enclosing_flow_stops_with_the_branches_run_so_far() -> None:
    branches = (
        branch(give("x", 1)),
        branch(give("y", 2, stop_after_if=stop("true")), give("v", 0)),
        branch(give("w", 3)),
    )
    run = run_flow(flow(branch_all("b", *branches, parallel=False), give("z", 9)), {})
    assert (run.status, run.result) == ("success", [1, 2])
    assert (runs(run, "v"), runs(run, "w"), runs(run, "z")) == (0, 0, 0)


def test_inside_a_parallel_branch_only_that_branch_ends() -> None:
    branches = (
        branch(give("x", 1, stop_after_if=stop("true", skip=True)), give("y", 2)),
        branch(give("w", 3)),
    )
    run = run_flow(flow(branch_all("b", *branches, parallel=True), give("z", "previous_result")), {})
    assert (run.status, run.result, runs(run, "y")) == ("success", [1, 3], 0)


def test_inside_a_sequential_iteration_the_loop_breaks_and_the_flow_goes_on() -> None:
    body = (give("x", ITER, stop_after_if=stop("result === 2", skip=True)), give("y", "'d' + results.x"))
    run = run_flow(flow(loop("l", [1, 2, 3], *body), give("z", "previous_result")), {})
    assert (run.status, run.result, runs(run, "x")) == ("success", ["d1", 2], 2)


def test_as_the_last_module_a_broken_loop_drops_the_label() -> None:
    body = give("x", ITER, stop_after_if=stop("true", skip=True))
    run = run_flow(flow(loop("l", [1, 2], body)), {})
    assert (run.status, run.result) == ("success", [1])


def test_inside_a_branch_inside_an_iteration_the_loop_breaks() -> None:
    inner = branch_one(
        "b",
        branch(give("x", "'stop'", stop_after_if=stop("true")), expr=f"{ITER} === 2"),
        default=[give("y", ITER)],
    )
    run = run_flow(
        flow(loop("l", [1, 2, 3], inner, give("v", "previous_result")), give("z", "previous_result")), {}
    )
    assert (run.status, run.result) == ("success", [1, "stop"])


def test_inside_a_nested_loop_only_the_inner_one_breaks() -> None:
    inner = loop("i", [1, 2, 3], give("x", ITER, stop_after_if=stop("result === 2")))
    run = run_flow(flow(loop("o", [1, 2], inner)), {})
    assert run.result == [[1, 2], [1, 2]]


def test_inside_a_while_iteration_the_loop_breaks() -> None:
    body = (
        give("x", "flow_input.iter.index", stop_after_if=stop("result === 2")),
        give("y", "'y' + results.x"),
    )
    run = run_flow(flow(while_loop("w", *body), give("z", "previous_result")), {})
    assert run.result == ["y0", "y1", 2]


def test_inside_a_parallel_iteration_only_that_iteration_ends() -> None:
    body = (give("x", ITER, stop_after_if=stop("result === 2")), give("y", "'y' + results.x"))
    run = run_flow(flow(loop("l", [1, 2, 3], *body, parallel=True), give("z", "previous_result")), {})
    assert (run.status, run.result) == ("success", ["y1", 2, "y3"])


@pytest.mark.parametrize("skip", [True, False])
def test_inside_a_called_flow_only_that_flow_ends(skip: bool) -> None:
    flows = {"f/stop": flow(give("x", 1, stop_after_if=stop("true", skip=skip)), give("y", 2))}
    run = run_flow(flow(call("c", "f/stop"), give("z", "previous_result + 10")), {}, flows=flows)
    assert (run.status, run.result) == ("success", 11)


def test_the_label_of_a_called_flow_is_not_that_of_the_caller() -> None:
    flows = {"f/stop": flow(give("x", 1, stop_after_if=stop("true", skip=True)))}
    assert run_flow(flow(call("c", "f/stop")), {}, flows=flows).status == "success"


def test_with_error_inside_a_sequential_iteration_that_iteration_fails() -> None:
    body = give("x", ITER, stop_after_if=stop("result === 2", error_message="halt"))
    run = run_flow(flow(loop("l", [1, 2, 3], body), give("z", 9)), {})
    assert (run.status, runs(run, "z")) == ("failure", 0)
    assert run.result == [1, {"error": {"name": "EarlyStopError", "message": "halt"}}]


def test_with_error_inside_a_tolerant_loop_it_breaks_with_the_error_in_the_list() -> None:
    body = give("x", ITER, stop_after_if=stop("result === 2", error_message="halt"))
    run = run_flow(flow(loop("l", [1, 2, 3], body, skip_failures=True)), {})
    assert (run.status, run.result) == (
        "success",
        [1, {"error": {"name": "EarlyStopError", "message": "halt"}}],
    )


def test_with_error_inside_a_branchone_the_enclosing_flow_fails_whatever_the_branchone_tolerates() -> None:
    inner = give("x", 1, stop_after_if=stop("true", error_message="halt"))
    settings = {"continue_on_error": True, "retry": constant(2)}
    run = run_flow(flow(branch_one("b", default=[inner], **settings), give("z", 3)), {})
    assert (run.status, run.result["error"]["name"]) == ("failure", "EarlyStopError")
    assert (runs(run, "x"), runs(run, "z")) == (1, 0)


def test_with_error_inside_a_parallel_iteration_the_others_run_to_their_end() -> None:
    body = give("x", ITER, stop_after_if=stop("result === 1", error_message="halt"))
    run = run_flow(flow(loop("l", [1, 2], body, parallel=True)), {})
    assert (run.status, run.result) == (
        "failure",
        [{"error": {"name": "EarlyStopError", "message": "halt"}}, 2],
    )


def test_with_error_inside_a_called_flow_the_step_fails_as_any_other() -> None:
    flows = {"f/stop": flow(give("x", 1, stop_after_if=stop("true", error_message="halt")))}
    run = run_flow(
        flow(call("c", "f/stop", continue_on_error=True), give("z", "error.message")), {}, flows=flows
    )
    assert (run.status, run.result) == ("success", "halt")
