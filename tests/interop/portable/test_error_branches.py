"""Error branches as plain OpenFlow: the same way is taken, with the same values in sight."""

import json
from typing import Any

import pytest

from openflow_django.interop.portable import lower
from openflow_django.spec.issues import DocumentInvalid
from openflow_django.spec.validate import validate
from openflow_django.testing import FlowRun, run_flow
from tests.spec.documents import flow, javascript, step

BAD = {"bad": True, "list": [1, 2]}
GOOD = {"bad": False, "list": [1, 2]}


def script(step_id: str, body: str = "return {x}", **keys: Any) -> Any:
    """A step whose ``x`` is what ``x`` says, the input otherwise."""
    transform = keys.pop("x", javascript("flow_input"))
    code = f"export function main(x) {{ {body} }}"
    value = {"type": "rawscript", "language": "bun", "content": code, "input_transforms": {"x": transform}}
    return step(value, step_id, **keys)


def risky(step_id: str = "a", **keys: Any) -> Any:
    return script(step_id, "if (x.bad) throw new Error('no'); return {ok: x}", **keys)


def caught(*modules: Any, then: str = "stop") -> Any:
    return {"modules": list(modules), "then": then}


def template(value: Any) -> Any:
    return {"type": "template", "value": value}


def both(document: Any, given: Any, *, warned: tuple[str, ...] = (), events: Any = ()) -> FlowRun:
    """The run, which ends the same way with and without our extensions."""
    lowered = lower(document)
    assert [warning.code for warning in lowered.warnings] == list(warned), lowered.warnings
    assert "error_branch" not in json.dumps(lowered.document)
    assert not [issue for issue in validate(lowered.document) if issue.severity == "error"]
    here = run_flow(document, given, events=events)
    there = run_flow(lowered.document, given, events=events)
    assert (there.status, there.result) == (here.status, here.result)
    return here


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


def test_where_a_result_does_not_tell_there_is_a_warning() -> None:
    failing = [risky("in", continue_on_error=True)]
    loop = {"type": "forloopflow", "iterator": javascript("[1]"), "modules": failing}
    one = {"type": "branchone", "branches": [], "default": []}
    handler = {"id": "failure", "value": script("f")["value"]}
    branch = caught(script("h"))
    for document in (
        flow(step(loop, "a", error_branch=branch)),
        flow(risky("b", continue_on_error=True), step(one, "a", error_branch=branch)),
        flow(step({**loop, "modules": [script("in")]}, "a", error_branch=branch), failure_module=handler),
        flow(step({"type": "flow", "path": "f/x"}, "a", error_branch=branch)),
        flow(risky(mock={"enabled": True, "return_value": {"error": {"message": "m"}}}, error_branch=branch)),
    ):
        assert [warning.code for warning in lower(document).warnings] == ["failure_shape"]


def test_operations_are_told_once_each() -> None:
    value = {
        "type": "script",
        "path": "op/throw_error",
        "input_transforms": {"message": {"type": "static", "value": "m"}},
    }
    document = flow(
        step(value, "a", error_branch=caught(script("h", x=template("{{ error.message }}")))),
        script("z", x=template("{{ a.status }}")),
    )
    lowered = lower(document)
    assert lowered.document["value"]["modules"][0]["value"] == value
    assert [(warning.code, warning.step_id) for warning in lowered.warnings] == [
        ("operation", "a"),
        ("operation_failure", "z"),
    ]
    assert run_flow(lowered.document, {}).result == run_flow(document, {}).result == {"x": "m"}


def test_tools_of_agents_have_no_branch_there() -> None:
    tool = risky("tool", error_branch=caught(script("h")))
    document = flow(
        step(
            {"type": "aiagent", "tools": [tool], "input_transforms": {"x": template("{{ $trigger.x }}")}}, "a"
        )
    )
    lowered = lower(document)
    assert [(warning.code, warning.path) for warning in lowered.warnings] == [
        ("tool_error_branch", "/value/modules/0/value/tools/0")
    ]
    assert "error_branch" not in json.dumps(lowered.document)


def test_failure_modules_see_the_failure() -> None:
    seen = template(
        ["{{ error.message }}", "{{ $last.error.message }}", "{{ a.message }}", "{{ $trigger.bad }}"]
    )
    document = flow(risky(), failure_module={"id": "failure", "value": script("f", x=seen)["value"]})
    assert both(document, BAD).result == {"x": ["no", "no", "no", True]}


def test_a_document_without_extensions_stays_as_it_is() -> None:
    loop = {
        "type": "forloopflow",
        "iterator": javascript("[]"),
        "modules": [],
        "skip_failures": False,
        "parallel": False,
    }
    document = {**flow(script("a"), step(loop, "b")), "description": "", "schema": {"type": "object"}}
    assert lower(document).document == document


def test_defaults_that_programs_disagree_about_are_written() -> None:
    loop = {"type": "forloopflow", "iterator": javascript("[]"), "modules": []}
    every = {"type": "branchall", "branches": [{"modules": []}]}
    modules = lower(flow(step(loop, "a"), step(every, "b"))).document["value"]["modules"]
    assert (modules[0]["value"]["skip_failures"], modules[0]["value"]["parallel"]) == (False, False)
    assert (modules[1]["value"]["parallel"], modules[1]["value"]["branches"][0]["skip_failure"]) == (
        True,
        False,
    )


def test_names_are_replaced_in_every_place() -> None:
    place = javascript("$trigger.n")
    condition = {"expr": "$trigger.n"}
    loop = {
        "type": "forloopflow",
        "iterator": javascript("[$trigger.n]"),
        "modules": [],
        "parallelism": place,
    }
    document = flow(
        step(
            {"type": "branchone", "branches": [{"expr": "$trigger.n", "modules": []}], "default": []},
            "a",
            skip_if=condition,
            stop_after_if={**condition, "skip_if_stopped": False},
            sleep=place,
            timeout=place,
            retry={"constant": {"attempts": 1, "seconds": 1}, "retry_if": condition},
            suspend={
                "required_events": 1,
                "timeout": place,
                "user_groups_required": place,
                "user_auth_required": True,
            },
        ),
        step(loop, "b", stop_after_all_iters_if={**condition, "skip_if_stopped": False}),
        skip_expr="$trigger.n",
    )
    text = json.dumps(lower(document).document)
    assert "$trigger" not in text
    assert text.count("flow_input.n") == 12


def test_last_at_every_moment() -> None:
    loop = {"type": "forloopflow", "iterator": javascript("[1]"), "modules": [script("in")]}
    document = flow(
        script("first"),
        step(
            loop,
            "a",
            stop_after_if={"expr": "$last.x", "skip_if_stopped": False},
            stop_after_all_iters_if={"expr": "$last[0]"},
        ),
        risky("b", retry={"constant": {"attempts": 1, "seconds": 1}, "retry_if": {"expr": "$last"}}),
    )
    lowered = lower(document)
    modules = lowered.document["value"]["modules"]
    assert modules[1]["stop_after_if"]["expr"] == "results.first.x"
    assert modules[1]["stop_after_all_iters_if"]["expr"] == "previous_result[0]"
    assert modules[2]["retry"]["retry_if"]["expr"] == "null"
    assert [warning.code for warning in lowered.warnings] == ["last"]


def test_an_invalid_document_is_refused() -> None:
    with pytest.raises(DocumentInvalid):
        lower({"value": {"modules": 3}})
