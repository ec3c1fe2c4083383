"""Settings of the whole flow (semantics sections 1 and 9), and our own additions to the document."""

from typing import Any

import pytest

from openflow_django.testing import run_flow
from tests.testing.build import (
    branch,
    branch_all,
    branch_one,
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


@pytest.mark.parametrize("value", ["text", 1, None, [1, {"k": 2}], {"k": True}])
def test_flow_env_holds_any_json(value: Any) -> None:
    assert run_flow(flow(give("a", "flow_env.K"), flow_env={"K": value}), {}).result == value


@pytest.mark.parametrize(
    "expr", ["flow_env.K", "flow_env['K']", "Math.max(flow_env.K, 1)", "return flow_env.K"]
)
def test_flow_env_reaches_every_level(expr: str) -> None:
    deep = loop(
        "l",
        [1],
        branch_one(
            "b",
            default=[
                branch_all(
                    "c", branch(while_loop("w", give("x", expr), stop_after_if=stop("result === flow_env.K")))
                )
            ],
        ),
    )
    assert run_flow(flow(deep, flow_env={"K": 7}), {}).result == [[[7]]]


def test_flow_env_in_the_failure_module() -> None:
    assert (
        run_flow(flow(fail("a"), failure_module=give("failure", "flow_env.K"), flow_env={"K": 7}), {}).result
        == 7
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"same_worker": True},
        {"early_return": "a"},
        {"concurrent_limit": 1, "concurrency_key": "$args[n]", "concurrency_time_window_s": 10},
        {"debounce_delay_s": 5, "debounce_key": "k", "debounce_args_to_accumulate": ["n"]},
        {"max_total_debouncing_time": 5, "max_total_debounces_amount": 3},
        {"chat_input_enabled": True},
        {"priority": 10},
        {"cache_ignore_s3_path": True},
        {"preserve_step_tags": True},
        {"notes": [], "groups": []},
    ],
)
def test_what_has_no_effect_on_a_single_run(settings: Any) -> None:
    run = run_flow(flow(give("a", 1), give("b", "previous_result + 1"), **settings), {})
    assert (run.status, run.result) == ("success", 2)


@pytest.mark.parametrize(
    "settings",
    [
        {"delete_after_use": True},
        {"delete_after_secs": 10},
        {"priority": 5},
        {"cache_ignore_s3_path": True},
        {"summary": "named"},
        {"apply_preprocessor": False, "pass_flow_input_directly": False},
    ],
)
def test_what_has_no_effect_on_the_steps_after_it(settings: Any) -> None:
    run = run_flow(flow(give("a", 1, **settings), give("b", "results.a + previous_result")), {})
    assert (run.status, run.result) == ("success", 2)


def test_a_deleted_last_step_leaves_the_result_of_the_flow() -> None:
    run = run_flow(flow(give("a", 1, delete_after_use=True)), {})
    assert run.result == 1


def test_what_a_step_used_is_blanked_when_the_run_has_ended() -> None:
    run = run_flow(flow(give("a", "'secret'", delete_after_use=True), give("b", "results.a")), {})
    record = run.steps["a"][0]
    assert (record.input, record.result, record.logs) == ({}, {}, ())
    assert run.steps["b"][0].result == "secret"


def test_while_the_run_waits_nothing_is_blanked() -> None:
    module = give("a", "'kept'", delete_after_use=True, suspend={"required_events": 1})
    assert run_flow(flow(module, identity("b")), {}).steps["a"][0].result == "kept"


# ---------------------------------------------------------------------------------- our error branch


def error_branch(*modules: Any, then: str | None = None) -> dict[str, Any]:
    return {"modules": list(modules), **({"then": then} if then else {})}


def test_an_error_branch_runs_when_the_step_failed_for_good_and_ends_the_flow() -> None:
    module = fail("a", retry=constant(1), error_branch=error_branch(give("x", "'sorry ' + error.message")))
    run = run_flow(flow(module, give("z", 9), failure_module=give("failure", "'h'")), {})
    assert (run.status, run.result) == ("success", "sorry bad")
    assert (runs(run, "a"), runs(run, "z"), runs(run, "failure")) == (2, 0, 0)


def test_with_then_continue_the_flow_goes_on_with_its_result() -> None:
    module = fail(
        "a",
        error_branch=error_branch(
            give("x", "[previous_result.error.message, results.a.error.name]"), then="continue"
        ),
    )
    run = run_flow(flow(module, give("z", "previous_result")), {})
    assert (run.status, run.result) == ("success", ["bad", "Error"])


def test_it_does_not_run_after_a_success() -> None:
    run = run_flow(
        flow(give("a", 1, error_branch=error_branch(give("x", 2))), give("z", "previous_result")), {}
    )
    assert (run.result, runs(run, "x")) == (1, 0)


def test_an_empty_error_branch_is_none() -> None:
    assert run_flow(flow(fail("a", error_branch=error_branch())), {}).status == "failure"
    assert (
        run_flow(flow(fail("a", error_branch=error_branch(), continue_on_error=True)), {}).status == "success"
    )


def test_a_failure_inside_it_is_handled_inside_it() -> None:
    module = fail("a", error_branch=error_branch(fail("x", "again")))
    run = run_flow(flow(module, give("z", 9), failure_module=give("failure", "error.message")), {})
    assert (run.status, run.result, runs(run, "failure")) == ("failure", "again", 1)


def test_a_stop_inside_it_ends_the_flow_with_its_label() -> None:
    module = fail(
        "a",
        error_branch=error_branch(
            give("x", 1, stop_after_if=stop("true", skip=True)), give("y", 2), then="continue"
        ),
    )
    run = run_flow(flow(module, give("z", 9)), {})
    assert (run.status, run.result) == ("skipped", 1)


def test_inside_an_iteration_it_ends_the_iteration_by_a_stop() -> None:
    module = fail("x", when="flow_input.iter.value === 2", error_branch=error_branch(give("e", "'e'")))
    run = run_flow(flow(loop("l", [1, 2, 3], module, give("y", "previous_result"))), {})
    assert (run.status, run.result) == ("success", ["x", "e"])
