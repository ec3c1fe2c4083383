"""Condition rules judged against data."""

from datetime import UTC, datetime
from typing import Any

import pytest

from openflow_django.expressions.errors import RuleError
from openflow_django.expressions.rules import check, validate_rule

DATA: Any = {
    "$trigger": {
        "payload": {"status": "published", "n": 5, "nil": None, "list": [{"x": 1}, {"x": 2}], "text": "t"}
    },
    "$last": None,
    "$accountability": {"user": "u1", "role": "r1", "roles": ["r1", "r2"]},
    "num": 7,
    "at": "2024-05-06T23:30:00Z",
    "deep": {"a": {"b": 1}},
    "list": [1],
}
NOW = datetime(2024, 5, 6, 12, 0, tzinfo=UTC)


def failing(kind: str, field: str, *path: str, **members: Any) -> dict[str, Any]:
    return {"field": field, "path": list(path), "type": kind, **members}


def required(field: str, *path: str) -> dict[str, Any]:
    return failing("required", field, *path)


@pytest.mark.parametrize(
    "rule",
    [
        None,
        {"num": {"_eq": 7}},
        {"num": 7},
        {"num": {"_gt": 1, "_lt": 9}},
        {"num": 7, "$trigger": {"payload": {"n": 5}}},
        {"$trigger": {"payload": {"status": "published", "n": {"_in": [4, 5]}}}},
        {"_and": [{"num": 7}, {"deep": {"a": {"b": 1}}}]},
        {"_or": [{"num": 8}, {"num": 7}]},
        {"_and": []},
        {"_or": []},
        {"num": {"_or": [{"_eq": 6}, {"_eq": 7}]}},
        {
            "$trigger": {
                "_or": [{"payload": {"n": 6}}, {"payload": {"_and": [{"n": 5}, {"status": "published"}]}}]
            }
        },
        {"num": {}},
        {"$trigger": {"payload": {"nil": {"_submitted": True}}}},
    ],
)
def test_rules_that_hold(rule):
    assert check(rule, DATA) == []


@pytest.mark.parametrize(
    ("rule", "failures"),
    [
        ({"num": 8}, [failing("in", "num", valid=[8, "8"])]),
        (
            {"deep": {"a": {"b": {"_gt": 1}}}},
            [{"field": "deep", "path": ["a", "b"], "type": "gt", "valid": 1}],
        ),
        ({"nope": {"_null": True}}, [required("nope")]),
        ({"nope": {"a": {"b": {"_eq": 1}}}}, [required("nope")]),
        ({"deep": {"x": {"_neq": 1}}}, [required("deep", "x")]),
        ({"$trigger": {"payload": {"list": {"0": {"x": 1}}}}}, [required("$trigger", "payload", "list")]),
        ({"$trigger": {"payload": {"text": {"length": 1}}}}, [required("$trigger", "payload", "text")]),
        ({"$trigger": {"payload": {"nil": {"x": 1}}}}, [required("$trigger", "payload", "nil")]),
        ({"$trigger.payload.n": 5}, [required("$trigger.payload.n")]),
        ({"_null": True}, [required("_null")]),
    ],
)
def test_the_place_of_a_failure(rule, failures):
    assert check(rule, DATA) == failures


@pytest.mark.parametrize("operator", ["_null", "_neq", "_nin", "_nempty", "_submitted", "_unknown", "_some"])
def test_every_place_has_to_exist(operator):
    assert check({"nope": {operator: "x"}}, DATA) == [required("nope")]


def test_all_failures_are_collected():
    rule = {"num": {"_gt": 9, "_lt": 1}, "_and": [{"nope": 1}, {"num": {"_null": True}}]}
    assert [(each["field"], each["type"]) for each in check(rule, DATA)] == [
        ("num", "gt"),
        ("num", "lt"),
        ("nope", "required"),
        ("num", "null"),
    ]


def test_failures_of_or_count_only_when_nothing_holds():
    assert check({"_or": [{"num": 1}, {"num": 2}, {"num": 7}]}, DATA) == []
    assert [each["valid"] for each in check({"_or": [{"num": 1}, {"num": 2}]}, DATA)] == [[1, "1"], [2, "2"]]


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ({}, "Error"),
        ([], "Error"),
        ({"_and": [{}]}, "Error"),
        ({"_eq": 0}, "Error"),
        ({"_eq": "x"}, "RangeError"),
        ({"num": None}, "TypeError"),
        ({"deep": {"a": None}}, "TypeError"),
        ({"_or": [None]}, "TypeError"),
        ({"_and": {"num": 7}}, "TypeError"),
        ({"num": {"_or": "x"}}, "TypeError"),
        ({"num": {"_json": None}}, "TypeError"),
        ({"num": {"_intersects": "{"}}, "SyntaxError"),
    ],
)
def test_rules_without_an_answer(rule, name):
    with pytest.raises(RuleError) as caught:
        check(rule, DATA)
    assert caught.value.name == name


def test_or_stops_before_a_part_without_an_answer():
    assert check({"_or": [{"num": 7}, {}]}, DATA) == []
    with pytest.raises(RuleError):
        check({"_or": [{"num": 8}, {}]}, DATA)


def test_what_cannot_be_reported_counts_only_where_it_is_reported():
    unreportable: Any = {"num": {"_contains": "x"}}
    with pytest.raises(RuleError):
        check(unreportable, DATA)
    assert check({"_or": [unreportable, {"num": 7}]}, DATA) == []


@pytest.mark.parametrize(
    ("operand", "value"),
    [
        ("$CURRENT_USER", "u1"),
        ("$CURRENT_ROLE", "r1"),
        ("$CURRENT_USER.email", None),
        ("$CURRENT_ROLES.name", None),
        ("$CURRENT_POLICIES", None),
        ("$OTHER", "$OTHER"),
    ],
)
def test_variables_of_the_actor(operand, value):
    data = {"a": "other", "$accountability": DATA["$accountability"]}
    failure = check({"a": operand}, data)[0]
    assert failure["type"] == ("null" if value is None else "eq")
    assert failure.get("valid") == value


def test_roles_stand_for_several_members():
    assert (
        check(
            {"a": {"_in": ["$CURRENT_ROLES", "x"]}}, {"a": "r2", "$accountability": DATA["$accountability"]}
        )
        == []
    )
    assert check({"a": {"_in": "$CURRENT_ROLES"}}, {"a": "r3"})[0]["type"] == "null"
    with pytest.raises(RuleError) as caught:
        check({"a": "$CURRENT_ROLES"}, {"a": "r1", "$accountability": DATA["$accountability"]})
    assert caught.value.name == "AssertError"


@pytest.mark.parametrize("accountability", [{}, {"$accountability": None}])
def test_without_an_actor_variables_are_null(accountability):
    assert check({"a": "$CURRENT_USER"}, {"a": None, **accountability}) == []


@pytest.mark.parametrize(
    ("operand", "moment"),
    [
        ("$NOW", "2024-05-06T12:00:00.000Z"),
        ("$NOW(-7 days)", "2024-04-29T12:00:00.000Z"),
        ("$NOW(+1 month)", "2024-06-06T12:00:00.000Z"),
        ("$NOW(2)", "2024-05-08T12:00:00.000Z"),
        ("$NOW(nonsense)", "2024-05-06T12:00:00.000Z"),
        ("$NOW()", "2024-05-06T12:00:00.000Z"),
    ],
)
def test_now(operand, moment):
    failures = check({"at": {"_gt": operand}}, {"at": "2020-01-01"}, now=NOW)
    assert failures == [{"field": "at", "path": [], "type": "gt", "valid": moment}]


def test_now_is_the_clock_unless_it_is_given():
    assert (
        check(
            {"at": {"_lt": "$NOW(+1 second)", "_gt": "$NOW(-1 minute)"}},
            {"at": datetime.now(UTC).isoformat()},
        )
        == []
    )


def test_now_beyond_the_calendar():
    with pytest.raises(RuleError) as caught:
        check({"at": {"_gt": "$NOW(9999 years)"}}, DATA, now=NOW)
    assert caught.value.name == "RangeError"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("year(at)", 2024),
        ("month(at)", 5),
        ("week(at)", 19),
        ("day(at)", 6),
        ("weekday(at)", 1),
        ("hour(at)", 23),
        ("minute(at)", 30),
        ("second(at)", 0),
    ],
)
def test_functions_of_dates(key, value):
    assert check({key: {"_eq": value}}, DATA) == []
    assert check({key: {"_gt": value}}, DATA) == [{"field": key, "path": [], "type": "gt", "valid": value}]


@pytest.mark.parametrize(
    ("rule", "failures"),
    [
        ({"$trigger": {"payload": {"count(list)": {"_eq": 2}}}}, []),
        ({"$trigger": {"payload": {"count(nope)": {"_null": True}}}}, []),
        ({"$trigger": {"payload": {"count(text)": {"_nnull": True}}}}, None),
        ({"nope": {"count(list)": {"_null": True}}}, []),
        ({"num": {"count(list)": {"_null": True}}}, []),
        (
            {"$trigger": {"payload": {"list": {"count(x)": {"_null": True}}}}},
            [required("$trigger", "payload", "list")],
        ),
        ({"count(deep.a)": {"_null": True}}, [required("count(deep.a)")]),
    ],
)
def test_counts(rule, failures):
    if failures is None:
        assert check(rule, DATA)[0]["type"] == "nnull"
    else:
        assert check(rule, DATA) == failures


@pytest.mark.parametrize("key", ["year(num)", "year(nope)", "nonsense(num)"])
def test_functions_that_cannot_be_called(key):
    with pytest.raises(RuleError) as caught:
        check({key: {"_eq": 1}}, DATA)
    assert caught.value.name == "TypeError"


def test_a_date_that_is_none_has_no_year():
    assert check({"year(at)": {"_gt": 1}}, {"at": "soon"}) == [required("year(at)")]


def test_unknown_operators_are_named():
    rule = {
        "a": {"_eq": 1, "_foo": 2},
        "_or": [{"b": {"_json": {}}}, {"c": {"d": {"_foo": 1, "_submitted": True}}}],
    }
    assert validate_rule(rule) == ["_foo", "_json"]
    assert validate_rule({"a": {"_some": {"b": {"_eq": 1}}}}) == ["_some"]
    assert validate_rule(None) == []
    assert validate_rule({"a": {"_and": [{"_gt": 1}, {"_between": [1, 2]}]}}) == []
