"""Numbers and text as JavaScript turns them into each other."""

import json
import math
from typing import Any

import pytest
import quickjs
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.expressions.coercion import is_same, stringify, to_number, to_text


def javascript(function, argument):
    context = quickjs.Context()
    context.set("argument", json.dumps(argument))
    return json.loads(context.eval(f"JSON.stringify({{answer: {function}(JSON.parse(argument))}})")).get(
        "answer"
    )


SPECIAL = [
    0.0,
    5.0,
    0.1,
    1e21,
    1e20,
    123456789012345680000.0,
    1e-6,
    1e-7,
    1.5e-10,
    5e-324,
    1.7976931348623157e308,
]
SPECIAL += [2.0**53, 2.0**53 + 2, 9007199254740993.0, 0.000001234, 100.25, -1e21, -2.5e-8, 1e16, 4.35, 1 / 3]


@pytest.mark.parametrize("number", SPECIAL)
def test_numbers_print_like_javascript(number):
    assert to_text(number) == javascript("String", number)
    assert stringify(number) == javascript("JSON.stringify", number)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_prints_like_javascript(number):
    # The standard wants the shortest digits that read back; QuickJS gives one more for some powers of two.
    theirs = javascript("String", number)
    assert to_text(number) == theirs or len(to_text(number)) < len(theirs)
    assert float(to_text(number)) == number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (-0.0, "0"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        ("text", "text"),
        ([1, None, ["a", 2.0]], "1,,a,2"),
        ({}, "[object Object]"),
        (2**63 - 1, "9223372036854775807"),
        (10**21, "1e+21"),
        (10**400, "Infinity"),
    ],
)
def test_text(value, text):
    assert to_text(value) == text


NUMERALS = [
    "",
    " ",
    "5",
    " 5\n",
    "-1.5",
    "+2",
    ".5",
    "5.",
    "1e3",
    "1E-3",
    "0x10",
    "0b11",
    "0o17",
    "0xg",
    "1_000",
    "abc",
]
NUMERALS += [
    "5px",
    "--1",
    "Infinity",
    "-Infinity",
    "infinity",
    "1e1000",
    "٣",
    "\ufeff7",
    "1 2",
    "-0x1",
    "00012",
]


@pytest.mark.parametrize(
    "value", [*NUMERALS, None, True, False, [], [7], ["8"], [1, 2], {}, {"a": 1}, [[]], [None]]
)
def test_numbers_are_read_like_javascript(value):
    number = to_number(value)
    expected = javascript("Number", value)
    assert (None if not math.isfinite(number) else number) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None, 2.0]}, '{"b":1,"a":[true,null,2]}'),
        ({"b": 0, "10": 0, "2": 0, "01": 0}, '{"2":0,"10":0,"b":0,"01":0}'),
        ('Köln "quoted"\n\x01\x7f\u2028', '"Köln \\"quoted\\"\\n\\u0001\x7f\u2028"'),
        ("\ud800x", '"\\ud800x"'),
        ([math.nan, math.inf], "[null,null]"),
        ({}, "{}"),
        ([], "[]"),
    ],
)
def test_json_text(value, text):
    assert stringify(value) == text


def test_deep_json():
    value: Any = []
    for _ in range(400):
        value = [value]
    assert stringify(value) == "[" * 401 + "]" * 401


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        (0, None, False),
        ("1", 1, False),
        ([1, {"a": [None]}], [1.0, {"a": [None]}], True),
        ([1], [True], False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([], {}, False),
    ],
)
def test_sameness(one, other, same):
    assert is_same(one, other) is same
    assert is_same(other, one) is same
