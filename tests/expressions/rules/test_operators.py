"""The operators of condition rules, each over values that pass, fail and cannot be judged."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.expressions.errors import RuleError
from openflow_django.expressions.rules import check
from openflow_django.expressions.rules.operators import OPERATORS

DATE = "2024-05-06T10:00:00Z"


def judge(operator: str, operand: Any, value: Any) -> Any:
    """None if ``value`` passes, the finding if it fails, the name of the error where there is no answer."""
    try:
        failures = check({"a": {operator: operand}}, {"a": value})
    except RuleError as error:
        return error.name
    if not failures:
        return None
    (failure,) = failures
    assert (failure.pop("field"), failure.pop("path")) == ("a", [])
    return failure


def finding(kind: str, **members: Any) -> dict[str, Any]:
    return {"type": kind, **members}


REQUIRED = finding("required")


@pytest.mark.parametrize(
    ("operator", "operand", "value", "expected"),
    [
        ("_eq", 5, 5, None),
        ("_eq", 5, 5.0, None),
        ("_eq", 5, "5", None),
        ("_eq", "5", 5, None),
        ("_eq", "5", "5", None),
        ("_eq", "0x10", 16, None),
        ("_eq", 5, "5.0", finding("in", valid=[5, "5"])),
        ("_eq", "5", 6, finding("in", valid=["5", 5])),
        ("_eq", " ", 0, None),
        ("_eq", "", 0, finding("empty")),
        ("_eq", None, 0, finding("null")),
        ("_eq", None, None, None),
        ("_eq", True, True, None),
        ("_eq", True, 1, finding("eq", valid=True)),
        ("_eq", True, "true", finding("eq", valid=True)),
        ("_eq", 1, True, finding("in", valid=[1, "1"])),
        ("_eq", {"a": [1]}, {"a": [1]}, None),
        ("_eq", {"a": 1}, {"a": 2}, finding("eq", valid={"a": 1})),
        ("_eq", [1], [1], "AssertError"),
        ("_eq", "Infinity", 1, finding("in", valid=["Infinity", None])),
        ("_neq", 5, 6, None),
        ("_neq", 5, "5", finding("nin", invalid=[5, "5"])),
        ("_neq", "a", "a", finding("neq", invalid="a")),
        ("_neq", None, None, finding("nnull")),
        ("_neq", "", "", finding("nempty")),
        ("_neq", True, 1, None),
        ("_neq", [1], 1, "AssertError"),
        ("_in", [1, 5], 5, None),
        ("_in", [1, 5], "5", finding("in", valid=[1, 5])),
        ("_in", "1,5", "5", None),
        ("_in", "1,5", 5, finding("in", valid=["1", "5"])),
        ("_in", {"0": 1, "x": 5}, 5, None),
        ("_in", [5], 6, finding("eq", valid=5)),
        ("_in", [5, 5.0], 6, finding("eq", valid=5)),
        ("_in", [None], 6, finding("null")),
        ("_in", [], 6, None),
        ("_in", 5, 5, None),
        ("_in", None, None, None),
        ("_in", [{"a": 1}], {"a": 1}, None),
        ("_in", [[1]], 1, None),
        ("_in", [[[1]]], 1, "AssertError"),
        ("_nin", ["a", "b"], "c", None),
        ("_nin", ["a", "b"], "a", finding("nin", invalid=["a", "b"])),
        ("_nin", ["a"], "a", finding("neq", invalid="a")),
        ("_nin", [], "a", None),
        ("_null", True, None, None),
        ("_null", False, None, None),
        ("_null", False, 0, finding("null")),
        ("_nnull", False, 0, None),
        ("_nnull", True, None, finding("nnull")),
        ("_empty", True, "", None),
        ("_empty", False, "a", finding("empty")),
        ("_empty", True, None, finding("empty")),
        ("_empty", True, [], finding("empty")),
        ("_nempty", True, None, None),
        ("_nempty", True, [], None),
        ("_nempty", True, "", finding("nempty")),
        ("_submitted", True, None, None),
        ("_some", {"x": {"_eq": 1}}, 1, None),
        ("_none", {}, 1, None),
        ("_intersects", '{"type": "Point"}', 1, None),
        ("_json", {"a": {"_eq": 1}}, 1, None),
        ("_nicontains", "a", "a", None),
        ("_whatever", "a", "b", None),
    ],
)
def test_membership(operator, operand, value, expected):
    assert judge(operator, operand, value) == expected


@pytest.mark.parametrize(
    ("operator", "operand", "value", "expected"),
    [
        ("_gt", 4, 5, None),
        ("_gt", 5, 5, finding("gt", valid=5)),
        ("_gte", 5, 5, None),
        ("_gte", 6, 5, finding("gte", valid=6)),
        ("_lt", 5, 5, finding("lt", valid=5)),
        ("_lte", 5, 5, None),
        ("_lte", 4.5, 5, finding("lte", valid=4.5)),
        ("_gt", "4", "5", None),
        ("_gt", "4", " +5.50 ", None),
        ("_gt", "6", 5, finding("gt", valid=6)),
        ("_gt", None, 1, None),
        ("_gt", "", 1, None),
        ("_gt", True, 2, None),
        ("_gt", [], 1, None),
        ("_gt", [7], 8, None),
        ("_gt", 1, "a", REQUIRED),
        ("_gt", 1, None, REQUIRED),
        ("_gt", 1, True, REQUIRED),
        ("_gt", 1, [2], REQUIRED),
        ("_gt", 1, "0x10", REQUIRED),
        ("_gt", 1, 2**53, finding("unsafe")),
        ("_gt", 1, "9007199254740993", finding("unsafe")),
        ("_gt", 1, "0.12345678901234567890", finding("unsafe")),
        ("_gt", 1, "1e999", finding("unsafe")),
        ("_gt", 1, "1.0", finding("gt", valid=1)),
        ("_gt", -1, "-0", None),
        ("_gt", 1, "1e3", None),
        ("_gt", 1, "00012", None),
        ("_gt", 1, "5.", None),
        ("_gt", 0, ".5", None),
        ("_gt", "2024-01-01", DATE, None),
        ("_gt", DATE, "2024-01-01", finding("gt", valid="2024-05-06T10:00:00.000Z")),
        ("_lt", "2025-01-01", DATE, None),
        ("_gte", DATE, "2024-05-06T12:00:00+02:00", None),
        ("_gt", DATE, 1714989600001, None),
        ("_gt", DATE, "1714989600001", None),
        ("_gt", DATE, "tomorrow", REQUIRED),
        ("_gt", DATE, None, REQUIRED),
        ("_gt", DATE, False, REQUIRED),
        ("_gt", "tomorrow", DATE, "AssertError"),
        ("_gt", {"a": 1}, DATE, "AssertError"),
        ("_between", [1, 5], 5, None),
        ("_between", "1,5", "1", None),
        ("_between", [1, 5], 0, finding("gte", valid=1)),
        ("_between", [1, 5], 6, finding("lte", valid=5)),
        ("_between", ["2024-01-01", "2024-12-31"], DATE, None),
        ("_between", ["2024-01-01", "2024-02-01"], DATE, finding("lte", valid="2024-02-01T00:00:00.000Z")),
        ("_between", [None, 5], -1, finding("gte", valid=0)),
        ("_between", [1], 1, "AssertError"),
        ("_between", [], 1, "AssertError"),
        ("_between", ["a", "b"], 1, "AssertError"),
        ("_between", [2**53, 2**54], 1, "AssertError"),
        ("_nbetween", [2, 4], 1, finding("gt", valid=4)),
        ("_nbetween", [2, 4], 5, finding("lt", valid=2)),
    ],
)
def test_order(operator, operand, value, expected):
    assert judge(operator, operand, value) == expected


def test_a_range_the_wrong_way_round_fails_at_both_ends():
    failures = check({"a": {"_between": [5, 1]}}, {"a": 3})
    assert [(failure["type"], failure["valid"]) for failure in failures] == [("gte", 5), ("lte", 1)]


@pytest.mark.parametrize(
    ("operator", "operand", "value", "expected"),
    [
        ("_contains", "ell", "Hello", None),
        ("_contains", "ELL", "Hello", finding("contains", substring="ELL")),
        ("_icontains", "ELL", "Hello", None),
        ("_icontains", "x", "Hello", finding("contains", substring="x")),
        ("_ncontains", "x", "Hello", None),
        ("_ncontains", "ell", "Hello", finding("ncontains", substring="ell")),
        ("_contains", "a", ["xax", 1], None),
        ("_contains", "a", ["b"], "Error"),
        ("_icontains", "A", [None, "a"], None),
        ("_ncontains", "c", ["a", 1, None], None),
        ("_ncontains", "a", ["a"], "Error"),
        ("_ncontains", "a", [], None),
        ("_contains", "a", 1, "Error"),
        ("_contains", "a", None, "Error"),
        ("_contains", "a", "", "Error"),
        ("_ncontains", "a", "", "Error"),
        ("_contains", 5, "5", finding("eq", valid=True)),
        ("_contains", 5, True, None),
        ("_starts_with", "He", "Hello", None),
        ("_starts_with", "he", "Hello", finding("starts_with", substring="he")),
        ("_istarts_with", "he", "Hello", None),
        ("_istarts_with", "x", "Hello", finding("istarts_with", substring="x")),
        ("_nstarts_with", "he", "Hello", None),
        ("_nstarts_with", "He", "Hello", finding("nstarts_with", substring="He")),
        ("_nistarts_with", "he", "Hello", finding("nistarts_with", substring="he")),
        ("_ends_with", "lo", "Hello", None),
        ("_ends_with", "LO", "Hello", finding("ends_with", substring="LO")),
        ("_iends_with", "LO", "Hello", None),
        ("_nends_with", "x", "Hello", None),
        ("_nends_with", "lo", "Hello", finding("nends_with", substring="lo")),
        ("_niends_with", "LO", "Hello", finding("niends_with", substring="LO")),
        ("_iends_with", "ÖLN", "Köln", None),
        ("_istarts_with", "STRASSE", "straße", finding("istarts_with", substring="STRASSE")),
        ("_ends_with", "b", "a\nb", None),
        ("_ends_with", "a", "a\n", finding("ends_with", substring="a")),
        ("_starts_with", "a.b/c", "x", finding("starts_with", substring="a\\.b\\/c")),
        ("_starts_with", "a", 5, REQUIRED),
        ("_starts_with", "a", None, REQUIRED),
        ("_starts_with", "a", ["a"], REQUIRED),
        ("_starts_with", "a", "", "Error"),
        ("_starts_with", None, "a", finding("eq", valid=True)),
        ("_regex", "^H.*o$", "Hello", None),
        ("_regex", "ell", "Hello", None),
        ("_regex", "/^Hello/", "Hello World", None),
        ("_regex", "^x", "Hello", finding("regex", invalid="Hello")),
        ("_regex", "^$", "", None),
        ("_regex", "/", "a/b", None),
        ("_regex", 5, "x5", None),
        ("_regex", None, True, None),
        ("_regex", "a", 5, REQUIRED),
        ("_regex", "(", "a", "SyntaxError"),
        ("_regex", "(a)\\1", "aa", "SyntaxError"),
    ],
)
def test_text(operator, operand, value, expected):
    assert judge(operator, operand, value) == expected


def test_a_bad_operand_is_found_before_the_value():
    for operator, operand in [("_eq", [1]), ("_gt", "soon"), ("_between", []), ("_regex", "(")]:
        with pytest.raises(RuleError):
            check({"nope": {operator: operand}}, {"a": 1})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text(alphabet="a5 ", max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("xy"), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(sorted(OPERATORS)), JSON, JSON)
def test_every_operator_passes_fails_or_refuses(operator, operand, value):
    try:
        failures = check({"a": {operator: operand}}, {"a": value})
    except RuleError as error:
        refusal = error.name
    else:
        refusal = None
        assert all(each["field"] == "a" and each["type"] != "unreportable" for each in failures)
    assert refusal in {None, "Error", "AssertError", "SyntaxError"}


@given(st.sampled_from([("_eq", "_neq"), ("_null", "_nnull"), ("_empty", "_nempty")]), JSON, JSON)
def test_negations_exclude_each_other(pair, operand, value):
    answers = [judge(operator, operand, value) for operator in pair]
    if "AssertError" not in answers:
        assert answers.count(None) == 1


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=3), st.integers(-3, 3))
def test_in_and_nin_exclude_each_other(members, value):
    assert (judge("_in", members, value) is None) is (value in members)
    assert (judge("_nin", members, value) is None) is (value not in members)


@given(st.lists(st.sampled_from([{"a": 1}, {"a": 2}, {"b": 1}, {"a": {"_gt": 0}}]), max_size=4))
def test_and_is_every_part_or_is_some_part(parts):
    data = {"a": 1}
    each = [check(part, data) for part in parts]
    assert check({"_and": parts}, data) == list(itertools.chain.from_iterable(each))
    assert (check({"_or": parts}, data) == []) is (not parts or any(not failures for failures in each))
