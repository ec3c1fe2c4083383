"""Waiting for people (semantics section 8)."""

from typing import Any

import pytest

from openflow_django.exceptions import OpenFlowError
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
    js,
    loop,
    script,
    static,
)
from tests.testing.steps import runs

SEEN = "[resume, resumes, approvers, previous_result]"


def suspend(required_events: int = 1, **keys: Any) -> dict[str, Any]:
    return {"required_events": required_events, **keys}


def resume(payload: Any = None, approver: str | None = None) -> dict[str, Any]:
    return {"type": "resume", "payload": payload, **({"approver": approver} if approver else {})}


def cancel(payload: Any = None, approver: str | None = None) -> dict[str, Any]:
    return {**resume(payload, approver), "type": "cancel"}


TIMEOUT = {"type": "timeout"}


# ---------------------------------------------------------------------------------------------- waiting


def test_the_step_runs_then_the_flow_waits_before_the_next() -> None:
    run = run_flow(flow(give("a", 1, suspend=suspend()), identity("b")), {})
    assert (run.status, run.result, runs(run, "a"), runs(run, "b")) == ("suspended", None, 1, 0)


@pytest.mark.parametrize("off", [{}, suspend(0), {"timeout": 10}, None])
def test_without_required_events_it_does_not_wait(off: Any) -> None:
    assert run_flow(flow(give("a", 1, suspend=off), give("b", 2)), {}).result == 2


def test_resume_resumes_and_approvers_are_there_for_the_next_step() -> None:
    modules = (give("a", "'asked'", suspend=suspend()), give("b", SEEN))
    run = run_flow(flow(*modules), {}, events=[resume({"ok": 1}, "alice")])
    assert run.result == [{"ok": 1}, [{"ok": 1}], ["alice"], "asked"]


def test_several_events_oldest_first() -> None:
    modules = (give("a", 1, suspend=suspend(3)), give("b", SEEN))
    two = [resume("one", "alice"), resume("two", "bob")]
    assert run_flow(flow(*modules), {}, events=two).status == "suspended"
    run = run_flow(flow(*modules), {}, events=[*two, resume("three")])
    assert run.result == ["three", ["one", "two", "three"], ["alice", "bob", "anonymous"], 1]


def test_without_a_payload_resume_is_null() -> None:
    modules = (give("a", 1, suspend=suspend()), give("b", SEEN))
    assert run_flow(flow(*modules), {}, events=[{"type": "resume"}]).result == [
        None,
        [None],
        ["anonymous"],
        1,
    ]


def test_only_the_next_step_sees_them() -> None:
    modules = (give("a", 1, suspend=suspend()), identity("b"), give("c", SEEN))
    assert run_flow(flow(*modules), {}, events=[resume("go")]).result == [None, [], [], 1]


def test_before_any_suspension_there_is_nothing() -> None:
    assert run_flow(flow(give("a", "[resume, resumes, approvers]")), {}).result == [None, [], []]


@pytest.mark.parametrize(
    "module",
    [
        branch_one(
            "n", branch(give("x", "'yes'"), expr="resume === 'go' && resumes.length === 1"), default=[]
        ),
        give("n", "'no'", skip_if={"expr": "resume !== 'go'"}),
        loop("n", "[...resumes, ...approvers]", give("x", "flow_input.iter.value")),
        script("n", "return x;", {"x": js("return resume")}),
        give("n", {"type": "template", "value": "{{ resume }}"}),
    ],
)
def test_where_they_can_be_read(module: Any) -> None:
    run = run_flow(flow(give("a", 1, suspend=suspend()), module), {}, events=[resume("go", "eve")])
    assert run.result in ("yes", "no", ["go", "eve"], "go")


def test_a_retry_of_the_next_step_still_sees_them() -> None:
    module = script("b", "throw new Error(r);", {"r": "resume"}, retry=constant(1))
    run = run_flow(flow(give("a", 1, suspend=suspend()), module), {}, events=[resume("go")])
    assert [step.error["message"] for step in run.steps["b"]] == ["go", "go"]


def test_each_suspension_has_its_own_events() -> None:
    modules = (
        give("a", 1, suspend=suspend()),
        give("b", "({b: resume})", suspend=suspend()),
        give("c", "[results.b, resume, resumes.length]"),
    )
    run = run_flow(flow(*modules), {}, events=[resume("one"), resume("two")])
    assert run.result == [{"b": "one"}, "two", 1]
    assert run_flow(flow(*modules), {}, events=[resume("one")]).status == "suspended"


def test_on_the_last_step_the_flow_waits_too_and_the_result_is_that_of_the_step() -> None:
    document = flow(give("a", "'final'", suspend=suspend()))
    assert run_flow(document, {}).status == "suspended"
    run = run_flow(document, {}, events=[resume("x")])
    assert (run.status, run.result) == ("success", "final")


def test_a_mocked_step_suspends() -> None:
    module = fail("a", mock={"enabled": True, "return_value": 1}, suspend=suspend())
    assert run_flow(flow(module, identity("b")), {}).status == "suspended"


@pytest.mark.parametrize(
    "module",
    [
        fail("a", continue_on_error=True, suspend=suspend()),
        give("a", 1, skip_if={"expr": "true"}, suspend=suspend()),
        give("a", 1, stop_after_if={"expr": "true"}, suspend=suspend()),
    ],
)
def test_only_a_real_success_suspends(module: Any) -> None:
    assert run_flow(flow(module, give("b", 2)), {}).status == "success"


def test_a_step_that_succeeds_at_last_suspends() -> None:
    body = "if (Date.now() < until) throw new Error('early'); return 'late';"
    module = script("a", body, {"until": "Date.now() + 3"}, retry=constant(500), suspend=suspend())
    assert run_flow(flow(module, identity("b")), {}).status == "suspended"


# --------------------------------------------------------------------------------------------- refusals


def test_a_disapproval_fails_the_flow() -> None:
    run = run_flow(flow(give("a", 1, suspend=suspend()), identity("b")), {}, events=[cancel(approver="bob")])
    assert (run.status, runs(run, "b")) == ("failure", 0)
    assert run.result == {"error": {"name": "SuspendedDisapproved", "message": "Disapproved by bob"}}


def test_the_reason_given_is_appended() -> None:
    run = run_flow(flow(give("a", 1, suspend=suspend())), {}, events=[cancel("too dear", "bob")])
    assert run.result["error"]["message"].startswith("Disapproved by bob")
    assert "too dear" in run.result["error"]["message"]


def test_one_disapproval_is_enough() -> None:
    events = [resume("y", "alice"), cancel(approver="bob"), resume("y", "carol")]
    run = run_flow(flow(give("a", 1, suspend=suspend(2)), identity("b")), {}, events=events)
    assert run.result["error"]["name"] == "SuspendedDisapproved"


def test_the_time_limit_fails_the_flow() -> None:
    run = run_flow(flow(give("a", 1, suspend=suspend(timeout=600)), identity("b")), {}, events=[TIMEOUT])
    assert (run.status, runs(run, "b"), run.duration_s) == ("failure", 0, 600)
    assert run.result == {
        "error": {"name": "SuspendedTimedOut", "message": "Timed out waiting to be resumed"}
    }


@pytest.mark.parametrize(
    ("timeout", "seconds"),
    [
        (None, 1800),
        (5, 5),
        (static(7), 7),
        (js("flow_input.limit"), 9),
        (js("result"), 11),
        (js("results.a"), 11),
    ],
)
def test_how_long_it_waits(timeout: Any, seconds: float) -> None:
    module = give("a", 11, suspend=suspend(**({} if timeout is None else {"timeout": timeout})))
    assert run_flow(flow(module), {"limit": 9}, events=[TIMEOUT]).duration_s == seconds


def test_too_few_events_and_then_the_time_limit() -> None:
    run = run_flow(flow(give("a", 1, suspend=suspend(2))), {}, events=[resume("one"), TIMEOUT])
    assert run.result["error"]["name"] == "SuspendedTimedOut"


@pytest.mark.parametrize("refusal", [cancel(), TIMEOUT])
def test_neither_the_suspended_nor_the_held_back_step_is_retried_or_tolerated(refusal: Any) -> None:
    tolerant = {"retry": constant(2), "continue_on_error": True}
    modules = (give("a", 1, suspend=suspend(), **tolerant), give("b", 2, **tolerant), give("c", 3))
    run = run_flow(flow(*modules), {}, events=[refusal])
    assert (run.status, runs(run, "a"), runs(run, "b"), runs(run, "c")) == ("failure", 1, 0, 0)


@pytest.mark.parametrize("refusal", [cancel(), TIMEOUT])
def test_the_failure_module_runs(refusal: Any) -> None:
    document = flow(
        give("a", 1, suspend=suspend()), identity("b"), failure_module=give("failure", "error.name")
    )
    run = run_flow(document, {}, events=[refusal])
    assert (run.status, run.result) == (
        "failure",
        "SuspendedTimedOut" if refusal is TIMEOUT else "SuspendedDisapproved",
    )


@pytest.mark.parametrize("refusal", [cancel("too dear", "bob"), TIMEOUT])
def test_continue_on_disapprove_timeout_goes_on_with_the_error_as_the_last_payload(refusal: Any) -> None:
    module = give("a", 1, suspend=suspend(2, continue_on_disapprove_timeout=True))
    after = give(
        "b",
        "[resumes.map(r => r.error ? r.error.name : r), resume.error.message, approvers, previous_result]",
    )
    run = run_flow(flow(module, after), {}, events=[resume("one", "alice"), refusal])
    timed_out = ["one", "SuspendedTimedOut"], "Timed out waiting to be resumed", ["alice"], 1
    refused = ["one", "too dear", "SuspendedDisapproved"], "Disapproved by bob: too dear", ["alice", "bob"], 1
    assert (run.status, run.result) == ("success", list(timed_out if refusal is TIMEOUT else refused))


def test_continue_on_disapprove_timeout_changes_nothing_for_approvals() -> None:
    module = give("a", 1, suspend=suspend(continue_on_disapprove_timeout=True))
    assert run_flow(flow(module, give("b", "resume")), {}, events=[resume("yes")]).result == "yes"


# ------------------------------------------------------------------------------- inside something else


def test_inside_a_branch() -> None:
    inner = branch_one("b", default=[give("x", 1, suspend=suspend()), give("y", "resume")])
    assert run_flow(flow(inner, identity("z")), {}).status == "suspended"
    assert run_flow(flow(inner, identity("z")), {}, events=[resume("go")]).result == "go"


def test_inside_every_iteration_of_a_sequential_loop() -> None:
    module = loop("l", [1, 2], give("x", 1, suspend=suspend()), give("y", "resume"))
    assert run_flow(flow(module), {}, events=[resume("one")]).status == "suspended"
    assert run_flow(flow(module), {}, events=[resume("one"), resume("two")]).result == ["one", "two"]


def test_inside_parallel_branches_each_waits_for_its_own() -> None:
    branches = [branch(give(f"x{i}", i, suspend=suspend()), give(f"y{i}", "resume")) for i in range(2)]
    document = flow(branch_all("b", *branches, parallel=True), give("z", "previous_result"))
    waiting = run_flow(document, {}, events=[resume("one")])
    assert (waiting.status, runs(waiting, "x0"), runs(waiting, "x1")) == ("suspended", 1, 1)
    assert run_flow(document, {}, events=[resume("one"), resume("two")]).result == ["one", "two"]


def test_inside_a_called_flow() -> None:
    flows = {"f/ask": flow(give("s", 1, suspend=suspend()), give("t", "resume"))}
    document = flow(call("c", "f/ask"), give("z", "previous_result"))
    assert run_flow(document, {}, flows=flows).status == "suspended"
    assert run_flow(document, {}, flows=flows, events=[resume("go")]).result == "go"


def test_a_refusal_inside_an_iteration_is_an_ordinary_failure_of_that_iteration() -> None:
    body = (give("x", "flow_input.iter.value", suspend=suspend()), give("y", "resume"))
    events = [cancel(), resume("two")]
    run = run_flow(flow(loop("l", [1, 2], *body, skip_failures=True)), {}, events=events)
    assert (run.status, run.result[0]["error"]["name"], run.result[1]) == (
        "success",
        "SuspendedDisapproved",
        "two",
    )


def test_a_refusal_inside_a_branch_may_be_tolerated_outside() -> None:
    inner = branch_one("b", default=[give("x", 1, suspend=suspend())], continue_on_error=True)
    run = run_flow(flow(inner, give("z", "error.name")), {}, events=[cancel()])
    assert (run.status, run.result) == ("success", "SuspendedDisapproved")


def test_on_a_loop_the_flow_waits_once_after_the_whole_loop() -> None:
    module = loop("l", [1, 2, 3], identity("x"), suspend=suspend())
    run = run_flow(flow(module, give("z", "[previous_result.length, resume]")), {}, events=[resume("go")])
    assert run.result == [3, "go"]


# --------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    "groups",
    [static(["staff"]), js("['staff', flow_input.team]"), js("flow_env.GROUPS"), js("previous_result")],
)
def test_user_groups_required_is_a_list_or_an_expression(groups: Any) -> None:
    module = give("a", ["x"], suspend=suspend(user_auth_required=True, user_groups_required=groups))
    run = run_flow(flow(module, give("b", 2), flow_env={"GROUPS": ["g"]}), {"team": "t"}, events=[resume()])
    assert run.result == 2


@pytest.mark.parametrize("groups", [static("staff"), js("results.a"), js("no.such"), static(None)])
def test_groups_that_are_no_list_fail_the_flow(groups: Any) -> None:
    module = give("a", ["x"], suspend=suspend(user_auth_required=True, user_groups_required=groups))
    assert run_flow(flow(module, give("b", 2)), {}, events=[resume()]).status == "failure"


def test_forms_and_switches_change_nothing_in_a_run() -> None:
    keys = {
        "resume_form": {"schema": {"properties": {}}},
        "self_approval_disabled": True,
        "hide_cancel": True,
        "skin": "x",
    }
    run = run_flow(flow(give("a", 1, suspend=suspend(**keys)), give("b", "resume")), {}, events=[resume(3)])
    assert run.result == 3


def test_after_the_wait_the_sleep_of_the_step_applies() -> None:
    module = give("a", 1, suspend=suspend(), sleep=static(60))
    run = run_flow(flow(module, give("b", "resume")), {}, events=[resume("go")])
    assert (run.result, run.duration_s) == ("go", 60)


def test_steps_before_a_wait_are_not_run_again() -> None:
    document = flow(give("a", "Math.random()", suspend=suspend()), give("b", "results.a === previous_result"))
    run = run_flow(document, {}, events=[resume()])
    assert (run.result, runs(run, "a")) == (True, 1)


def test_events_of_an_unknown_type_are_refused() -> None:
    with pytest.raises(OpenFlowError, match="resume, cancel or timeout"):
        run_flow(flow(give("a", 1, suspend=suspend())), {}, events=[{"type": "maybe"}])
