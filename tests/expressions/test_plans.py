"""Expressions compiled."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.expressions import plans
from openflow_django.expressions.errors import ExpressionSyntaxError
from openflow_django.expressions.plans import (
    MAX_SOURCE,
    Constant,
    JavaScriptPlan,
    PathPlan,
    is_truthy,
)
from tests.expressions.quickjs_engine import QuickJs
from tests.expressions.scopes import names
from tests.expressions.test_paths import value

# Tests name the members of the kind of plan they expect.
compile_expression: Any = plans.compile_expression
compile_condition: Any = plans.compile_condition


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("5", 5),
        (" -1.50 ", -1.5),
        ("1e3", 1000),
        ("5.0", 5),
        ("-0", 0),
        ("'text'", "text"),
        ('"a\\n"', "a\n"),
        ("`plain`", "plain"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("undefined", None),
        ("", None),
        ('{"a": [1, 2.0, "b"]}', {"a": [1, 2, "b"]}),
        ("[]", []),
        ("'it is \"so\"'", 'it is "so"'),
    ],
)
def test_literals_are_constants(source, expected):
    plan = compile_expression(source)
    assert isinstance(plan, Constant)
    assert plan.json == expected
    assert type(plan.json) is type(expected)


@pytest.mark.parametrize(
    "source",
    [
        "9007199254740993",
        "1e400",
        "010",
        "0x10",
        "'a' + 'b'",
        "`${a}`",
        "'\\x41'",
        '{"__proto__": {}}',
        "[1,]",
        "NaN",
        "(5)",
    ],
)
def test_what_python_reads_differently_is_left_to_javascript(source):
    assert not isinstance(compile_expression(source), Constant)


def test_plans_are_kept():
    assert compile_expression("a + b") is compile_expression("a + b")


def test_bodies_are_well_formed_whatever_the_author_wrote():
    assert compile_expression("a + b // c").body == "return a + b // c\n"
    assert compile_expression("// c\na + b").body == "// c\nreturn a + b\n"
    assert compile_expression("let a = 1; return a // c").body == "{let a = 1; return a // c\n}\n"
    assert compile_condition("a + b // c").body == "return Boolean(a + b // c\n)\n"


def test_kinds_of_plans():
    assert isinstance(compile_expression("results.a"), PathPlan)
    assert isinstance(compile_expression("results.a + 1"), JavaScriptPlan)
    assert compile_expression("await results.a").is_async
    assert not compile_expression("results.a + 1").is_async


@pytest.mark.parametrize(
    "source",
    [
        "return true",
        "a; b",
        "a;",
        "if (a) b",
        "const a = 1",
        "throw 1",
        "do {} while (0)",
        "for (;;) {}",
        "let x",
    ],
)
def test_a_condition_is_one_expression(source):
    with pytest.raises(ExpressionSyntaxError, match="one expression"):
        compile_condition(source)


@pytest.mark.parametrize("source", ["x)=>1, (y", "a)", "(a", "a}", "`${a", "'"])
def test_unbalanced_texts_are_refused(source):
    for compiled in (compile_expression, compile_condition):
        with pytest.raises(ExpressionSyntaxError):
            compiled(source)


@pytest.mark.parametrize(
    "source", ["true", "1", "'a'", "[]", "{}", '{"a": 1}', "await x", "function () {}", "!x", "a, b"]
)
def test_expressions_are_conditions(source):
    compile_condition(source)


def test_the_longest_text():
    compile_expression("1+" * (MAX_SOURCE // 2 - 1) + "1")
    with pytest.raises(ExpressionSyntaxError, match="65536 are allowed"):
        compile_expression("a" * (MAX_SOURCE + 1))


@pytest.mark.parametrize(
    ("json", "expected"),
    [
        (None, False),
        (False, False),
        (0, False),
        (0.0, False),
        (math.nan, False),
        ("", False),
        (True, True),
        (1, True),
        (-0.5, True),
        ("0", True),
        (" ", True),
        ([], True),
        ({}, True),
    ],
)
def test_truth(json, expected):
    assert is_truthy(json) is expected


@given(
    st.sampled_from(["0", "1", "''", "' '", "null", "[]", "{}", "-0", "0.0", "true", "undefined", "'false'"])
)
def test_constants_are_judged_like_javascript(source):
    assert compile_condition(source).json == value(f"Boolean({source})", names(), engine=QuickJs())
