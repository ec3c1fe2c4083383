"""Sleeping after a step, and time limits (semantics section 5)."""

from typing import Any

import pytest

from openflow_django.testing import FlowRun, run_flow
from openflow_django.testing.sandbox import runners
from tests.testing.build import (
    branch,
    branch_all,
    constant,
    flow,
    give,
    identity,
    js,
    loop,
    python,
    script,
    static,
    stop,
    stored,
)

needs_python = pytest.mark.skipif("python3" not in runners(), reason="no runner for python3")


def slept(run: FlowRun) -> float:
    return round(run.duration_s)


def test_a_sleep_delays_the_next_step_only_in_the_time_of_the_run() -> None:
    run = run_flow(flow(give("a", 1, sleep=static(3600)), give("b", "previous_result + 1")), {})
    assert (run.status, run.result, slept(run)) == ("success", 2, 3600)


@pytest.mark.parametrize(
    ("sleep", "seconds"),
    [
        (static(0), 0),
        (static(90), 90),
        (static(89.6), 90),
        (90, 90),
        (js("result * 10"), 70),
        (js("previous_result * 10"), 70),
        (js("flow_input.pause"), 4),
        (js("flow_env.PAUSE"), 5),
    ],
)
def test_it_is_a_number_or_an_expression_over_the_result_of_the_step(sleep: Any, seconds: int) -> None:
    document = flow(give("a", 7, sleep=sleep), identity("b"), flow_env={"PAUSE": 5})
    assert slept(run_flow(document, {"pause": 4})) == seconds


@pytest.mark.parametrize(
    "sleep",
    [
        static("soon"),
        static(None),
        static(-1),
        static(True),
        static([1]),
        js("'5'"),
        js("-2"),
        js("results.a"),
    ],
)
def test_what_is_no_number_of_seconds_fails_the_flow(sleep: Any) -> None:
    run = run_flow(flow(give("a", 7, sleep=sleep), identity("b")), {})
    assert run.status == "failure"
    assert run.result["error"]["step_id"] == "a"


def test_on_the_last_step_the_run_lasts_longer_and_the_result_is_the_same() -> None:
    run = run_flow(flow(give("a", 7, sleep=static(60))), {})
    assert (run.result, slept(run)) == (7, 60)


def test_it_is_not_applied_between_the_iterations_of_the_step() -> None:
    run = run_flow(flow(loop("l", [1, 2, 3], identity("x"), sleep=static(60)), identity("b")), {})
    assert slept(run) == 60


def test_inside_a_body_every_iteration_sleeps() -> None:
    body = (give("x", 1, sleep=static(60)), identity("y"))
    assert slept(run_flow(flow(loop("l", [1, 2, 3], *body)), {})) == 180


def test_parallel_iterations_and_branches_sleep_at_the_same_time() -> None:
    body = (give("x", "flow_input.iter.value", sleep=js("result")), identity("y"))
    assert slept(run_flow(flow(loop("l", [60, 90, 30], *body, parallel=True)), {})) == 90
    branches = (branch(give("x", 1, sleep=static(60)), identity("y")), branch(give("v", 1, sleep=static(90))))
    run = run_flow(flow(branch_all("b", *branches, parallel=True)), {})
    assert (run.result, slept(run)) == ([1, 1], 90)


def test_at_most_parallelism_iterations_sleep_at_once() -> None:
    body = (give("x", 1, sleep=static(60)), identity("y"))
    assert slept(run_flow(flow(loop("l", [1, 2, 3, 4], *body, parallel=True, parallelism=2)), {})) == 120


def test_a_stopped_step_does_not_sleep() -> None:
    run = run_flow(flow(give("a", 1, stop_after_if=stop("true"), sleep=static(60)), identity("b")), {})
    assert slept(run) == 0


def test_after_a_tolerated_failure_it_applies() -> None:
    run = run_flow(flow(script("a", "throw 1;", continue_on_error=True, sleep=static(60)), give("b", 2)), {})
    assert (run.result, slept(run)) == (2, 60)


def test_waits_before_retries_are_time_of_the_run() -> None:
    assert slept(run_flow(flow(script("a", "throw 1;", retry=constant(3, 100))), {})) == 300


# ------------------------------------------------------------------------------------------- time limits

ENDLESS = "while (true) {}"


@pytest.mark.parametrize(
    "timeout", [static(1), 1, js("flow_input.limit"), js("result.limit"), js("previous_result.limit")]
)
def test_a_step_that_takes_longer_is_stopped_and_fails(timeout: Any) -> None:
    run = run_flow(flow(script("a", ENDLESS, timeout=timeout), identity("b")), {"limit": 1})
    assert (run.status, run.result["error"]["step_id"]) == ("failure", "a")
    assert "b" not in run.steps


def test_a_script_that_waits_too_long_is_stopped() -> None:
    body = "return new Promise((done) => setTimeout(() => done('late'), 60000));"
    run = run_flow(flow(script("a", body, timeout=static(1))), {})
    assert (run.status, run.result["error"]["step_id"]) == ("failure", "a")


def test_a_script_may_wait_within_its_limit() -> None:
    body = "return new Promise((done) => setTimeout(() => done('in time'), 5));"
    assert run_flow(flow(script("a", body, timeout=static(5))), {}).result == "in time"


def test_a_timeout_is_an_ordinary_failure() -> None:
    tolerant = script("a", ENDLESS, timeout=static(1), continue_on_error=True, retry=constant(1))
    run = run_flow(flow(tolerant, give("b", "typeof error.message")), {})
    assert (run.status, run.result, len(run.steps["a"])) == ("success", "string", 2)


def test_a_step_within_its_limit_is_not_touched() -> None:
    assert run_flow(flow(script("a", "return 1;", timeout=static(5))), {}).result == 1


@pytest.mark.parametrize("timeout", [static(-1), static("soon"), js("no.such"), js("-1")])
def test_a_limit_that_is_none_is_a_failure(timeout: Any) -> None:
    run = run_flow(flow(give("a", 1, timeout=timeout)), {})
    assert (run.status, run.result["error"]["step_id"]) == ("failure", "a")


def test_the_limit_of_a_stored_script_applies_unless_the_step_has_one() -> None:
    scripts = {
        "f/slow": {"language": "deno", "content": f"export function main() {{ {ENDLESS} }}", "timeout": 1}
    }
    assert run_flow(flow(stored("a", "f/slow")), {}, scripts=scripts).status == "failure"


@needs_python
def test_a_sleeping_python_step_is_stopped() -> None:
    content = "import time\ndef main():\n    time.sleep(20)\n    return 'late'"
    run = run_flow(flow(python("a", content, timeout=static(1))), {})
    assert (run.status, run.result["error"]["step_id"]) == ("failure", "a")
