"""What a webhook answers (semantics sections 2 and 3.2)."""

from typing import Any

import pytest

from openflow_django.expressions.errors import TemplateError
from openflow_django.interop import directus
from openflow_django.testing import run_flow
from tests.interop.directus.flows import answer, load, op

ERROR = "An unexpected error occurred."


def transform(value, **edges):
    return op("a", "transform", json=value, **edges)


def throwing(thrown):
    return op("a", "exec", code=f"module.exports = () => {{ throw {thrown} }}")


@pytest.mark.parametrize("value", [1, -1, 0.5, "text", True, [], {}, [0], {"a": None}])
def test_the_value_is_the_body(value):
    assert answer(transform(["{{ $trigger.body }}"]), body=value, options={"return": "a[0]"}) == (200, value)


@pytest.mark.parametrize("value", [None, 0, 0.0, "", False])
def test_what_is_falsy_is_an_empty_answer(value):
    assert answer(transform(["{{ $trigger.body.v }}"]), body={"v": value}, options={"return": "a[0]"}) == (
        204,
        None,
    )


def test_the_last_value_is_returned_where_the_flow_does_not_say():
    assert answer(transform({"x": 1}), options={}) == (200, {"x": 1})
    assert answer(body=1, options={}) == (200, {"body": 1})


def test_everything_is_returned():
    status, body = answer(transform({"x": 1}), body=2, options={"return": "$all"})
    assert (status, body) == (
        200,
        {"$trigger": {"body": 2}, "$last": {"x": 1}, "$accountability": None, "$env": {}, "a": {"x": 1}},
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b[0].c", (200, 3)),
        ("$last.b", (200, [{"c": 3}])),
        ("$trigger.body", (200, 5)),
        ("a.b.length", (200, 1)),
        ("a.nothing.at.all", (204, None)),
        ("nowhere", (204, None)),
        ("$accountability", (204, None)),
    ],
)
def test_a_path_is_returned(path, expected):
    assert answer(transform({"b": [{"c": 3}]}), body=5, options={"return": path}) == expected


def test_a_path_that_can_not_be_read():
    with pytest.raises(TemplateError):
        answer(transform("1"), options={"return": "a..b"})


def test_an_asynchronous_flow_answers_at_once():
    assert answer(transform("1"), options={"async": True, "error_on_reject": True}) == (204, None)
    assert answer(throwing("1"), options={"async": True, "error_on_reject": True}) == (204, None)


# without error_on_reject


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        (throwing("new Error('x')"), {}),
        (throwing("'text'"), "text"),
        (throwing("'{\"status\":404}'"), {"status": 404}),
        (
            op("a", "throw-error", code="x", status=404, message="m"),
            {"name": "DirectusError", "code": "X", "status": 404},
        ),
        (op("a", "transform", json="no json"), {}),
        (op("a", "transform", json="{{ }}"), {}),
    ],
)
def test_a_failure_answers_with_the_error_without_its_message(operation, body):
    assert answer(operation) == (200, body)


def test_a_condition_answers_with_its_list():
    status, body = answer(op("a", "condition", filter={"$trigger": {"body": {"_eq": "x"}}}), body="y")
    assert status == 200
    assert body == [
        {
            "name": "DirectusError",
            "code": "FAILED_VALIDATION",
            "status": 400,
            "extensions": {"field": "$trigger", "path": ["body"], "type": "eq", "valid": "x"},
        }
    ]


# with error_on_reject


def told(*operations, admin=None, **options) -> Any:
    flow = load(*operations, options={"error_on_reject": True, **options})
    who = None if admin is None else {"admin": admin}
    return directus.answer(flow, run_flow(flow.document, None, trigger={"body": 1}, accountability=who))


def test_a_directus_error_keeps_its_status_and_code():
    assert told(op("a", "throw-error", code="my_code", status=409, message="m")) == (
        409,
        {"errors": [{"message": "m", "extensions": {"code": "MY_CODE"}}]},
    )


def test_a_condition_tells_each_failure():
    rule = {"$trigger": {"body": {"_eq": "x"}}, "nothing": {"_null": True}}
    status, body = told(op("a", "condition", filter=rule))
    assert status == 400
    assert [error["extensions"] for error in body["errors"]] == [
        {"code": "FAILED_VALIDATION", "field": "$trigger", "path": ["body"], "type": "eq", "valid": "x"},
        {"code": "FAILED_VALIDATION", "field": "nothing", "path": [], "type": "required"},
    ]
    assert body["errors"][1]["message"] == 'Validation failed for field "nothing". Value is required.'


@pytest.mark.parametrize("thrown", ["new Error('secret')", "'secret'", '\'{"message": "secret"}\'', "5"])
def test_other_errors_are_unexpected_and_told_to_administrators_only(thrown):
    unexpected = {"message": ERROR, "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
    assert told(throwing(thrown)) == (500, {"errors": [unexpected]})
    assert told(throwing(thrown), admin=False) == (500, {"errors": [unexpected]})
    status, body = told(throwing(thrown), admin=True)
    assert (status, body["errors"][0]["message"]) == (500, ERROR if thrown == "5" else "secret")


def test_errors_of_several_statuses_are_an_error_of_the_server():
    errors = [
        {"name": "DirectusError", "status": status, "code": "X", "message": "m"} for status in (400, 403)
    ]
    thrown = f"JSON.stringify({errors})".replace("'", '"')
    status, body = told(throwing(thrown))
    assert (status, len(body["errors"])) == (500, 2)


def test_only_the_last_step_counts():
    handled = [op("a", "throw-error", reject="b"), op("b", "transform", json={"x": 1})]
    assert told(*handled) == (200, {"x": 1})
    failing = [op("a", "throw-error", reject="b"), op("b", "throw-error", status=418, message="m")]
    assert told(*failing)[0] == 418


def test_the_value_is_returned_where_nothing_failed():
    assert told(op("a", "transform", json={"x": 1})) == (200, {"x": 1})
