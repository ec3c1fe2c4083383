"""Names in JavaScript: replaced where they stand free, and nowhere else."""

import pytest

from openflow_django.interop.portable.names import replaced

NAMES = {
    "$last": lambda _: "previous_result",
    "$trigger": lambda member: "flow_input" if member not in (None, "iter") else "(all)",
    "error": lambda _: "results.a.error",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$last", "previous_result"),
        ("$last.a + $last['b']", "previous_result.a + previous_result['b']"),
        ("$trigger.a", "flow_input.a"),
        ("$trigger?.a", "flow_input?.a"),
        ("$trigger['a']", "flow_input['a']"),
        ('$trigger?.["a"]', 'flow_input?.["a"]'),
        ("$trigger", "(all)"),
        ("$trigger.iter", "(all).iter"),
        ("$trigger[key]", "(all)[key]"),
        ("$trigger['a' + b]", "(all)['a' + b]"),
        ("f($trigger)", "f((all))"),
        (
            "'$last' + \"error\" + `error ${error} $last`",
            "'$last' + \"error\" + `error ${results.a.error} $last`",
        ),
        ("a.$last + a?.error + $last", "a.$last + a?.error + previous_result"),
        ("({$last: 1, error: $last})", "({$last: 1, error: previous_result})"),
        ("({$last})", "({$last: previous_result})"),
        ("({a, error, b})", "({a, error: results.a.error, b})"),
        ("[error, $last]", "[results.a.error, previous_result]"),
        ("f(error, $last)", "f(results.a.error, previous_result)"),
        ("x ? $last : error", "x ? previous_result : results.a.error"),
        ("/error/.test(error) // error", "/error/.test(results.a.error) // error"),
        ("/* $last */ $last", "/* $last */ previous_result"),
        ("$lastly + my$last + errors", "$lastly + my$last + errors"),
        ("if (error) { return $last }", "if (results.a.error) { return previous_result }"),
        ("items.map((x) => x + $last)", "items.map((x) => x + previous_result)"),
        ("'unclosed $last", "'unclosed $last"),
        ("nothing here", "nothing here"),
        ("", ""),
    ],
)
def test_free_names(text: str, expected: str) -> None:
    assert replaced(text, NAMES) == (expected, [])


@pytest.mark.parametrize(
    "text",
    [
        "(error) => error",
        "error => error.message",
        "((a, error) => error)(1, 2)",
        "({error}) => error",
        "[1].map(function (error) { return error })",
        "try { f() } catch (error) { return error.message }",
        "const error = 1; return error",
        "let {error} = previous_result; return error",
        "const [a, error] = x; return error",
        "var x = 1, y; let error; return error",
        "function error() {}",
    ],
)
def test_a_text_that_declares_the_name_itself_is_left(text: str) -> None:
    assert replaced(text, NAMES) == (text, ["error"])


def test_only_the_declared_name_is_left() -> None:
    assert replaced("(error) => [error, $last]", NAMES) == ("(error) => [error, previous_result]", ["error"])
