"""Documents lowered as a whole: warnings, names, defaults, what stays as it is."""

import json

import pytest

from openflow_django.interop.portable import lower
from openflow_django.spec.issues import DocumentInvalid
from openflow_django.testing import run_flow
from tests.interop.portable.lowered import BAD, both, caught, risky, script, template
from tests.spec.documents import flow, javascript, step


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
