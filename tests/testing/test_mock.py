"""Mocked steps (semantics section 5)."""

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
    stop,
    stored,
    while_loop,
)
from tests.testing.steps import runs


def mock(*values: Any, enabled: bool = True) -> dict[str, Any]:
    return {"enabled": enabled, **({"return_value": values[0]} if values else {})}


@pytest.mark.parametrize(
    "value", [1, "text", None, False, [1], {"error": {"message": "not a failure"}}, {"k": [None]}]
)
def test_a_mock_is_the_result_and_the_step_is_not_run(value: Any) -> None:
    run = run_flow(flow(fail("a", mock=mock(value)), give("b", "[results.a, previous_result]")), {})
    assert (run.status, run.result, runs(run, "a")) == ("success", [value, value], 0)


def test_without_a_value_it_is_null() -> None:
    assert run_flow(flow(fail("a", mock=mock())), {}).result is None


@pytest.mark.parametrize("off", [mock(1, enabled=False), {"return_value": 1}, {}, None])
def test_a_mock_that_is_not_enabled_has_no_effect(off: Any) -> None:
    assert run_flow(flow(give("a", "'real'", mock=off)), {}).result == "real"


def test_a_mock_ignores_skip_if() -> None:
    run = run_flow(flow(give("a", 1), give("b", 2, mock=mock("m"), skip_if={"expr": "true"})), {})
    assert run.result == "m"


def test_not_even_a_failing_skip_if_matters() -> None:
    run = run_flow(flow(give("b", 2, mock=mock("m"), skip_if={"expr": "no.such"})), {})
    assert (run.status, run.result) == ("success", "m")


@pytest.mark.parametrize(
    "module",
    [
        loop("m", "no.such", give("x", 1)),
        loop("m", [1], fail("x"), parallel=True),
        while_loop("m", give("x", 1)),
        branch_one("m", branch(give("x", 1), expr="no.such")),
        branch_all("m", branch(fail("x"))),
        call("m", "f/none"),
        stored("m", "f/none"),
        identity("m"),
        give("m", "no.such"),
    ],
)
def test_every_kind_of_step_may_be_mocked(module: Any) -> None:
    run = run_flow(flow(give("a", 0), {**module, "mock": mock([9])}, give("z", "previous_result")), {})
    assert (run.status, run.result, runs(run, "x")) == ("success", [9], 0)


def test_stop_after_if_applies() -> None:
    run = run_flow(
        flow(fail("a", mock=mock(3), stop_after_if=stop("result === 3", skip=True)), identity("b")), {}
    )
    assert (run.status, run.result) == ("skipped", 3)


def test_stop_after_all_iters_if_applies_to_a_mocked_loop() -> None:
    module = loop("l", [1], fail("x"), mock=mock([1, 2]), stop_after_all_iters_if=stop("result.length === 2"))
    assert run_flow(flow(module, give("z", 9)), {}).result == [1, 2]


@pytest.mark.parametrize("module", [loop("l", [1], fail("x")), while_loop("l", fail("x")), branch_all("l")])
def test_on_a_mocked_step_with_iterations_stop_after_if_is_that_of_a_plain_step(module: Any) -> None:
    settings = {"mock": mock([1, 2]), "stop_after_if": stop("result.length === 2", skip=True)}
    run = run_flow(flow({**module, **settings}, give("z", 9)), {})
    assert (run.status, run.result) == ("skipped", [1, 2])


def test_suspend_applies() -> None:
    modules = (fail("a", mock=mock(3), suspend={"required_events": 1}), give("b", "resume"))
    assert run_flow(flow(*modules), {}).status == "suspended"
    run = run_flow(flow(*modules), {}, events=[{"type": "resume", "payload": "go"}])
    assert run.result == "go"


def test_sleep_applies() -> None:
    module = fail("a", mock=mock(3), sleep={"type": "javascript", "expr": "no.such"})
    assert run_flow(flow(module, identity("b")), {}).status == "failure"


def test_a_mock_inside_a_loop_stands_for_every_iteration() -> None:
    body = (fail("x", mock=mock(5), retry=constant(2)), give("y", "previous_result + flow_input.iter.index"))
    assert run_flow(flow(loop("l", [0, 0], *body)), {}).result == [5, 6]
