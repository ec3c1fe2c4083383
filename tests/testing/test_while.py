"""whileloopflow (semantics section 4)."""

from typing import Any

import pytest

from openflow_django.testing import run_flow
from tests.testing.build import branch, branch_one, fail, flow, give, identity, loop, stop, while_loop
from tests.testing.steps import runs

INDEX = "flow_input.iter.index"


def test_it_runs_until_its_stop_condition_holds_the_stopping_iteration_included() -> None:
    run = run_flow(
        flow(while_loop("w", give("x", INDEX), stop_after_if=stop("result >= 2")), give("z", "results.w")), {}
    )
    assert (run.status, run.result) == ("success", [0, 1, 2])


def test_the_body_runs_at_least_once() -> None:
    assert run_flow(flow(while_loop("w", give("x", 1), stop_after_if=stop("true"))), {}).result == [1]


def test_iter_holds_the_index_twice() -> None:
    run = run_flow(
        flow(while_loop("w", give("x", "flow_input"), stop_after_if=stop("result.iter.index === 1"))),
        {"n": 4},
    )
    assert run.result == [{"n": 4, "iter": {"value": i, "index": i}} for i in (0, 1)]


def test_a_stop_inside_the_body_ends_it() -> None:
    body = (give("x", INDEX, stop_after_if=stop("result === 2", skip=True)), give("y", "'y'"))
    run = run_flow(flow(while_loop("w", *body), give("z", "previous_result")), {})
    assert (run.status, run.result) == ("success", ["y", "y", 2])


def test_a_failure_without_skip_failures_ends_it_and_the_flow_with_the_list_so_far() -> None:
    run = run_flow(flow(while_loop("w", fail("x", when=f"{INDEX} === 1"), identity("y")), identity("z")), {})
    assert (run.status, runs(run, "x"), runs(run, "z"), run.result[0]) == ("failure", 2, 0, "x")
    assert run.result[1]["error"]["message"] == "bad"


def test_with_skip_failures_the_error_stays_in_the_list_and_it_goes_on() -> None:
    body = fail("x", when=f"{INDEX} === 1")
    condition = stop("all_iters.length === 3")
    run = run_flow(flow(while_loop("w", body, skip_failures=True, stop_after_if=condition)), {})
    assert (run.status, run.result[0], run.result[1]["error"]["message"], run.result[2]) == (
        "success",
        "x",
        "bad",
        "x",
    )


def test_a_step_of_the_body_reads_its_own_result_of_the_iteration_before() -> None:
    body = (give("count", "(results.count ?? 0) + 2"), identity("y"))
    assert run_flow(flow(while_loop("w", *body, stop_after_if=stop("result >= 6"))), {}).result == [2, 4, 6]


def test_a_body_of_one_script_keeps_its_state_too() -> None:
    module = while_loop("w", give("count", "(results.count ?? 0) + 2"), stop_after_if=stop("result >= 6"))
    assert run_flow(flow(module), {}).result == [2, 4, 6]


def test_an_empty_body_gives_an_empty_list() -> None:
    assert run_flow(flow(while_loop("w")), {}).result == []


@pytest.mark.parametrize(
    "keys", [{"parallel": True}, {"parallel": True, "parallelism": 3}, {"parallel": False}]
)
def test_parallel_and_parallelism_are_ignored(keys: dict[str, object]) -> None:
    module = while_loop("w", give("x", INDEX), stop_after_if=stop("result === 2"))
    module["value"].update(keys)
    assert run_flow(flow(module), {}).result == [0, 1, 2]


def test_a_loop_that_never_stops_ends_with_an_error_at_the_cap(settings: Any) -> None:
    # Quirk 12.
    settings.OPENFLOW = {"MAX_LOOP_ITERATIONS": 25}
    run = run_flow(flow(while_loop("w", identity("x")), identity("z")), {})
    assert (run.status, runs(run, "x"), runs(run, "z")) == ("failure", 25, 0)
    assert (run.result["error"]["name"], run.result["error"]["step_id"]) == ("TooManyIterations", "w")


def test_the_stop_condition_sees_the_input_of_the_enclosing_flow() -> None:
    module = while_loop(
        "w", give("x", INDEX), stop_after_if=stop("result === flow_input.limit && !flow_input.iter")
    )
    assert run_flow(flow(module), {"limit": 1}).result == [0, 1]


def test_loops_nest_in_each_other() -> None:
    inner = while_loop(
        "i", give("x", f"[flow_input.iter_parent.index, {INDEX}]"), stop_after_if=stop("result[1] === 1")
    )
    run = run_flow(flow(while_loop("o", inner, stop_after_if=stop("result[0][0] === 1"))), {})
    assert run.result == [[[0, 0], [0, 1]], [[1, 0], [1, 1]]]
    run = run_flow(
        flow(
            loop(
                "l",
                ["p"],
                while_loop("w", give("x", "flow_input.iter_parent.value"), stop_after_if=stop("true")),
            )
        ),
        {},
    )
    assert run.result == [["p"]]


def test_a_branch_inside_the_body_may_stop_it() -> None:
    inner = branch_one(
        "b",
        branch(give("s", "'end'", stop_after_if=stop("true")), expr=f"{INDEX} === 2"),
        default=[give("x", INDEX)],
    )
    assert run_flow(flow(while_loop("w", inner, identity("y"))), {}).result == [0, 1, "end"]


def test_a_failing_stop_condition_fails_the_flow_with_a_text() -> None:
    run = run_flow(
        flow(while_loop("w", give("x", 1), stop_after_if=stop("no.such"), continue_on_error=True)), {}
    )
    assert run.status == "failure"
    assert isinstance(run.result["error"], str)
