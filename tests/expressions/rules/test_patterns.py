"""Regular expressions of JavaScript, searched without backtracking."""

import json
import time

import pytest
import quickjs
from hypothesis import assume, given
from hypothesis import strategies as st

from openflow_django.expressions.errors import RuleError
from openflow_django.expressions.rules.patterns import MAX_PATTERN, MAX_SUBJECT, compile_pattern


def javascript(pattern, subject):
    """What JavaScript says, None for a pattern that it refuses."""
    context = quickjs.Context()
    context.set_time_limit(2)
    context.set("given", json.dumps([pattern, subject]))
    answer = context.eval("""(() => {
        const [pattern, subject] = JSON.parse(given);
        try { return new RegExp(pattern).test(subject) } catch (error) { return error.name }
    })()""")
    return None if answer == "SyntaxError" else answer


def search(pattern, subject):
    return compile_pattern(pattern).search(subject)


@pytest.mark.parametrize(
    ("pattern", "subject", "matches"),
    [
        ("", "", True),
        ("b", "abc", True),
        ("^b", "abc", False),
        ("c$", "abc", True),
        ("c$", "abc\n", False),
        ("a.c", "a\nc", False),
        ("a.c", "a\x85c", True),
        ("a[^]c", "a\nc", True),
        ("[]", "a", False),
        ("\\d+", "٣", False),
        ("^\\w+$", "é", False),
        ("^\\s$", "\ufeff", True),
        ("\\bfoo\\b", "a foo!", True),
        ("\\Boo", "foo", True),
        ("a|b|^$", "", True),
        ("^(ab)+$", "ababab", True),
        ("^(?:ab){2,3}$", "abab", True),
        ("^(?:ab){2,3}$", "abababab", False),
        ("^a{2}$", "aa", True),
        ("^a{0}$", "", True),
        ("a{,2}", "a{,2}", True),
        ("x{", "x{", True),
        ("]", "]", True),
        ("^a*?b$", "aab", True),
        ("^(?<year>\\d{4})-\\d\\d$", "2024-05", True),
        ("^(?=.*[A-Z])(?=.*\\d).{8,}$", "abcDEF123", True),
        ("^(?=.*[A-Z])(?=.*\\d).{8,}$", "abcdef123", False),
        ("^(?!.*evil)", "good", True),
        ("^(?!.*evil)", "an evil plan", False),
        ("(?=a)*b", "b", True),
        ("^[\\w.+-]+@[\\w-]+\\.[\\w.]+$", "ada@example.com", True),
        ("^[a-c\\d_-]+$", "a-c_1", True),
        ("[\\b]", "\b", True),
        ("^\\u0041\\x42\\cJ\\0\\/$", "AB\n\0/", True),
        ("^\\07$", "\x07", True),
        ("\\8", "8", True),
        ("\\k", "k", True),
        ("^.$", "🎈", False),
        ("^..$", "🎈", True),
        ("🎈+$", "x🎈", True),
    ],
)
def test_patterns(pattern, subject, matches):
    assert search(pattern, subject) is matches
    assert javascript(pattern, subject) is matches


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "(?",
        "(?x)",
        "[a",
        "[z-a]",
        "*a",
        "a**",
        "^*",
        "a{2,1}",
        "\\",
        "[\\",
        "(?<a",
        "(?<1>a)",
        "(?<a>x)(?<a>y)",
    ],
)
def test_malformed_patterns(pattern):
    with pytest.raises(RuleError) as caught:
        compile_pattern(pattern)
    assert caught.value.name == "SyntaxError"
    assert javascript(pattern, "") is None


@pytest.mark.parametrize("pattern", ["(a)\\1", "(?<n>a)\\k<n>", "(?<=a)b", "(?<!a)b"])
def test_what_is_not_supported_is_refused_by_name(pattern):
    with pytest.raises(RuleError, match="not supported"):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "subject"),
    [
        ("^(a+)+$", "a" * 5000 + "b"),
        ("^(a|a)*$", "a" * 5000 + "b"),
        ("(.*a){20}", "a" * 19 + "b" * 3000),
        ("(x+x+)+y", "x" * 5000),
        (".*.*.*.*z", "a" * 5000),
        ("([a-z]*)*[0-9]$", "a" * 5000),
        ("(?=(a+)+$)b", "a" * 5000 + "c"),
        ("a{1,999}b", "a" * 5000),
        ("(((((a{0,9}){0,9}){0,9}){0,9}){0,9}){0,9}b", "a" * 100),
    ],
)
def test_no_pattern_takes_long(pattern, subject):
    started = time.monotonic()
    try:
        answer = search(pattern, subject)
    except RuleError as error:
        answer = error.name
    assert answer in {False, "RangeError"}
    assert time.monotonic() - started < 30


def test_lengths_are_bounded():
    assert search("a" * MAX_PATTERN, "a" * MAX_PATTERN)
    assert search("a$", "b" * (MAX_SUBJECT - 1) + "a")
    for pattern, subject in (
        ("a" * (MAX_PATTERN + 1), "a"),
        ("a", "a" * (MAX_SUBJECT + 1)),
        ("(a{99}){99}", "a"),
    ):
        with pytest.raises(RuleError) as caught:
            search(pattern, subject)
        assert caught.value.name == "RangeError"


def test_groups_inside_each_other_are_bounded():
    assert search("(" * 50 + "a" + ")" * 50, "a")
    with pytest.raises(RuleError, match="groups inside each other"):
        compile_pattern("(" * 51 + ")" * 51)


def test_patterns_are_kept():
    assert compile_pattern("a+b") is compile_pattern("a+b")


PARTS = st.sampled_from(
    [
        "a",
        "b",
        "1",
        " ",
        ".",
        "\\d",
        "\\w",
        "\\S",
        "[ab]",
        "[^a]",
        "[a-c-]",
        "\\b",
        "^",
        "$",
        "(?:",
        "(?=",
        "(?!",
        "(",
        ")",
        "|",
        "*",
        "+",
        "?",
        "{2}",
        "{1,2}",
        "{0,}",
        "*?",
        "{",
        "}",
        "]",
        "-",
        "\\.",
        "\\n",
        "\\t",
        "[]",
        "[^]",
        "\\c",
        "\\0",
    ]
)


@given(st.lists(PARTS, max_size=7).map("".join), st.text(alphabet="ab1 .\n-{", max_size=5))
def test_searching_agrees_with_javascript(pattern, subject):
    expected = javascript(pattern, subject)
    try:
        found = search(pattern, subject)
    except RuleError as error:
        assume("not supported" not in error.message)
        found = None
    assert found is expected
