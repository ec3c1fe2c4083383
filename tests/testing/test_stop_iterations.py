"""Stop conditions of steps with iterations or branches (semantics section 7)."""

from typing import Any

import pytest

from openflow_django.testing import FlowRun, run_flow
from tests.testing.build import (
    branch,
    branch_all,
    branch_one,
    call,
    fail,
    flow,
    give,
    loop,
    stop,
    while_loop,
)

ITER = "flow_input.iter.value"


def test_on_a_sequential_loop_it_is_asked_after_each_iteration_and_breaks_the_loop_only() -> None:
    module = loop("l", [1, 2, 3, 4], give("x", ITER), stop_after_if=stop("result === 2", skip=True))
    run = run_flow(flow(module, give("z", "previous_result")), {})
    assert (run.status, run.result) == ("success", [1, 2])


def test_on_a_sequential_loop_its_error_message_is_ignored() -> None:
    module = loop("l", [1, 2, 3], give("x", ITER), stop_after_if=stop("result === 2", error_message="no"))
    run = run_flow(flow(module, give("z", "previous_result")), {})
    assert (run.status, run.result) == ("success", [1, 2])


def test_all_iters_is_the_list_so_far() -> None:
    condition = stop("all_iters.reduce((s, x) => s + x, 0) >= 6")
    run = run_flow(flow(loop("l", [1, 2, 3, 4, 5], give("x", ITER), stop_after_if=condition)), {})
    assert run.result == [1, 2, 3]


def test_on_a_sequential_loop_a_failed_tolerated_iteration_is_not_asked() -> None:
    body = fail("x", when=f"{ITER} === 1")
    module = loop("l", [1, 2, 3], body, skip_failures=True, stop_after_if=stop("true"))
    run = run_flow(flow(module, give("z", "previous_result.length")), {})
    assert run.result == 2


@pytest.mark.parametrize(
    "module",
    [
        loop("l", [1, 2], give("x", ITER), parallel=True, stop_after_if=stop("true", skip=True)),
        branch_all(
            "l", branch(give("x", 1)), branch(give("y", 2)), parallel=True, stop_after_if=stop("true")
        ),
        branch_all(
            "l", branch(give("x", 1)), branch(give("y", 2)), parallel=False, stop_after_if=stop("true")
        ),
    ],
)
def test_on_a_parallel_loop_and_a_branchall_it_is_ignored(module: Any) -> None:
    run = run_flow(flow(module, give("z", "previous_result")), {})
    assert (run.status, run.result) == ("success", [1, 2])


def test_on_a_branchone_it_stops_the_flow() -> None:
    module = branch_one("b", default=[give("x", 1)], stop_after_if=stop("result === 1", skip=True))
    run = run_flow(flow(module, give("z", 3)), {})
    assert (run.status, run.result) == ("skipped", 1)


def test_on_a_called_flow_it_stops_the_caller() -> None:
    flows = {"f/one": flow(give("x", 1))}
    run = run_flow(
        flow(call("c", "f/one", stop_after_if=stop("result === 1")), give("z", 3)), {}, flows=flows
    )
    assert (run.status, run.result) == ("success", 1)


@pytest.mark.parametrize(
    "module",
    [
        loop("l", [1, 2], give("x", ITER)),
        loop("l", [1, 2], give("x", ITER), parallel=True),
        branch_all("l", branch(give("x", 1)), branch(give("y", 2))),
        branch_all("l", branch(give("x", 1)), branch(give("y", 2)), parallel=False),
        while_loop("l", give("x", "flow_input.iter.index + 1"), stop_after_if=stop("result === 2")),
    ],
)
def test_stop_after_all_iters_if_is_asked_once_with_the_list(module: Any) -> None:
    def run(condition: dict[str, Any]) -> FlowRun:
        return run_flow(flow({**module, "stop_after_all_iters_if": condition}, give("z", 9)), {})

    stopped = run(stop("result.length === 2 && previous_result[1] === 2"))
    assert (stopped.status, stopped.result) == ("success", [1, 2])
    assert run(stop("true", skip=True)).status == "skipped"
    assert run(stop("false")).result == 9
    failed = run(stop("true", error_message="", error_include_result=True))
    assert failed.status == "failure"
    assert failed.result["error"]["result"] == [1, 2]


def test_stop_after_all_iters_if_means_nothing_elsewhere() -> None:
    run = run_flow(flow(give("a", 1, stop_after_all_iters_if=stop("true")), give("z", 9)), {})
    assert run.result == 9


def test_stop_after_all_iters_if_follows_a_broken_loop() -> None:
    module = loop(
        "l",
        [1, 2, 3],
        give("x", ITER),
        stop_after_if=stop("result === 2"),
        stop_after_all_iters_if=stop("result.length === 2"),
    )
    run = run_flow(flow(module, give("z", 9)), {})
    assert run.result == [1, 2]


def test_stop_after_all_iters_if_inside_an_iteration_ends_the_outer_loop() -> None:
    inner = loop("i", [1], give("x", ITER), stop_after_all_iters_if=stop("true"))
    run = run_flow(flow(loop("o", [1, 2], inner, give("y", 0)), give("z", "previous_result")), {})
    assert run.result == [[1]]


def test_a_mocked_step_is_asked_too() -> None:
    module = fail(
        "a", mock={"enabled": True, "return_value": "halt"}, stop_after_if=stop("result === 'halt'")
    )
    assert run_flow(flow(module, give("b", 2)), {}).result == "halt"


def test_a_skipped_step_is_asked_too() -> None:
    module = give("b", 2, skip_if={"expr": "true"}, stop_after_if=stop("result === 1"))
    assert run_flow(flow(give("a", 1), module, give("c", 3)), {}).result == 1
