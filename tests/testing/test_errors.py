"""Failing steps, tolerated failures, and the name error in expressions (semantics sections 2, 3 and 6)."""

from typing import Any

import pytest

from openflow_django.testing import run_flow
from openflow_django.testing.sandbox import runners
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
    python,
    script,
    stop,
)
from tests.testing.steps import runs

HANDLER = give("failure", "'handled ' + error.message")


# ------------------------------------------------------------------------------------- the error value


def test_an_error_of_a_script_has_name_message_stack_and_step_id() -> None:
    run = run_flow(flow(script("a", "throw new RangeError('too much');"), identity("b")), {})
    error = run.result["error"]
    assert run.status == "failure"
    assert (error["name"], error["message"], error["step_id"]) == ("RangeError", "too much", "a")
    assert isinstance(error["stack"], str)
    assert run.error == error
    assert runs(run, "b") == 0


def test_what_else_an_error_holds_is_kept_as_extra() -> None:
    body = "throw Object.assign(new TypeError('no'), {code: 'E1', detail: {n: 1}, list: [1]});"
    error = run_flow(flow(script("a", body)), {}).error
    assert isinstance(error, dict)
    assert (error["name"], error["code"], error["extra"]) == (
        "TypeError",
        "E1",
        {"detail": {"n": 1}, "list": [1]},
    )
    assert "extra" not in run_flow(flow(fail("a")), {}).result["error"]


@pytest.mark.parametrize(
    ("thrown", "message"),
    [("'plain text'", "plain text"), ("new Error('')", ""), ("{message: 'as an object'}", "as an object")],
)
def test_whatever_is_thrown_has_a_message(thrown: str, message: str) -> None:
    run = run_flow(flow(script("a", f"throw {thrown};")), {})
    assert run.result["error"]["message"] == message


def test_the_error_of_a_failed_loop_is_the_one_in_its_list_or_all_of_them() -> None:
    run = run_flow(flow(loop("l", [1, 2], fail("x", when="flow_input.iter.value === 2"))), {})
    assert run.error == run.steps["l"][0].error == run.steps["x"][1].error
    both = run_flow(flow(loop("l", [1, 2], fail("x"), parallel=True)), {})
    assert isinstance(both.error, dict)
    assert (both.error["name"], both.error["message"]) == ("MultipleErrors", "[x] bad; [x] bad")


def test_a_rejected_promise_fails_the_step() -> None:
    run = run_flow(flow(script("a", "return Promise.reject(new TypeError('later'));")), {})
    assert run.result["error"]["name"] == "TypeError"


def test_a_script_that_does_not_compile_fails_its_step() -> None:
    run = run_flow(flow(script("a", "return (;"), failure_module=HANDLER), {})
    assert run.status == "failure"
    assert run.result.startswith("handled ")


@pytest.mark.skipif("python3" not in runners(), reason="no runner for python3")
def test_an_exception_of_python_is_an_error_like_any_other() -> None:
    run = run_flow(flow(python("a", "def main(x):\n    raise ValueError(f'bad {x}')", {"x": 1})), {})
    assert run.status == "failure"
    assert (run.result["error"]["name"], run.result["error"]["message"]) == ("ValueError", "bad 1")
    assert run.result["error"]["step_id"] == "a"


def test_the_error_names_the_step_inside_a_loop() -> None:
    run = run_flow(flow(loop("l", [1], fail("inner"))), {})
    assert run.result[0]["error"]["step_id"] == "inner"


def test_a_failing_input_transform_fails_its_step_with_an_execution_error() -> None:
    run = run_flow(flow(give("a", "flow_input.no.such")), {})
    error = run.result["error"]
    assert run.status == "failure"
    assert (error["name"], error["step_id"]) == ("ExecutionErr", "a")
    assert "x" in error["message"]


# ----------------------------------------------------------------------------------- tolerated failures


def test_a_tolerated_failure_leaves_its_error_object_as_the_result() -> None:
    run = run_flow(flow(fail("a", continue_on_error=True), give("b", "results.a")), {})
    assert (run.status, run.result["error"]["message"]) == ("success", "bad")
    assert run.steps["a"][0].status == "failure"


def test_a_tolerated_failure_of_the_last_module_is_the_result_of_a_successful_flow() -> None:
    run = run_flow(flow(give("a", 1), fail("b", "tail", continue_on_error=True)), {})
    assert (run.status, run.result["error"]["message"]) == ("success", "tail")


def test_a_tolerated_failure_at_the_end_of_a_branch_or_iteration_lets_it_succeed() -> None:
    last = fail("x", continue_on_error=True)
    run = run_flow(flow(loop("l", [1, 2], last), give("z", "previous_result.length")), {})
    assert (run.status, run.result) == ("success", 2)
    run = run_flow(flow(branch_one("b", default=[last]), give("z", "previous_result.error.message")), {})
    assert (run.status, run.result) == ("success", "bad")


def test_retries_come_before_tolerance() -> None:
    run = run_flow(flow(fail("a", retry=constant(2), continue_on_error=True), give("b", 2)), {})
    assert (run.status, run.result, runs(run, "a")) == ("success", 2, 3)


def test_continue_on_error_false_tolerates_nothing() -> None:
    assert run_flow(flow(fail("a", continue_on_error=False), identity("b")), {}).status == "failure"


@pytest.mark.parametrize("settings", [{"stop_after_if": stop("true")}, {"suspend": {"required_events": 1}}])
def test_nothing_that_follows_a_success_follows_a_tolerated_failure(settings: Any) -> None:
    run = run_flow(flow(fail("a", continue_on_error=True, **settings), give("b", 2)), {})
    assert (run.status, run.result) == ("success", 2)


# ---------------------------------------------------------------------------------- error in expressions


@pytest.mark.parametrize(
    ("before", "name", "message"),
    [
        (fail("a", continue_on_error=True), "Error", "bad"),
        (give("a", js("({error: 'a text'})")), None, None),
        (give("a", js("[1, {error: {name: 'N', message: 'm'}}]")), "N", "m"),
        (
            give("a", js("[{error: {step_id: 's', message: 'm'}}, {error: {step_id: 't', message: 'n'}}]")),
            "MultipleErrors",
            "[s] m; [t] n",
        ),
        (give("a", [1, 2]), "MultipleErrors", "Could not parse errors"),
        (give("a", []), "MultipleErrors", "Could not parse errors"),
        (give("a", js("[{error: {message: 'm'}}, {error: {name: 'N'}}]")), "MultipleErrors", "[0] m; [1] N"),
        (give("a", None), "UnknownError", "No error found"),
        (give("a", 0), "UnknownError", "No error found"),
    ],
)
def test_error_is_derived_from_the_previous_result(before: Any, name: Any, message: Any) -> None:
    run = run_flow(flow(before, give("b", "[error.name ?? null, error.message ?? null]")), {})
    assert run.result == [name, message]


def test_the_errors_of_several_entries_are_the_list_itself() -> None:
    before = give("a", js("[{error: {name: 'A', message: 'a'}}, 1, {error: {name: 'B', message: 'b'}}]"))
    run = run_flow(flow(before, give("b", "error.errors.map(e => e.error ? e.error.name : e)")), {})
    assert run.result == ["A", 1, "B"]


def test_the_error_of_a_value_that_is_none_holds_the_value() -> None:
    run = run_flow(flow(give("a", js("({k: 1})")), give("b", "[error.name, error.error]")), {})
    assert run.result == ["UnknownError", {"k": 1}]


def test_the_handler_of_a_loop_that_failed_without_one_inside_reads_its_single_error() -> None:
    flows = {"f/bad": flow(loop("l", [1, 2], fail("x", when="flow_input.iter.value === 2")))}
    run = run_flow(flow(call("c", "f/bad"), failure_module=give("failure", "error.step_id")), {}, flows=flows)
    assert run.result == "x"
