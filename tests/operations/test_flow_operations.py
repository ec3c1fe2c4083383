"""``log``, ``transform``, ``condition``, ``throw_error`` and ``return_value``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.operations import OperationContext, operations
from openflow_django.operations.failed_validation import failed_validation

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


# log


def test_log_writes_a_line_and_gives_null(step):
    assert step.run("log", message="hello") is None
    step.run("log", message="careful", level="warning")
    assert step.logged == [("info", "hello"), ("warning", "careful")]


@pytest.mark.parametrize(
    ("message", "line"),
    [({"ö": [1, None]}, '{"ö": [1, null]}'), (5, "5"), (True, "true"), (None, "null"), ("", "")],
)
def test_log_writes_values_as_json(step, message, line):
    step.run("log", message=message)
    assert step.logged == [("info", line)]


def test_log_refuses_unknown_levels_and_no_message(step):
    assert step.fail("log", message="x", level="fatal").code == "invalid_options"
    assert step.fail("log").code == "invalid_options"


# transform


@given(JSON.filter(lambda value: not isinstance(value, str)))
def test_transform_passes_values_as_they_are(value):
    assert operations.get("transform").perform({"json": value}, context=OperationContext()) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [('{"a": [1, 2.5]}', {"a": [1, 2.5]}), ("7", 7), ('"text"', "text"), ("null", None), (" [] ", [])],
)
def test_transform_reads_text_as_json(step, text, value):
    assert step.run("transform", json=text) == value


@pytest.mark.parametrize("text", ["", "plain", "{a: 1}", "NaN", "1e999", "[1,]", "[" * 1000])
def test_transform_fails_for_other_text(step, text):
    error = step.fail("transform", json=text)
    assert (error.code, error.name) == ("transform_not_json", "SyntaxError")


def test_transform_drops_the_keys_that_change_prototypes(step):
    text = '{"a": [{"__proto__": {"x": 1}, "b": "__proto__"}], "__proto__": 1}'
    assert step.run("transform", json=text) == {"a": [{"b": "__proto__"}]}
    assert step.run("transform", json={"__proto__": 1}) == {"__proto__": 1}


def test_transform_needs_a_value(step):
    assert step.fail("transform").code == "invalid_options"


# condition


DATA = {"$trigger": {"total": 120, "tags": []}, "a": {"ok": True}}


@pytest.mark.parametrize(
    "rule",
    [
        None,
        {"$trigger": {"total": {"_gt": 100}}},
        {"$trigger": {"total": {"_eq": "120"}}, "a": {"ok": {"_eq": True}}},
        {"_or": [{"a": {"ok": {"_eq": False}}}, {"$trigger": {"total": {"_gte": 120}}}]},
    ],
)
def test_a_condition_that_holds_gives_null(step, rule):
    assert step.run("condition", data=DATA, filter=rule) is None
    assert step.run("condition", data=DATA) is None


def test_a_condition_that_does_not_hold_tells_why(step):
    error = step.fail(
        "condition", data=DATA, filter={"$trigger": {"total": {"_lt": 100}}, "b": {"x": {"_null": True}}}
    )
    assert (error.code, error.name) == ("condition_not_met", "ConditionNotMet")
    assert error.result == [
        {
            "name": "DirectusError",
            "code": "FAILED_VALIDATION",
            "status": 400,
            "message": 'Validation failed for field "$trigger". Value has to be less than "100".',
            "extensions": {"field": "$trigger", "path": ["total"], "type": "lt", "valid": 100},
        },
        {
            "name": "DirectusError",
            "code": "FAILED_VALIDATION",
            "status": 400,
            "message": 'Validation failed for field "b". Value is required.',
            "extensions": {"field": "b", "path": [], "type": "required"},
        },
    ]


@pytest.mark.parametrize("rule", [{}, {"a": None}, {"a": {"ok": {"_in": 5}}}])
def test_a_rule_without_an_answer_fails_as_a_rule(step, rule):
    assert step.fail("condition", data=DATA, filter=rule).code in {"rule", "condition_not_met"}


@pytest.mark.parametrize("rule", [[], "x", 5])
def test_a_rule_is_an_object(step, rule):
    assert step.fail("condition", data=DATA, filter=rule).code == "invalid_options"


# throw_error


def test_throw_error_fails_with_what_is_given(step):
    error = step.fail("throw_error", code="SOLD_OUT", status=409, message="None left")
    assert (error.code, error.name, error.message) == ("SOLD_OUT", "ThrownError", "None left")
    told = {"name": "DirectusError", "code": "SOLD_OUT", "status": 409, "message": "None left"}
    assert error.result == told


def test_the_code_of_the_result_is_in_capitals(step):
    error = step.fail("throw_error", code="sold_out")
    assert (error.code, error.result["code"]) == ("sold_out", "SOLD_OUT")


def test_throw_error_has_the_defaults_of_directus(step):
    error = step.fail("throw_error")
    assert error.result == {
        "name": "DirectusError",
        "code": "INTERNAL_SERVER_ERROR",
        "status": 500,
        "message": "An unexpected error occurred.",
    }


def test_a_status_may_be_text(step):
    assert step.fail("throw_error", status="418").result["status"] == 418


@pytest.mark.parametrize("status", [200, 399, 600, "99", "4xx", "418 teapot", 4.5, True])
def test_a_status_is_one_of_failure(step, status):
    assert step.fail("throw_error", status=status).code == "invalid_options"


# the messages of failed rules


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        ({"type": "eq", "valid": "{valid}"}, 'Value has to be "{valid}".'),
        ({"type": "in", "valid": [1, "a"]}, 'Value has to be one of "1", "a".'),
        ({"type": "nin", "invalid": [True]}, 'Value can\'t be one of "true".'),
        ({"type": "contains", "substring": "x"}, 'Value has to contain "x".'),
        ({"type": "nnull"}, "Value can't be null."),
        ({"type": "eq"}, ""),
        ({"type": "starts_with", "substring": "x"}, ""),
    ],
)
def test_what_a_failed_rule_says(failure, sentence):
    told = failed_validation({"field": "a", "path": [], **failure})
    assert told["message"] == f'Validation failed for field "a". {sentence}'.rstrip()


# what return_value gives


STATE = {
    "$trigger": {"n": 1},
    "$last": [1],
    "results": {"a": {"b": [{"c": 3}]}, "$x": 1},
    "flow_input": {"n": 2},
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$last", [1]),
        ("$trigger.n", 1),
        ("a.b[0].c", 3),
        ("a.b", [{"c": 3}]),
        ("a.nothing", None),
        ("nothing.at.all", None),
        ("flow_input", None),
        ("$env", None),
    ],
)
def test_a_value_is_returned_by_its_path(step, path, value):
    assert step.run("return_value", data=STATE, path=path) == value


def test_without_a_path_the_last_value_is_returned(step):
    assert step.run("return_value", data=STATE) == [1]


def test_all_of_the_data_is_returned(step):
    assert step.run("return_value", data=STATE, path="$all") == {
        "$trigger": {"n": 1},
        "$last": [1],
        "$accountability": None,
        "$env": None,
        "a": {"b": [{"c": 3}]},
        "$x": 1,
    }


@pytest.mark.parametrize("path", [".a", "a..b", "a[", ".".join("abcdefghijk")])
def test_a_path_that_can_not_be_read_fails(step, path):
    assert step.fail("return_value", data=STATE, path=path).code == "template"
