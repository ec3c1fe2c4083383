"""The operation that triggers another flow (semantics sections 3.4 and 5)."""

from typing import Any

import pytest

from openflow_django.interop import directus
from openflow_django.spec.issues import errors
from openflow_django.spec.validate import validate
from openflow_django.testing import FlowRun, run_flow
from tests.interop.directus.flows import export, load, op

ECHO = [op("e", "transform", json={"got": "{{ $trigger }}"})]


def called(payload, child=ECHO, /, *, returns: Any = "$last", data: Any = None, **options: Any) -> FlowRun:
    """Run a flow whose step ``t`` triggers another; ``z`` shows what the step gave, ``r`` its error."""
    choice = {} if returns is None else {"return": returns}
    inner = export(*child, trigger="operation", options=choice, id="child", name="Child")
    outer = export(
        op("t", "trigger", flow="child", payload=payload, resolve="z", reject="r", **options),
        op("z", "transform", json={"resolved": "{{ t }}", "last": "{{ $last }}"}),
        op("r", "transform", json={"rejected": "{{ t.name }}"}),
        id="parent",
    )
    flow_in, flow_out = directus.load([inner, outer])
    assert errors(validate(flow_in.document)) == errors(validate(flow_out.document)) == []
    assert flow_out.errors == []
    return run_flow(
        flow_out.document,
        None,
        trigger={"body": data},
        accountability={"user": "u"},
        flows={flow_in.path: flow_in.document},
    )


def resolved(*args: Any, **options: Any) -> Any:
    run = called(*args, **options)
    assert run.result["resolved"] == run.result["last"]
    return run.result["resolved"]


@pytest.mark.parametrize("payload", [{"a": "{{ $trigger.body }}"}, '{"a": {{ $trigger.body }}}'])
def test_the_payload_is_the_trigger_of_the_flow(payload):
    assert resolved(payload, data=5) == {"got": {"a": 5}}


@pytest.mark.parametrize("value", [{"a": [1]}, 5, None, True, {}])
def test_the_payload_may_be_any_value(value):
    assert resolved("{{ $trigger.body }}", data=value) == {"got": value}
    assert resolved(value) == {"got": value}


def test_without_a_payload_the_trigger_is_null():
    assert resolved(None) == {"got": None}


@pytest.mark.parametrize("mode", [{}, *({"iterationMode": mode} for mode in ("parallel", "serial", "batch"))])
def test_a_list_runs_the_flow_once_for_each_item(mode):
    expected = [{"got": 1}, {"got": {"a": 2}}, {"got": [3]}]
    items = [1, {"a": 2}, [3]]
    assert resolved("{{ $trigger.body }}", data=items, **mode) == expected
    assert resolved(items, **mode) == expected
    assert resolved("[1, {{ $trigger.body }}, [3]]", data={"a": 2}, **mode) == expected


@pytest.mark.parametrize("payload", [[], "[]", "{{ $trigger.body }}"])
def test_an_empty_list_runs_nothing(payload):
    run = called(payload, data=[])
    assert run.result["resolved"] == []
    assert "e" not in run.steps


def test_batches_are_bounded():
    inner = export(*ECHO, trigger="operation", id="child")
    for options, size in (({"batchSize": 3}, 3), ({}, 10), ({"batchSize": "many"}, 10)):
        outer = export(op("t", "trigger", flow="child", payload=[1], iterationMode="batch", **options))
        document: Any = directus.load([inner, outer])[1].document
        assert document["value"]["modules"][0]["value"]["parallelism"] == {"type": "static", "value": size}


@pytest.mark.parametrize(
    ("returns", "value"),
    [
        ("$last", {"got": 7}),
        ("e.got", 7),
        ("e.nothing", None),
        ("$trigger", 7),
        (
            "$all",
            {
                "$trigger": 7,
                "$last": {"got": 7},
                "$accountability": {"user": "u"},
                "$env": {},
                "e": {"got": 7},
            },
        ),
        ("", None),
        (None, None),
    ],
)
def test_the_value_is_what_the_flow_returns(returns, value):
    assert resolved(7, returns=returns) == value


def test_a_flow_without_steps_returns_its_trigger():
    assert resolved(7, []) == 7
    assert resolved(7, [], returns=None) is None


@pytest.mark.parametrize("returns", ["$last", "x"])
def test_the_step_resolves_when_the_flow_ends_in_a_failure(returns):
    failing = [op("x", "throw-error", code="BAD", message="m", resolve="y"), op("y", "transform", json="1")]
    assert resolved(1, failing, returns=returns)["code"] == "BAD"
    assert resolved(1, failing, returns="x.message") == "m"
    assert resolved(1, failing, returns="y") is None
    assert [each["code"] for each in resolved([1, 2], failing)] == ["BAD", "BAD"]


def test_the_value_is_right_wherever_the_flow_ends():
    branching = [
        op("c", "condition", filter={"$trigger": {"_eq": 1}}, resolve="y", reject="n"),
        op("y", "transform", json={"way": "yes"}),
        op("n", "transform", json={"way": "{{ c[0].extensions.type }}"}),
    ]
    assert resolved([1, 2], branching) == [{"way": "yes"}, {"way": "in"}]
    assert resolved([1, 2], branching, returns="y.way") == ["yes", None]


def test_a_payload_that_can_not_be_read_rejects():
    assert called("{{ }}").result == {"rejected": "SyntaxError"}
    assert called("no json").result == {"rejected": "SyntaxError"}
    assert called("{{ $trigger.body }}", data="text").result == {"rejected": "SyntaxError"}
    assert called("{{ $trigger.nothing }}").result == {"rejected": "SyntaxError"}


def test_the_accountability_is_that_of_the_caller():
    assert resolved(1, [op("e", "transform", json={"who": "{{ $accountability.user }}"})]) == {"who": "u"}


def test_the_caller_sees_nothing_of_the_steps():
    inner = export(*ECHO, trigger="operation", id="child", name="Child")
    outer = export(
        op("t", "trigger", flow="child", payload={}, resolve="z"), op("z", "transform", json=["{{ e }}"])
    )
    flow_in, flow_out = directus.load([inner, outer])
    run = run_flow(flow_out.document, None, trigger={}, flows={flow_in.path: flow_in.document})
    assert run.result == ["undefined"]


def test_flows_call_flows():
    innermost = export(
        op("a", "transform", json={"deep": "{{ $trigger }}"}), trigger="operation", id="c", name="C"
    )
    middle = export(
        op("t", "trigger", flow="c", payload="{{ $trigger }}"), trigger="operation", id="b", name="B"
    )
    for each in (innermost, middle):
        each["flow"]["options"] = {"return": "$last"}
    outer = export(op("t", "trigger", flow="b", payload="{{ $trigger.body }}"), id="a", name="A")
    found = directus.load([innermost, middle, outer])
    flows = {flow.path: flow.document for flow in found}
    run = run_flow(found[2].document, None, trigger={"body": [1, 2]}, flows=flows)
    assert run.result == [{"deep": 1}, {"deep": 2}]


@pytest.mark.parametrize("flow", ["nowhere", None, "{{ $trigger.flow }}"])
def test_a_flow_that_is_not_known_gives_null(flow):
    found = load(
        op("t", "trigger", flow=flow, payload=[1, 2], resolve="z"), op("z", "transform", json=["{{ t }}"])
    )
    assert "flow_unknown" in [issue.code for issue in found.warnings]
    assert run_flow(found.document, None, trigger={}).result == [None]


def test_flows_that_other_things_start_are_not_called():
    inner = export(*ECHO, trigger="webhook", id="child", name="Child")
    _, outer = directus.load([inner, export(op("t", "trigger", flow="child"), id="parent")])
    assert "flow_unknown" in [issue.code for issue in outer.warnings]


def test_flows_that_are_there_already_are_called_by_their_path():
    [flow] = directus.load(
        export(op("t", "trigger", flow="child", payload={"a": 1})), flows={"child": "shop/echo"}
    )
    assert flow.warnings == ()
    echo = {"summary": "", "value": {"modules": [{"id": "i", "value": {"type": "identity"}}]}}
    assert run_flow(flow.document, None, trigger={}, flows={"shop/echo": echo}).result == {"a": 1}
