"""The shapes in which flows come: exports, answers of the API, flows with their operations nested or
beside."""

import json
from typing import Any

import pytest

from openflow_django.interop import directus
from openflow_django.interop.directus import NotADirectusFlow, is_directus
from openflow_django.spec.issues import errors
from openflow_django.spec.json import JsonInvalid
from openflow_django.spec.validate import validate
from openflow_django.testing import run_flow
from tests.interop.directus.flows import export, op, step_ids

EXPORT = export(
    op("check", "condition", resolve="yes", reject="no", filter={"$trigger": {"body": {"n": {"_eq": 1}}}}),
    op("yes", "transform", json={"way": "yes"}),
    op("no", "transform", json={"way": "no"}),
    description="Checks",
    icon="bolt",
    color="#ff0000",
)
FLOW, OPERATIONS = EXPORT["flow"], EXPORT["operations"]
BY_ID = {operation["id"]: operation for operation in OPERATIONS}


def tree(ref: str | None) -> Any:
    """An operation with those that follow in the place of their ids."""
    if ref is None:
        return None
    operation = BY_ID[ref]
    return {**operation, "resolve": tree(operation["resolve"]), "reject": tree(operation["reject"])}


def by_key() -> list[Any]:
    """Operations without ids, that refer to each other by their keys."""
    keys = {None: None, **{operation["id"]: operation["key"] for operation in OPERATIONS}}
    return [
        {
            **{name: operation[name] for name in ("key", "type", "options")},
            "resolve": keys[operation["resolve"]],
            "reject": keys[operation["reject"]],
        }
        for operation in OPERATIONS
    ]


SHAPES = {
    "export": EXPORT,
    "text": json.dumps(EXPORT),
    "bytes": json.dumps(EXPORT).encode(),
    "without version": {"flow": FLOW, "operations": OPERATIONS},
    "nested list": {**FLOW, "operations": OPERATIONS},
    "nested tree": {**FLOW, "operation": tree("id-check")},
    "tree in a list": {**FLOW, "operations": [tree("id-check")]},
    "answer": {"data": {**FLOW, "operations": OPERATIONS}},
    "answer with a list": {"data": [{**FLOW, "operations": OPERATIONS}]},
    "two answers": {"flow": {"data": FLOW}, "operations": {"data": OPERATIONS}},
    "flows and operations": {"flows": [FLOW], "operations": OPERATIONS},
    "answers of both": {"flows": {"data": [FLOW]}, "operations": {"data": OPERATIONS}},
    "list": [EXPORT],
    "references as objects": {
        **FLOW,
        "operation": {"id": "id-check"},
        "operations": [
            {**each, "resolve": each["resolve"] and {"id": each["resolve"]}, "flow": {"id": "flow-1"}}
            for each in OPERATIONS
        ],
    },
    "by key": {**FLOW, "operation": "check", "operations": by_key()},
    "ids beside the operations": {
        "flow": {**FLOW, "operations": [each["id"] for each in OPERATIONS]},
        "operations": OPERATIONS,
    },
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_gives_the_same_flow(name):
    [flow] = directus.load(SHAPES[name])
    assert (flow.path, flow.summary, flow.description) == ("a_flow", "A flow", "Checks")
    assert (flow.icon, flow.color) == ("bolt", "#ff0000")
    assert flow.errors == []
    assert errors(validate(flow.document)) == []
    for n, way in ((1, "yes"), (2, "no")):
        assert run_flow(flow.document, None, trigger={"body": {"n": n}}).result == {"way": way}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_told_from_others(name):
    value = SHAPES[name]
    assert is_directus(json.loads(value) if isinstance(value, str | bytes) else value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "text",
        [],
        {},
        [5],
        {"data": []},
        {"summary": "x", "value": {"modules": []}},
        {"path": "f/x", "value": {"modules": []}, "schema": {}},
        {"flows": [{"value": {"modules": []}}], "name": "x", "value": {}},
        {"name": "x"},
        {"data": {"data": {"data": {"data": {"data": {"data": {"data": EXPORT}}}}}}},
    ],
)
def test_what_is_no_flow_is_refused(value):
    assert not is_directus(value)
    with pytest.raises(NotADirectusFlow):
        directus.load(value if not isinstance(value, str) else json.dumps(value))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"version": 2, "flow": FLOW, "operations": []}, "version 2"),
        ({"version": True, "flow": FLOW, "operations": []}, "version True"),
        ([EXPORT, 5], "Entry 2"),
    ],
)
def test_what_is_wrong_in_a_flow_of_directus_is_told(value, message):
    assert is_directus(value)
    with pytest.raises(NotADirectusFlow, match=message):
        directus.load(value)


def test_text_that_is_nothing_is_refused():
    with pytest.raises(JsonInvalid):
        directus.load("{")


def test_flows_get_the_operations_that_are_theirs():
    other = {**FLOW, "id": "flow-2", "name": "Other", "operation": "id-x"}
    own = {"id": "id-x", "key": "x", "type": "log", "options": {}, "resolve": None, "flow": {"id": "flow-2"}}
    first, second = directus.load({"flows": [FLOW, other], "operations": [*OPERATIONS, own]})
    assert step_ids(first) == ["check", "yes"]
    assert step_ids(second) == ["x"]


def test_paths_are_made_of_names_and_used_once():
    named = [export(name=name) for name in ("Send mail!", "Send mail", "", "Größe")]
    assert [flow.path for flow in directus.load(named)] == ["send_mail", "send_mail_2", "flow", "groe"]
    assert directus.load(EXPORT, path="shop/check")[0].path == "a_flow"
    assert directus.load(export(name=None), path="shop/check")[0].path == "shop/check"
    assert [flow.path for flow in directus.load([export(name=None)] * 2, path="x")] == ["flow", "flow_2"]


def test_where_a_flow_begins_is_guessed_when_it_does_not_say():
    [flow] = directus.load({"name": "x", "trigger": "webhook", "operations": OPERATIONS})
    assert step_ids(flow) == ["check", "yes"]
    assert "first_operation_guessed" in [issue.code for issue in flow.warnings]


def test_a_flow_that_begins_nowhere_does_nothing():
    [flow] = directus.load({**FLOW, "operation": None, "operations": OPERATIONS})
    assert flow.document["value"]["modules"] == []
    [unreachable] = [issue for issue in flow.warnings if issue.code == "unreachable"]
    assert '"check", "yes", "no"' in unreachable.message
    assert run_flow(flow.document, {"i": 1}, trigger={"n": 1}).data["$last"] == {"n": 1}


def test_operations_that_are_not_led_to_are_named():
    loose = [{"id": f"l{n}", "key": f"loose{n}", "type": "log", "options": {}} for n in range(12)]
    [flow] = directus.load({**EXPORT, "operations": [*OPERATIONS, *loose]})
    [issue] = [issue for issue in flow.warnings if issue.code == "unreachable"]
    assert '"loose0"' in issue.message
    assert "and 2 more" in issue.message


def test_what_the_flow_keeps_elsewhere_is_told():
    placed = [{**operation, "position_x": 1, "position_y": 2} for operation in OPERATIONS]
    [flow] = directus.load(
        {"flow": {**FLOW, "status": "active", "accountability": None}, "operations": placed}
    )
    assert {"inactive", "logging_changed", "positions_dropped"} <= {issue.code for issue in flow.warnings}
    [activity] = directus.load({**EXPORT, "flow": {**FLOW, "accountability": "activity"}})
    assert [issue.code for issue in activity.warnings] == ["logging_changed"]


def test_triggers_come_turned_off():
    [flow] = directus.load(EXPORT)
    assert [trigger.enabled for trigger in flow.triggers] == [False]
    assert flow.has_triggers
