"""JavaScript cut into tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.expressions.errors import ExpressionSyntaxError
from openflow_django.expressions.javascript import balanced, is_async, is_statements
from openflow_django.expressions.tokens import position, tokenise


def texts(source, kind=None):
    return [token.text for token in tokenise(source).tokens if kind is None or token.kind == kind]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a.b", ["a", ".", "b"]),
        ("a?.b ?.5:1", ["a", "?.", "b", "?", ".5", ":", "1"]),
        ("1..toFixed()", ["1.", ".", "toFixed", "(", ")"]),
        ("0x1Fn+1_000e-3", ["0x1Fn", "+", "1_000e-3"]),
        ("'a\\'b' + \"c\\\"d\"", ["'a\\'b'", "+", '"c\\"d"']),
        ("a // b\n/* c\n */ d", ["a", "d"]),
        ("`a${b}c`", ["`a", "${", "b", "}", "c`"]),
        ("`a${`b${c}`}$d`", ["`a", "${", "`b", "${", "c", "}", "`", "}", "$d`"]),
        ("a\xa0é\u2028\ufeffb", ["a", "é", "b"]),
        ("...x", ["...", "x"]),
        ("a\\u0062", ["a\\u0062"]),
    ],
)
def test_tokens(source, expected):
    assert texts(source) == expected


@pytest.mark.parametrize(
    ("source", "expressions"),
    [
        ("a / b / c", []),
        ("a = /b/g", ["/b/g"]),
        ("/[/]/.test(x)", ["/[/]/"]),
        ("/\\//", ["/\\//"]),
        ("f(/a/, b / c)", ["/a/"]),
        ("(a) / b / c", []),
        ("a[0] / b / c", []),
        ("if (a) /b/.test(c)", ["/b/"]),
        ("x.if (a) / b / c", []),
        ("return /b/", ["/b/"]),
        ("a.return / b / c", []),
        ("typeof /a/", ["/a/"]),
        ("a++ / b / c", []),
        ("({}) / b / c", []),
        ("x = {} / b / c", []),
        ("{} /b/", []),
        ("if (a) {} /b/", ["/b/"]),
        ("() => {}\n/b/.test(c)", ["/b/"]),
        ("`${a}` / b / c", []),
        ("`${/a/}`", ["/a/"]),
        ("switch (a) { case 1: {} /b/ }", ["/b/"]),
    ],
)
def test_a_slash_divides_after_a_value_and_starts_a_pattern_elsewhere(source, expressions):
    assert texts(source, "regex") == expressions


@pytest.mark.parametrize(
    "source",
    ["(", "a)", "[}", "'a", "'a\nb'", '"', "`a", "`${", "`${a", "/* a", "/a", "/[a", "x)=>1, (y", "(]", "${"],
)
def test_what_is_never_closed_is_refused(source):
    assert not balanced(source)
    with pytest.raises(ExpressionSyntaxError):
        tokenise(source)


@pytest.mark.parametrize("source", ["x <!-- (\n), (y", "<!--", "--> a", "a\n  --> b", "/* c */ --> b"])
def test_comments_of_html_are_refused(source):
    assert not balanced(source)


@pytest.mark.parametrize("source", ["while (n --> 0) n", "a < !--b", "a-->b"])
def test_operators_that_look_like_comments_of_html(source):
    assert balanced(source)


def test_an_error_tells_where():
    with pytest.raises(ExpressionSyntaxError) as caught:
        tokenise("a +\n  (b")
    assert (caught.value.line, caught.value.column) == (2, 3)
    assert "line 2, column 3" in caught.value.message


def test_depth_and_quotation():
    tokens = {token.text: token for token in tokenise("a(b, `${c[d]}`)").tokens}
    assert [tokens[name].depth for name in "abcd"] == [0, 1, 2, 3]
    assert [tokens[name].quoted for name in "abcd"] == [False, False, True, True]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        *(
            (f"{word} x", True)
            for word in ("return", "const", "let", "var", "if", "for", "while", "switch", "try", "throw")
        ),
        *((f"{word} x", True) for word in ("function", "class", "async", "await")),
        ("return", True),
        ("returned", False),
        ("a; b", True),
        ("f(() => { a; })", True),
        ("'a;b'", False),
        ("`a;${b}`", False),
        ("`${(() => { a; })()}`", False),
        ("/;/", False),
        ("a // ;", False),
        ("/* ; */ a", False),
        ("// if\n a", False),
        ("/* a */ if (b) c", True),
        ("", False),
    ],
)
def test_statements(source, expected):
    assert is_statements(source) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("await x", True),
        ("(async () => 1)()", True),
        ("Promise.resolve(1)", True),
        ("'await'", False),
        ("awaited", False),
    ],
)
def test_what_may_wait(source, expected):
    assert is_async(source) is expected


FRAGMENTS = st.sampled_from(
    [
        "a",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "`",
        "${",
        "'",
        '"',
        "/",
        "//",
        "/*",
        "*/",
        "\\",
        "\n",
        ";",
        ".",
        "?.",
        "<!--",
    ]
)


@given(st.lists(FRAGMENTS, max_size=12).map("".join))
def test_tokens_cover_the_text_in_order(source):
    if not balanced(source):
        return
    end = 0
    for token in tokenise(source).tokens:
        assert token.at >= end
        assert source[token.at :].startswith(token.text)
        end = token.at + len(token.text)
    gaps = source
    for token in reversed(tokenise(source).tokens):
        gaps = gaps[: token.at] + gaps[token.at + len(token.text) :]
    assert balanced(gaps)
    assert not tokenise(gaps).tokens


@given(st.text(max_size=40))
def test_any_text_is_cut_or_refused(source):
    assert balanced(source) in {True, False}


@given(st.text(alphabet="ab\n", max_size=10), st.integers(0, 10))
def test_positions_count_from_one(text, at):
    line, column = position(text, min(at, len(text)))
    assert line >= 1
    assert column >= 1
    assert sum(len(each) + 1 for each in text.split("\n")[: line - 1]) + column - 1 == min(at, len(text))
