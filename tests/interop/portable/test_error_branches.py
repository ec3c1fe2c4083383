"""Error branches as plain OpenFlow: the same way is taken, with the same values in sight."""

import json
from typing import Any

import pytest

from openflow_django.interop.portable import lower
from openflow_django.spec.validate import validate
from openflow_django.testing import run_flow
from tests.interop.portable.lowered import BAD, GOOD, both, caught, risky, script, template
from tests.spec.documents import flow, javascript, step


def test_the_flow_stops_with_the_outcome_of_the_branch() -> None:
    document = flow(risky(error_branch=caught(script("h"))), script("z", "return 'end'"))
    assert both(document, BAD).result == {"x": BAD}
    assert both(document, GOOD).result == "end"


def test_the_flow_goes_on_with_the_outcome_of_the_branch() -> None:
    document = flow(
        risky(error_branch=caught(script("h", "return 'mended'"), then="continue")),
        script("z", x=template(["{{ $last }}", "{{ a.name }}", "{{ a.ok.bad }}"])),
    )
    assert both(document, BAD).result == {"x": ["mended", "Error", "undefined"]}
    assert both(document, GOOD).result == {"x": [{"ok": GOOD}, "undefined", False]}


def test_the_last_step_of_a_flow() -> None:
    for then in ("stop", "continue"):
        document = flow(risky(error_branch=caught(script("h", "return 1"), then=then)))
        assert both(document, BAD).result == 1
        assert both(document, GOOD).result == {"ok": GOOD}


def test_what_the_branch_sees() -> None:
    seen = {
        "last": "{{ $last }}",
        "error": "{{ error.message }}",
        "previous": "{{ previous_result.error.step_id }}",
        "own": "{{ a.message }}",
        "trigger": "{{ $trigger.bad }}",
    }
    texts = "[error.message, previous_result.error.name, $last.name, results.a.error.step_id, flow_input.bad]"
    second = script(
        "second", x=template(["{{ $last.x.error }}", "{{ a.name }}", "{{ previous_result.x.own }}"])
    )
    document = flow(
        risky(error_branch=caught(script("first", x=template(seen)), second)),
    )
    run = both(document, BAD)
    assert run.steps["first"][0].input["x"] == {
        "last": run.steps["a"][0].error,
        "error": "no",
        "previous": "a",
        "own": "no",
        "trigger": True,
    }
    assert run.result == {"x": ["no", "Error", "no"]}
    assert both(flow(risky(error_branch=caught(script("first", x=javascript(texts))))), BAD).result == {
        "x": ["no", "Error", "Error", "a", True]
    }


@pytest.mark.parametrize(
    "first",
    [
        step({"type": "identity"}, "first"),
        script("first", skip_if={"expr": "true"}),
        step({"type": "branchone", "branches": [{"expr": "error", "modules": []}], "default": []}, "first"),
        step(
            {"type": "branchone", "branches": [{"expr": "!error", "modules": []}], "default": [script("in")]},
            "first",
        ),
        step(
            {
                "type": "branchone",
                "branches": [{"expr": "$last.name", "modules": [script("in")]}],
                "default": [],
            },
            "first",
        ),
        step(
            {
                "type": "forloopflow",
                "iterator": template(["{{ error.name }}", "{{ $last }}"]),
                "modules": [script("in")],
            },
            "first",
        ),
    ],
)
def test_whatever_the_branch_begins_with(first: Any) -> None:
    both(flow(risky(error_branch=caught(first, then="continue")), script("z", x=javascript("[$last]"))), BAD)


def test_a_branch_that_fails_fails_the_flow() -> None:
    document = flow(
        risky(error_branch=caught(script("h", "throw new Error('worse')"), then="continue")), script("z")
    )
    run = both(document, BAD)
    assert run.status == "failure"
    assert run.error["message"] == "worse"
    handler = {
        "id": "failure",
        "value": script("h", "return {handled: x.message}", x=javascript("error"))["value"],
    }
    assert both({**document, "value": {**document["value"], "failure_module": handler}}, BAD).result == {
        "handled": "worse"
    }


def test_a_branch_that_stops_stops_the_flow() -> None:
    stops = script("h", "return 1", stop_after_if={"expr": "true", "skip_if_stopped": True})
    document = flow(risky(error_branch=caught(stops, script("no"), then="continue")), script("z"))
    assert both(document, BAD).status == "skipped"


def test_branches_within_branches() -> None:
    inner = risky(
        "b", error_branch=caught(script("c", x=template("{{ error.message }}{{ a.name }}")), then="continue")
    )
    document = flow(
        risky(error_branch=caught(script("first"), inner, then="continue")),
        script("z", x=javascript("$last")),
    )
    assert both(document, BAD).result == {"x": {"x": "noError"}}


@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("skip_failures", [False, True])
@pytest.mark.parametrize("then", ["stop", "continue"])
def test_in_loops(parallel: bool, skip_failures: bool, then: str) -> None:
    body = script("a", "if (x === 2) throw new Error('two'); return x", x=javascript("flow_input.iter.value"))
    body["error_branch"] = caught(script("h", x=template("{{ error.message }}")), then=then)
    loop = {
        "type": "forloopflow",
        "iterator": {"type": "static", "value": [1, 2, 3]},
        "modules": [body, script("z", x=javascript("$last"))],
        "parallel": parallel,
        "skip_failures": skip_failures,
    }
    both(flow(step(loop, "loop")), {})


@pytest.mark.parametrize("parallel", [False, True])
@pytest.mark.parametrize("kind", ["forloopflow", "branchall", "branchone"])
@pytest.mark.parametrize("bad", [BAD, GOOD])
def test_containers_that_fail(kind: str, parallel: bool, bad: Any) -> None:
    inner = [risky("in", x=javascript("({bad: flow_input.bad})"))]
    value: dict[str, Any] = {
        "forloopflow": {
            "iterator": {"type": "static", "value": [1, 2]},
            "modules": inner,
            "parallel": parallel,
            "skip_failures": False,
        },
        "branchall": {
            "branches": [
                {"modules": [script("fine")], "skip_failure": True},
                {"modules": inner, "skip_failure": False},
            ],
            "parallel": parallel,
        },
        "branchone": {"branches": [{"expr": "true", "modules": inner}], "default": []},
    }[kind]
    handler = script("h", x=javascript("[error.message, $last, previous_result]"))
    document = flow(
        step({"type": kind, **value}, "a", error_branch=caught(handler, then="continue")),
        script("z", "return 1"),
    )
    run = both(document, bad)
    assert ("h" in run.steps) == bad["bad"]


def test_an_iterator_that_is_no_list() -> None:
    loop = {"type": "forloopflow", "iterator": javascript("flow_input.none"), "modules": [script("in")]}
    for extra in ({}, {"skip_failures": True}, {"parallel": True}):
        document = flow(step({**loop, **extra}, "a", error_branch=caught(script("h", "return 1"))))
        assert both(document, BAD).result == 1


def test_branches_whose_failure_is_skipped_do_not_count() -> None:
    branches = [{"modules": [risky("in")], "skip_failure": True}]
    document = flow(step({"type": "branchall", "branches": branches}, "a", error_branch=caught(script("h"))))
    assert "h" not in both(document, BAD).steps


def test_retries_come_first() -> None:
    retry = {
        "constant": {"attempts": 2, "seconds": 1},
        "retry_if": {"expr": "$trigger.bad && error.message === 'no'"},
    }
    run = both(flow(risky(retry=retry, error_branch=caught(script("h", "return 1")))), BAD)
    assert len(run.steps["a"]) == 3


def test_a_skipped_step_passes_on_a_failure_that_is_not_its_own() -> None:
    document = flow(
        risky("first", continue_on_error=True),
        risky("a", skip_if={"expr": "true"}, error_branch=caught(script("h"))),
        script("z", "return 1"),
    )
    assert both(document, BAD).result == 1


def test_sleep_comes_behind_the_branch() -> None:
    for then, slept in (("continue", 7), ("stop", 0)):
        document = flow(
            risky(sleep={"type": "static", "value": 7}, error_branch=caught(script("h"), then=then)),
            script("z"),
        )
        run = both(document, BAD)
        assert run.duration_s == pytest.approx(slept, abs=2)
        assert run_flow(lower(document).document, BAD).duration_s == pytest.approx(slept, abs=2)


def test_a_computed_sleep_is_told() -> None:
    both(flow(risky(sleep=javascript("1"), error_branch=caught(script("h")))), GOOD, warned=("sleep",))


def test_answers_reach_the_step_behind_only_without_a_branch_between() -> None:
    suspended = risky(suspend={"required_events": 1}, error_branch=caught(script("h"), then="continue"))
    answers = [{"type": "resume", "payload": "yes"}]
    assert both(flow(suspended, script("z", "return 1")), GOOD, events=answers).result == 1
    assert both(flow(suspended, script("z", "return 1")), BAD).result == 1
    curious = flow(suspended, script("z", x=javascript("resume")))
    assert [warning.code for warning in lower(curious).warnings] == ["resumption"]


def test_an_empty_branch_is_none() -> None:
    for keys in ({}, {"continue_on_error": True}):
        document = flow(risky(error_branch=caught(then="continue"), **keys), script("z", "return 1"))
        lowered: Any = lower(document).document
        assert [module["id"] for module in lowered["value"]["modules"]] == ["a", "z"]
        both(document, BAD)


def test_ids_do_not_clash() -> None:
    document = flow(
        risky("a", error_branch=caught(step({"type": "identity"}, "a_error"))),
        risky("a_error_2", error_branch=caught(step({"type": "identity"}, "y"))),
        script("z", x=template("{{ a_error_2_error.x }}")),
    )
    lowered = lower(document).document
    text = json.dumps(lowered)
    assert '"id": "a_error_3"' in text or '"id": "a_error_4"' in text
    assert not [issue for issue in validate(lowered) if issue.code == "duplicate_id"]
    both(document, GOOD)
    both(document, BAD)
    long = flow(
        *[risky("x" * 85 + str(number), error_branch=caught(script(f"h{number}"))) for number in range(3)]
    )
    assert not [issue for issue in validate(lower(long).document) if issue.severity == "error"]


def test_ids_that_are_no_names() -> None:
    document = flow(
        risky("a b'\"", error_branch=caught(script("1", x=javascript("error.message")))),
        script("z", x=template("{{ $last }}")),
    )
    assert both(document, BAD).result == {"x": "no"}
    both(document, GOOD)
