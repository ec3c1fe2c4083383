"""Old names in expressions are code, not text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.spec.legacy.names import foreign_inputs, with_loop_members, with_previous_result
from openflow_django.spec.legacy.tokens import tokens_of


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("result", "previous_result"),
        ("result.res1 + result[0]", "previous_result.res1 + previous_result[0]"),
        ("({result, b: result})", "({result: previous_result, b: previous_result})"),
        ("[result, 1]", "[previous_result, 1]"),
        ("{result: 1}", "{result: 1}"),
        ("a ? result : 0", "a ? previous_result : 0"),
        ("x.result + x?.result", "x.result + x?.result"),
        ("results.a + my_result", "results.a + my_result"),
        ("'result' + \"result\" + 'it\\'s result'", "'result' + \"result\" + 'it\\'s result'"),
        (
            "`result ${result} ${`${result}`} result`",
            "`result ${previous_result} ${`${previous_result}`} result`",
        ),
        ("`\\${result} ${ {a: result}.a }`", "`\\${result} ${ {a: previous_result}.a }`"),
        ("result // result\n+ 1 /* result */", "previous_result // result\n+ 1 /* result */"),
        ("/result[/]result/.test(result)", "/result[/]result/.test(previous_result)"),
        ("result / 2 / result", "previous_result / 2 / previous_result"),
        ("return /result/", "return /result/"),
        ("let result = 1; return result", "let result = 1; return result"),
        ("const {result} = x; result", "const {result} = x; result"),
        ("[1].map(result => result)", "[1].map(result => result)"),
        ("[1].map((a, result) => result)", "[1].map((a, result) => result)"),
        ("function f(result) { return result }", "function f(result) { return result }"),
        ("result = 3", "result = 3"),
        ("result == 3 || result === 4", "previous_result == 3 || previous_result === 4"),
        ("f(result).map(x => x)", "f(previous_result).map(x => x)"),
        ("'open result", "'open previous_result"),
    ],
)
def test_result(old: str, new: str) -> None:
    assert with_previous_result(old) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("flow_input._value", "flow_input.iter.value"),
        ("flow_input._index + 1", "flow_input.iter.index + 1"),
        ("flow_input?._value?.name", "flow_input?.iter.value?.name"),
        ("flow_input['_value']", "flow_input.iter.value"),
        ('flow_input?.["_index"]', "flow_input?.iter.index"),
        ("`${flow_input._value}`", "`${flow_input.iter.value}`"),
        ("flow_input . _value", "flow_input . iter.value"),
        ("flow_input._values", "flow_input._values"),
        ("'flow_input._value'", "'flow_input._value'"),
        ("x.flow_input._value", "x.flow_input._value"),
        ("flow_input[_value]", "flow_input[_value]"),
        ("flow_input", "flow_input"),
        ("flow_input.", "flow_input."),
        ("flow_input[", "flow_input["),
    ],
)
def test_loop_members(old: str, new: str) -> None:
    assert with_loop_members(old) == new


def test_foreign_inputs() -> None:
    text = "flow_input.a + flow_input['b'] + flow_input.iter.value + flow_input._value + x.flow_input.c"
    assert foreign_inputs(text, known={"z"}) == ["a", "b"]
    assert foreign_inputs(text, known={"a", "b"}) == []
    assert foreign_inputs("nothing", known=()) == []


pieces = [*"x`${}'\"/()=>.,;:[]\\ \n*", "result", "flow_input", "._value", "=>", "let "]
code = st.lists(st.sampled_from(pieces), max_size=30).map("".join)


@given(code)
def test_any_text_is_read_to_its_end(text: str) -> None:
    tokens = list(tokens_of(text))
    assert all(text[token.start : token.end] == token.text for token in tokens if token.text != "`")
    with_previous_result(text)
    with_loop_members(text)
    foreign_inputs(text, known=())


@given(code)
def test_renaming_twice_changes_nothing_more(text: str) -> None:
    once = with_loop_members(with_previous_result(text))
    assert with_loop_members(with_previous_result(once)) == once


@pytest.mark.parametrize(
    "text",
    [
        "[" + "result," * 20_000,
        "let " * 20_000 + "result",
        ")=>" * 20_000 + "result",
        "(result)=>" * 20_000,
        "`${" * 20_000 + "result",
        "/*" * 20_000 + "result",
        "'" * 20_001 + "result",
        "/" * 20_001 + "result",
        "{result," * 20_000,
    ],
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    began = time.process_time()
    with_previous_result(text)
    assert time.process_time() - began < 5
