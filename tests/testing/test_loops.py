"""forloopflow in sequence (semantics section 4)."""

from typing import Any

import pytest

from openflow_django.testing import run_flow
from tests.testing.build import (
    branch,
    branch_all,
    branch_one,
    fail,
    flow,
    give,
    identity,
    js,
    loop,
    script,
    static,
    step,
)
from tests.testing.steps import runs

ITER = "flow_input.iter.value"


def test_the_result_is_the_list_of_the_last_results_of_the_body() -> None:
    run = run_flow(flow(loop("l", [1, 2, 3], give("x", ITER), give("y", "results.x * 10"))), {})
    assert (run.status, run.result) == ("success", [10, 20, 30])
    assert (runs(run, "x"), runs(run, "l")) == (3, 1)


@pytest.mark.parametrize(
    "iterator",
    [
        static([1, 2]),
        js("[1, 2]"),
        js("flow_input.items"),
        js("results.a"),
        js("previous_result"),
        js("result"),
        js("flow_env.ITEMS"),
        js("return [1, 2]"),
        js("const l = [1]; l.push(2); return l"),
        js("Array.from({length: 2}, (_, i) => i + 1)"),
    ],
)
def test_what_iterators_see(iterator: Any) -> None:
    document = flow(give("a", [1, 2]), loop("l", iterator, give("x", ITER)), flow_env={"ITEMS": [1, 2]})
    assert run_flow(document, {"items": [1, 2]}).result == [1, 2]


@pytest.mark.parametrize("items", [[], [None], [[1], []], ["text", 2, None, {"k": 1}, True], [0.5]])
def test_elements_are_any_json(items: list[Any]) -> None:
    assert run_flow(flow(loop("l", static(items), give("x", ITER))), {}).result == items


@pytest.mark.parametrize("value", [5, "text", None, {"length": 2}, True, 0])
def test_what_is_no_list_fails_the_loop(value: Any) -> None:
    run = run_flow(flow(loop("l", static(value), give("x", 1)), identity("z")), {})
    assert (run.status, runs(run, "x"), runs(run, "z")) == ("failure", 0, 0)
    assert run.result["error"]["step_id"] == "l"


def test_an_empty_list_gives_an_empty_list() -> None:
    run = run_flow(flow(give("a", 1), loop("l", static([]), fail("x")), give("z", "previous_result")), {})
    assert (run.status, run.result) == ("success", [])


@pytest.mark.parametrize("parallel", [True, False])
def test_an_empty_body_gives_an_empty_list(parallel: bool) -> None:
    assert run_flow(flow(loop("l", [1, 2], parallel=parallel)), {}).result == []


def test_the_iterator_is_evaluated_once() -> None:
    body = (give("x", ITER), give("y", "[results.x, flow_input.iter.index]"))
    run: Any = run_flow(flow(loop("l", "[Math.random(), Math.random()]", *body)), {})
    assert [entry[1] for entry in run.result] == [0, 1]
    assert run.result[0][0] != run.result[1][0]


# -------------------------------------------------------------------------------------------- its input


def test_the_input_of_an_iteration_is_the_enclosing_one_with_iter() -> None:
    run = run_flow(flow(loop("l", ["p", "q"], give("x", "flow_input"))), {"n": 4})
    assert run.result == [
        {"n": 4, "iter": {"value": "p", "index": 0}},
        {"n": 4, "iter": {"value": "q", "index": 1}},
    ]


@pytest.mark.parametrize("given", [None, [1], "text", 3])
def test_an_input_that_is_no_object_gives_way_to_iter(given: Any) -> None:
    assert run_flow(flow(loop("l", [1], give("x", "flow_input"))), given).result == [
        {"iter": {"value": 1, "index": 0}}
    ]


def test_outer_loops_move_to_iter_parent_and_iter_parent_parent() -> None:
    names = ["iter", "iter_parent", "iter_parent_parent"]
    deepest = give("x", "[" + ", ".join(f"flow_input.{name}.value" for name in names) + "]")
    run = run_flow(flow(loop("o", ["o"], loop("m", ["m"], loop("i", ["i"], deepest)))), {})
    assert run.result == [[[["i", "m", "o"]]]]


def test_iter_is_reachable_through_branches() -> None:
    inner = branch_one("b", default=[branch_all("c", branch(give("x", ITER)))])
    assert run_flow(flow(loop("l", [1, 2], inner)), {}).result == [[1], [2]]


def test_the_first_module_of_a_body_has_the_input_of_the_iteration_as_its_previous_result() -> None:
    # Quirk 4: also where the body is a single plain script.
    for body in (
        [give("x", "previous_result.iter.value")],
        [give("x", "previous_result.iter.value"), identity("y")],
    ):
        assert run_flow(flow(give("a", 0), loop("l", [1, 2], *body)), {}).result == [1, 2]


# -------------------------------------------------------------------------------------------- its results


def test_outer_results_can_be_read_inside() -> None:
    assert run_flow(flow(give("a", 7), loop("l", [1, 2], give("x", f"results.a + {ITER}"))), {}).result == [
        8,
        9,
    ]


def test_after_the_loop_the_last_value_of_a_step_wins() -> None:
    assert (
        run_flow(
            flow(loop("l", [1, 2, 3], give("x", ITER), identity("y")), give("z", "results.x")), {}
        ).result
        == 3
    )


def test_a_step_that_has_not_run_yet_reads_its_value_of_the_iteration_before() -> None:
    body = (give("x", "results.y"), give("y", ITER), give("v", "[results.x, results.y]"))
    assert run_flow(flow(loop("l", [1, 2, 3], *body)), {}).result == [[None, 1], [1, 2], [2, 3]]


def test_a_loop_reads_as_its_list() -> None:
    run = run_flow(
        flow(
            loop("l", [1, 2], give("x", ITER)), give("z", "[results.l, results.l[1], previous_result.length]")
        ),
        {},
    )
    assert run.result == [[1, 2], 2, 2]


def test_a_loop_that_has_not_ended_reads_as_null_inside() -> None:
    assert run_flow(flow(loop("l", [1, 2], give("x", "results.l"))), {}).result == [None, None]


def test_inside_a_nested_loop_the_outer_steps_of_this_iteration_are_read() -> None:
    body = (give("x", ITER), loop("i", [0, 0], give("y", "results.x")))
    assert run_flow(flow(loop("o", [1, 2], *body)), {}).result == [[1, 1], [2, 2]]


# ----------------------------------------------------------------------------------------------- failures


def test_a_failing_iteration_ends_the_loop_and_the_flow_with_the_list_so_far() -> None:
    run = run_flow(flow(loop("l", [1, 2, 3], fail("x", when=f"{ITER} === 2")), identity("z")), {})
    assert (run.status, runs(run, "x"), runs(run, "z")) == ("failure", 2, 0)
    assert (run.result[0], run.result[1]["error"]["message"], len(run.result)) == ("x", "bad", 2)


def test_with_skip_failures_the_error_stays_in_the_list_and_the_loop_goes_on() -> None:
    run = run_flow(
        flow(
            loop("l", [1, 2, 3], fail("x", when=f"{ITER} === 2"), skip_failures=True),
            give("z", "previous_result"),
        ),
        {},
    )
    assert (run.status, runs(run, "x")) == ("success", 3)
    assert (run.result[0], run.result[1]["error"]["message"], run.result[2]) == ("x", "bad", "x")


def test_with_skip_failures_the_loop_succeeds_even_when_all_fail() -> None:
    run: Any = run_flow(flow(loop("l", [1, 2], fail("x"), skip_failures=True)), {})
    assert (run.status, [entry["error"]["message"] for entry in run.result]) == ("success", ["bad", "bad"])
    assert run.error is None


def test_skip_failures_absent_means_false() -> None:
    # Quirk 9.
    value = {"type": "forloopflow", "iterator": static([1, 2]), "modules": [fail("x")]}
    assert run_flow(flow(step("l", value)), {}).status == "failure"


def test_skip_failures_is_not_for_the_iterator() -> None:
    assert run_flow(flow(loop("l", "no.such", give("x", 1), skip_failures=True)), {}).status == "failure"


def test_a_tolerant_loop_goes_on_with_its_list() -> None:
    module = loop("l", [1, 2, 3], fail("x", when=f"{ITER} === 2"), continue_on_error=True)
    run = run_flow(flow(module, give("z", "[results.l.length, error.message]")), {})
    assert (run.status, run.result) == ("success", [2, "bad"])


def test_inside_a_body_a_tolerated_failure_lets_the_iteration_go_on() -> None:
    body = (fail("x", when=f"{ITER} === 2", continue_on_error=True), give("y", "typeof results.x"))
    assert run_flow(flow(loop("l", [1, 2], *body)), {}).result == ["string", "object"]


def test_squash_has_no_effect() -> None:
    module = loop("l", [1, 2], give("x", ITER))
    module["value"]["squash"] = True
    assert run_flow(flow(module), {}).result == [1, 2]


def test_many_iterations() -> None:
    run = run_flow(
        flow(loop("l", "Array.from({length: 200}, (_, i) => i)", script("x", "return i;", {"i": ITER}))), {}
    )
    assert run.result == list(range(200))
