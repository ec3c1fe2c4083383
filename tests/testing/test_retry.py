"""Retries: how often, after which waits, with which arguments (semantics section 5)."""

from typing import Any

import pytest

from openflow_django.engine.policies import MAX_ATTEMPTS, next_delay
from openflow_django.spec.document import ConstantRetry, Retry
from openflow_django.testing import FlowRun, run_flow
from tests.testing.build import (
    branch,
    branch_all,
    branch_one,
    call,
    constant,
    exponential,
    fail,
    flow,
    give,
    identity,
    loop,
    script,
    stop,
    while_loop,
)
from tests.testing.steps import runs


def delays(run: FlowRun, step_id: str) -> list[float]:
    return [step.planned_delay for step in run.steps[step_id] if step.planned_delay is not None]


def test_a_step_runs_attempts_and_one_time() -> None:
    run = run_flow(flow(fail("a", retry=constant(2))), {})
    assert (run.status, runs(run, "a")) == ("failure", 3)
    assert [step.attempt for step in run.steps["a"]] == [0, 1, 2]
    assert run.result["error"]["message"] == "bad"


def test_a_success_is_not_repeated() -> None:
    assert runs(run_flow(flow(give("a", 1, retry=constant(5))), {}), "a") == 1


def test_an_attempt_that_succeeds_ends_the_retries() -> None:
    body = "if (Date.now() < until) throw new Error('early'); return 'late';"
    module = script("a", body, {"until": "Date.now() + 4"}, retry=constant(500))
    run = run_flow(flow(module, give("b", "previous_result")), {})
    assert (run.status, run.result) == ("success", "late")
    assert run.steps["a"][-1].status == "success"


@pytest.mark.parametrize("retry", [constant(0), {}, {"constant": {}}, {"exponential": {}}, exponential(0, 2)])
def test_no_attempts_are_no_retries(retry: Any) -> None:
    assert runs(run_flow(flow(fail("a", retry=retry)), {}), "a") == 1


@pytest.mark.parametrize(
    ("retry", "waits"),
    [
        (constant(3, 5), [5, 5, 5]),
        (constant(2, 0), [0, 0]),
        (exponential(3, 2), [2, 4, 8]),
        (exponential(3, 3), [3, 9, 27]),
        (exponential(3, 1), [1, 1, 1]),
        (exponential(2, 3, multiplier=2), [6, 18]),
        (exponential(2, 4, multiplier=0.5), [2, 8]),
        ({**constant(2, 1), **exponential(2, 2)}, [1, 1, 8, 16]),
        ({**constant(1, 7), **exponential(3, 3, multiplier=10)}, [7, 90, 270, 810]),
        (constant(1, 30_000), [21_600]),
        (exponential(4, 100), [100, 10_000, 21_600, 21_600]),
        (exponential(2, 5, random_factor=0), [5, 25]),
    ],
)
def test_waits_are_constant_first_then_exponential_counted_over_both_and_capped(
    retry: Any, waits: list[float]
) -> None:
    assert delays(run_flow(flow(fail("a", retry=retry)), {}), "a") == waits


def test_jitter_stays_within_its_percentage_on_both_sides() -> None:
    retry = exponential(40, 1, multiplier=100, random_factor=10)
    waits = delays(run_flow(flow(fail("a", retry=retry)), {}), "a")
    assert all(90 <= wait <= 110 for wait in waits)
    assert min(waits) < 100 < max(waits)
    assert len(set(waits)) > 1


def test_jitter_is_for_the_exponential_phase_only_and_never_above_the_cap() -> None:
    retry = {**constant(2, 5), **exponential(20, 200, random_factor=100)}
    waits = delays(run_flow(flow(fail("a", retry=retry)), {}), "a")
    assert waits[:2] == [5, 5]
    assert all(0 <= wait <= 21_600 for wait in waits)


def test_nothing_is_retried_more_than_a_thousand_times() -> None:
    endless = Retry(constant=ConstantRetry(attempts=5000, seconds=0))
    assert next_delay(endless, MAX_ATTEMPTS - 1) == 0
    assert next_delay(endless, MAX_ATTEMPTS) is None
    assert runs(run_flow(flow(fail("a", retry=constant(5000))), {}), "a") == 1001


def test_a_retried_leaf_reuses_the_arguments_of_the_failed_attempt() -> None:
    module = script("a", "throw new Error('' + x);", {"x": "Math.random()"}, retry=constant(3))
    run = run_flow(flow(module), {})
    assert len({str(step.error) for step in run.steps["a"]}) == 1
    assert len({str(step.input) for step in run.steps["a"]}) == 1


def test_a_step_whose_transform_failed_is_never_run_without_its_arguments() -> None:
    module = script("a", "return 'ran';", {"x": "flow_input.no.such"}, retry=constant(2))
    run = run_flow(flow(module), {})
    assert (run.status, runs(run, "a")) == ("failure", 3)
    assert run.result["error"]["name"] == "ExecutionErr"


def test_a_transform_that_fails_by_chance_is_evaluated_again() -> None:
    by_chance = "Date.now() % 3 ? null.x : 'ok'"
    run = run_flow(flow(give("a", by_chance, retry=constant(900))), {})
    assert (run.status, run.result) == ("success", "ok")


# ---------------------------------------------------------------------------------------------- retry_if


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("true", 4),
        ("false", 1),
        ("error.message.includes('transient')", 1),
        ("error.message === 'bad'", 4),
        ("result.error.name === 'Error'", 4),
        ("previous_result.error.step_id === 'a'", 4),
        ("flow_input.again", 4),
        ("!flow_input.again", 1),
        ("flow_env.AGAIN", 4),
        ("0", 1),
        ("'text'", 4),
    ],
)
def test_retry_if_is_judged_on_the_failed_result(condition: str, count: int) -> None:
    module = fail("a", retry=constant(3, retry_if={"expr": condition}))
    run = run_flow(flow(module, flow_env={"AGAIN": True}), {"again": True})
    assert (run.status, runs(run, "a")) == ("failure", count)


@pytest.mark.parametrize("condition", ["results.a", "no.such", "throw 1"])
def test_a_retry_condition_that_fails_ends_the_retries_with_the_error_of_the_step(condition: str) -> None:
    module = fail("a", retry=constant(3, retry_if={"expr": condition}))
    run = run_flow(flow(give("first", 1), module), {})
    assert (run.status, runs(run, "a"), run.result["error"]["message"]) == ("failure", 1, "bad")


def test_retry_if_of_a_loop_sees_its_list() -> None:
    condition = {"expr": "result.length === 2 && error.message === 'bad'"}
    module = loop(
        "l", [1, 2, 3], fail("x", when="flow_input.iter.value === 2"), retry=constant(1, retry_if=condition)
    )
    assert runs(run_flow(flow(module), {}), "x") == 4


# ------------------------------------------------------------------------------------------ whose counter


def test_every_step_counts_its_own_retries() -> None:
    modules = (fail("a", retry=constant(2), continue_on_error=True), fail("b", retry=constant(2)))
    run = run_flow(flow(*modules), {})
    assert (runs(run, "a"), runs(run, "b")) == (3, 3)


def test_every_iteration_counts_its_own_retries() -> None:
    body = fail("x", retry=constant(1, 3), continue_on_error=True)
    run = run_flow(flow(loop("l", [1, 2], body)), {})
    assert (runs(run, "x"), delays(run, "x")) == (4, [3, 3])


def test_a_retried_loop_starts_again_from_its_first_element() -> None:
    module = loop("l", [1, 2, 3], fail("x", when="flow_input.iter.value === 2"), retry=constant(1))
    run = run_flow(flow(module), {})
    assert (run.status, runs(run, "x"), run.result[0]) == ("failure", 4, "x")
    assert [step.path for step in run.steps["x"]] == ["l/0/x", "l/1/x", "l#1/0/x", "l#1/1/x"]


@pytest.mark.parametrize(
    ("container", "count"),
    [
        (branch_one("b", default=[give("x", 1), fail("y")], retry=constant(2)), 3),
        (branch_all("b", branch(give("x", 1)), branch(fail("y")), retry=constant(2)), 3),
        (branch_all("b", branch(give("x", 1)), branch(fail("y")), parallel=False, retry=constant(2)), 3),
        (while_loop("b", give("x", 1), fail("y"), retry=constant(2)), 3),
        (loop("b", [1], give("x", 1), fail("y"), parallel=True, retry=constant(2)), 3),
    ],
)
def test_a_retried_container_restarts_from_its_beginning(container: Any, count: int) -> None:
    run = run_flow(flow(container), {})
    assert (run.status, runs(run, "x"), runs(run, "y"), runs(run, "b")) == ("failure", count, count, count)


def test_a_retried_container_decides_anew() -> None:
    choice = branch_one(
        "b", branch(fail("x"), expr="Date.now() % 2"), default=[give("y", 1)], retry=constant(900)
    )
    run = run_flow(flow(choice), {})
    assert (run.status, run.result) == ("success", 1)


def test_retries_inside_and_outside_multiply() -> None:
    module = loop("l", [1], fail("x", retry=constant(2)), retry=constant(1))
    assert runs(run_flow(flow(module), {}), "x") == 6


def test_a_called_flow_is_run_again_with_the_same_arguments() -> None:
    flows = {"f/bad": flow(give("s", "flow_input.r"), fail("t"))}
    run = run_flow(flow(call("c", "f/bad", {"r": "Math.random()"}, retry=constant(2))), {}, flows=flows)
    assert (run.status, runs(run, "s"), runs(run, "c")) == ("failure", 3, 3)
    assert len({str(step.result) for step in run.steps["s"]}) == 1


def test_the_failure_module_runs_once_after_the_last_retry() -> None:
    run = run_flow(flow(fail("a", retry=constant(2)), failure_module=give("failure", "'h'")), {})
    assert (run.result, runs(run, "a"), runs(run, "failure")) == ("h", 3, 1)


def test_a_handled_failure_inside_is_still_retried_outside() -> None:
    module = loop("l", [1], fail("x"), retry=constant(2))
    run = run_flow(flow(module, failure_module=give("failure", "'h'")), {})
    assert (run.status, run.result, runs(run, "x"), runs(run, "failure")) == ("failure", ["h"], 3, 3)


# ----------------------------------------------------------------------------------------- what is never


def test_a_stop_with_an_error_is_not_retried() -> None:
    settings = {"stop_after_if": stop("true", error_message="halt"), "retry": constant(3)}
    run = run_flow(flow(give("a", 1, **settings)), {})
    assert (run.status, runs(run, "a")) == ("failure", 1)


def test_a_mocked_step_has_nothing_to_retry() -> None:
    module = fail("a", mock={"enabled": True, "return_value": 1}, retry=constant(2))
    assert (run_flow(flow(module), {}).result) == 1


def test_on_a_retry_skip_if_is_judged_with_the_previous_result_not_the_error() -> None:
    module = fail("b", skip_if={"expr": "!!(previous_result && previous_result.error)"}, retry=constant(2))
    run = run_flow(flow(give("a", 1), module, identity("c")), {})
    assert (run.status, runs(run, "b")) == ("failure", 3)


def test_input_of_a_retried_first_step_is_still_that_of_the_flow() -> None:
    module = script("a", "throw new Error(JSON.stringify(p));", {"p": "previous_result"}, retry=constant(1))
    run = run_flow(flow(module), {"n": 1})
    assert [step.error["message"] for step in run.steps["a"]] == ['{"n":1}'] * 2
