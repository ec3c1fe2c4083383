"""forloopflow in parallel (semantics section 4)."""

from typing import Any

import pytest

from openflow_django.testing import run_flow
from tests.testing.build import (
    branch_one,
    call,
    constant,
    fail,
    flow,
    give,
    identity,
    js,
    loop,
    static,
)
from tests.testing.steps import runs

ITER = "flow_input.iter.value"


def test_the_list_is_in_the_order_of_the_iterator_whoever_ends_first() -> None:
    body = (give("x", ITER, sleep=js("result")), identity("y"))
    run = run_flow(flow(loop("l", [30, 10, 20], *body, parallel=True)), {})
    assert (run.result, run.duration_s) == ([30, 10, 20], 30)


@pytest.mark.parametrize(
    "parallelism",
    [1, 2, 100, static(2), js("flow_input.n"), js("results.a"), js("result"), js("flow_env.N"), None],
)
def test_parallelism_is_a_number_or_an_expression(parallelism: Any) -> None:
    module = loop("l", [1, 2, 3], give("x", ITER), parallel=True, parallelism=parallelism)
    assert run_flow(flow(give("a", 2), module, flow_env={"N": 2}), {"n": 2}).result == [1, 2, 3]


@pytest.mark.parametrize(("parallelism", "seconds"), [(1, 40), (2, 20), (3, 20), (4, 10), (None, 10)])
def test_at_most_parallelism_iterations_run_at_once(parallelism: int | None, seconds: float) -> None:
    body = (give("x", ITER, sleep=static(10)), identity("y"))
    run = run_flow(flow(loop("l", [1, 2, 3, 4], *body, parallel=True, parallelism=parallelism)), {})
    assert (run.result, run.duration_s) == ([1, 2, 3, 4], seconds)


@pytest.mark.parametrize(
    "parallelism", [js("no.such"), js("'many'"), js("0"), js("-1"), js("1.5"), static(True)]
)
def test_a_parallelism_that_is_none_is_a_failure_of_the_loop(parallelism: Any) -> None:
    run = run_flow(flow(loop("l", [1], give("x", 1), parallel=True, parallelism=parallelism)), {})
    assert (run.status, run.result["error"]["step_id"], runs(run, "x")) == ("failure", "l", 0)


def test_parallelism_without_parallel_is_ignored() -> None:
    assert run_flow(flow(loop("l", [1, 2], give("x", ITER), parallelism=js("no.such"))), {}).result == [1, 2]


def test_all_iterations_run_to_their_end_then_the_loop_fails() -> None:
    run = run_flow(
        flow(loop("l", [1, 2, 3], fail("x", when=f"{ITER} < 3"), parallel=True), identity("z")), {}
    )
    assert (run.status, runs(run, "x"), runs(run, "z")) == ("failure", 3, 0)
    assert [run.result[0]["error"]["message"], run.result[1]["error"]["message"], run.result[2]] == [
        "bad",
        "bad",
        "x",
    ]


def test_skip_failures_keeps_the_errors_in_the_list() -> None:
    module = loop("l", [1, 2, 3], fail("x", when=f"{ITER} === 2"), parallel=True, skip_failures=True)
    run = run_flow(flow(module, give("z", "previous_result.map(e => e.error ? 'E' : e)")), {})
    assert (run.status, run.result) == ("success", ["x", "E", "x"])


def test_iterations_see_outer_results_but_neither_each_other_nor_are_they_seen_outside() -> None:
    body = (give("x", "[results.a, results.y ?? null]"), give("y", ITER), give("v", "results.x"))
    run = run_flow(
        flow(give("a", 7), loop("l", [1, 2], *body, parallel=True), give("z", "[results.l, results.y]")), {}
    )
    assert run.result == [[[7, None], [7, None]], None]


def test_steps_of_a_branch_inside_an_iteration_can_be_read_in_that_iteration() -> None:
    body = (branch_one("b", default=[give("x", ITER)]), give("y", "results.x"))
    assert run_flow(
        flow(loop("l", [1, 2], *body, parallel=True), give("z", "[results.l, results.x]")), {}
    ).result == [[1, 2], None]


def test_a_sequential_loop_inside_a_parallel_one() -> None:
    inner = loop("i", [1, 2], give("x", f"flow_input.iter_parent.value * {ITER}"))
    assert run_flow(flow(loop("o", [1, 10], inner, parallel=True)), {}).result == [[1, 2], [10, 20]]


def test_a_parallel_loop_inside_a_parallel_one() -> None:
    inner = loop(
        "i", [1, 2], give("x", f"flow_input.iter_parent.value * {ITER}", sleep=static(5)), parallel=True
    )
    run = run_flow(flow(loop("o", [1, 10], inner, parallel=True)), {})
    assert (run.result, run.duration_s) == ([[1, 2], [10, 20]], 5)


def test_retries_inside_iterations_wait_at_the_same_time() -> None:
    module = loop("l", [1, 2], fail("x", retry=constant(2, 10)), parallel=True, skip_failures=True)
    run = run_flow(flow(module), {})
    assert (run.status, runs(run, "x"), run.duration_s) == ("success", 6, 20)
    assert sorted(str(step.planned_delay) for step in run.steps["x"]) == ["10.0"] * 4 + ["None"] * 2


def test_an_empty_list_gives_an_empty_list() -> None:
    assert run_flow(flow(loop("l", static([]), give("x", 1), parallel=True)), {}).result == []


def test_called_flows_in_parallel() -> None:
    flows = {"f/double": flow(give("s", "flow_input.n * 2", sleep=static(5)), identity("t"))}
    run = run_flow(
        flow(loop("l", [1, 2], call("c", "f/double", {"n": ITER}), parallel=True)), {}, flows=flows
    )
    assert (run.result, run.duration_s) == ([2, 4], 5)


def test_a_template_inside_sees_a_failed_outer_step_as_its_bare_error() -> None:
    fails = {
        "id": "bad",
        "value": {
            "type": "script",
            "path": "op/throw_error",
            "input_transforms": {"message": {"type": "static", "value": "no"}},
        },
        "continue_on_error": True,
    }
    shown = {
        "id": "shown",
        "value": {
            "type": "script",
            "path": "op/transform",
            "input_transforms": {"json": {"type": "template", "value": {"m": "{{ bad.message }}"}}},
        },
    }
    loop_value = {
        "type": "forloopflow",
        "iterator": {"type": "static", "value": [1]},
        "modules": [shown],
        "parallel": True,
        "skip_failures": False,
    }
    document = {"summary": "", "value": {"modules": [fails, {"id": "l", "value": loop_value}]}}
    assert run_flow(document, {}).result == [{"m": "no"}]
