"""What expressions come to, and how they fail (semantics section 3)."""

from typing import Any

import pytest

from openflow_django.testing import run_flow
from tests.testing.build import fail, flow, give, identity, js, loop, script, static

INPUT = {"n": 4, "null": None, "deep": {"list": [1, {"k": "v"}]}, "a b": 5, "имя": 6}


def evaluated(expr: str, given: Any = None, **options: Any) -> Any:
    run = run_flow(
        flow(give("a", {"k": [1, {"m": 2}], "t": "text"}), identity("b"), give("c", expr)),
        given or INPUT,
        **options,
    )
    return run.result if run.status == "success" else run.result["error"]


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        ("1 + 1", 2),
        ("({k: 1})", {"k": 1}),
        ("undefined", None),
        ("NaN", None),
        ("[Infinity, -Infinity]", [None, None]),
        ("new Date(0)", "1970-01-01T00:00:00.000Z"),
        ("[() => 1, function () {}]", [None, None]),
        ("({f: () => 1, u: undefined})", {}),
        ("() => 1", None),
        ("10n ** 20n", "100000000000000000000"),
        ("'a;b'", "a;b"),
        ("`a;${1};b`", "a;1;b"),
        ("/;/.test('a;')", True),
        ("1 // ; a comment", 1),
        ("1 /* ; */ + 1", 2),
        ("'ключ' + '\U0001f600'", "ключ\U0001f600"),
        ("flow_input.имя", 6),
        ("[...'ab']", ["a", "b"]),
        ("flow_input.n > 3 ? 'big' : 'small'", "big"),
        ("Object.keys(flow_input).length", 5),
        ("JSON.stringify({a: 1})", '{"a":1}'),
        ("'async'.length", 5),
        ("returned = 1", 1),
        ("new Map([[1, 2]])", {}),
        ("params", {}),
        ("Promise.resolve(3)", 3),
        ("(async () => 4)()", 4),
        ("\n  1 + 1  \n", 2),
    ],
)
def test_an_expression_is_what_json_makes_of_its_value(expr: str, value: Any) -> None:
    assert evaluated(expr) == value


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        ("return 1 + 1", 2),
        ("const x = 1; return x + 1", 2),
        ("let x = 1; x + 1", None),
        ("var x = 1\nreturn x", 1),
        ("1;", None),
        ("flow_input.n; ", None),
        ("if (flow_input.n === 4) { return 'four' } else { return 'other' }", "four"),
        ("for (const x of [1, 2]) { if (x === 2) return x }", 2),
        ("while (true) { return 'out' }", "out"),
        ("switch (flow_input.n) { case 4: return 'IV'; default: return null }", "IV"),
        ("try { return no.such } catch { return 'caught' }", "caught"),
        ("function f(x) { return x + 1 } return f(1)", 2),
        ("class A { static x = 3 } return A.x", 3),
        ("const r = await Promise.resolve(5); return r", 5),
        ("return await Promise.all([1, 2].map(async (x) => x * 2))", [2, 4]),
        ("const {n} = flow_input; const [first] = results.a.k; return n + first", 5),
        ("const result = 1; return result", 1),
        ("", None),
        ("   ", None),
        ("// nothing", None),
    ],
)
def test_a_list_of_statements_needs_its_own_return(expr: str, value: Any) -> None:
    assert evaluated(expr) == value


def test_await_is_put_in_front_by_the_author_or_not_at_all() -> None:
    assert evaluated("variable('v')", variables={"v": "x"}) == "x"
    assert evaluated("return await variable('v') + '!'", variables={"v": "x"}) == "x!"
    assert evaluated("(await variable('v')) + '!'", variables={"v": "x"}) == "x!"
    assert (
        evaluated("variable('v') + resource('r').k", variables={"v": "x"}, resources={"r": {"k": "y"}})
        == "xy"
    )


@pytest.mark.parametrize("expr", ["variable('none')", "resource('none')"])
def test_a_look_up_that_finds_nothing_fails(expr: str) -> None:
    error = evaluated(expr)
    assert error["name"] == "ExecutionErr"
    assert "none" in error["message"]


def test_flow_user_state_is_null_where_nothing_was_stored() -> None:
    assert evaluated("[flow_user_state('k'), typeof flow_user_state]") == [None, "function"]


@pytest.mark.parametrize(
    "expr", ["throw new Error('own')", "null.x", "no.such", "1 +", "(", "'open", "results.a.t()", "return ("]
)
def test_a_failing_transform_names_its_input(expr: str) -> None:
    error = evaluated(expr)
    assert (error["name"], error["step_id"]) == ("ExecutionErr", "c")
    assert error["message"].startswith("x: ")


def test_an_expression_without_end_fails_and_does_not_spoil_those_after_it() -> None:
    assert evaluated("(() => { while (true) {} })()")["name"] == "ExecutionErr"
    assert evaluated("1 + 1") == 2


def test_expressions_share_nothing_with_each_other() -> None:
    modules = (
        give("a", "(globalThis.leak = 1, Array.prototype.leak = 2, flow_input.n = 9, 1)"),
        give("b", "[typeof leak, typeof [].leak, flow_input.n]"),
    )
    assert run_flow(flow(*modules), {"n": 4}).result == ["undefined", "undefined", 4]


# -------------------------------------------------------------------------------------------- exact forms


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        ("flow_input", INPUT),
        ("previous_result", {"k": [1, {"m": 2}], "t": "text"}),
        ("flow_input.n", 4),
        ('flow_input["a b"]', 5),
        ("flow_input['n']", 4),
        ("flow_input.missing", None),
        ("flow_input.null", None),
        ("results.b", {"k": [1, {"m": 2}], "t": "text"}),
        ("results.a.k", [1, {"m": 2}]),
        ("results.a.k[1].m", 2),
        ("results['a'].k[1]['m']", 2),
        ('results["a"]["k"][0]', 1),
        ("results?.a", {"k": [1, {"m": 2}], "t": "text"}),
        ("results?.a?.t", "text"),
        ("results.a?.k?.[1]?.m", 2),
        ("results.a.k.length", 2),
        ("results.a.t.length", 4),
        ("results.nobody", None),
        ("results.a.missing", None),
        ("results.a.missing.deeper.still", None),
        ("results.a.t.deeper.still", None),
        ("results.nobody.deeper", None),
        ("results.nobody[3].deeper", None),
        ("flow_input.missing?.deeper", None),
        ("previous_result?.missing?.deeper", None),
        ("flow_input.deep.list[1].k", "v"),
        ("flow_input.deep.list[7]", None),
    ],
)
def test_paths(expr: str, value: Any) -> None:
    assert evaluated(expr) == value


@pytest.mark.parametrize(
    "expr",
    [
        "flow_input.missing.deeper",
        "flow_input.null.deeper",
        "previous_result.missing.deeper",
        "results.a.missing.deeper + ''",
        "results.nobody.length",
        "results['nobody'].deeper",
        "results['a'].missing.deeper",
        "results.a.missing.length",
        "(results.a.missing.deeper)",
    ],
)
def test_a_missing_segment_is_null_on_a_path_through_results_only(expr: str) -> None:
    error = evaluated(expr)
    assert error["name"] == "ExecutionErr"
    assert "TypeError" in error["message"]


def test_flow_env_is_a_map_even_where_the_flow_has_none() -> None:
    assert evaluated("[flow_env.K ?? null, typeof flow_env]") == [None, "object"]


def test_ids_that_are_no_words_need_brackets() -> None:
    run = run_flow(flow(give("my-step", 1), give("z", "[results['my-step'], results?.['my-step']]")), {})
    assert run.result == [1, 1]
    assert run_flow(flow(give("my-step", 1), give("z", "results['my-step']")), {}).result == 1


def test_big_integers_stay_exact_on_paths() -> None:
    big = 2**80 + 1
    run = run_flow(flow(identity("a"), give("b", {"k": 1}), identity("c")), {"n": big})
    assert run.status == "success"
    document = flow(identity("a"), loop("l", "results.a.list", identity("x")))
    assert run_flow(document, {"list": [big]}).result == [{"list": [big], "iter": {"value": big, "index": 0}}]


def test_results_as_a_whole_hold_the_steps_run_so_far() -> None:
    modules = (
        give("a", 1),
        give("b", 2),
        give("c", "Object.keys(results).sort()"),
        give("d", "({...results})"),
    )
    assert run_flow(flow(*modules), {}).result == {"a": 1, "b": 2, "c": ["a", "b"]}


def test_the_own_step_is_not_there_yet() -> None:
    assert run_flow(flow(give("a", "results.a")), {}).result is None


# --------------------------------------------------------------------------------- references to the site


def test_references_in_static_values_are_replaced_at_any_depth() -> None:
    value = static({"v": "$var:u/v", "l": ["$res:u/r", "plain $var:u/v", "$var"]})
    run = run_flow(flow(give("a", value)), {}, variables={"u/v": "secret"}, resources={"u/r": {"k": 1}})
    assert run.result == {"v": "secret", "l": [{"k": 1}, "plain $var:u/v", "$var"]}


@pytest.mark.parametrize("expr", ["'$var:u/v'", "flow_input.ref", "return '$var:' + 'u/v'", "results.a"])
def test_expressions_return_them_the_same_way(expr: str) -> None:
    modules = (
        identity("first"),
        fail("a", mock={"enabled": True, "return_value": "$var:u/v"}),
        give("b", expr),
    )
    run = run_flow(flow(*modules), {"ref": "$var:u/v"}, variables={"u/v": "secret"})
    assert run.result == "secret"


def test_in_iterators_and_arguments_of_flows_too() -> None:
    run = run_flow(
        flow(loop("l", static("$res:u/list"), give("x", "flow_input.iter.value"))),
        {},
        resources={"u/list": [1, 2]},
    )
    assert run.result == [1, 2]


@pytest.mark.parametrize("reference", ["$var:none", "$res:none"])
def test_a_reference_to_nothing_fails_the_step(reference: str) -> None:
    run = run_flow(flow(give("a", static(reference))), {})
    assert (run.status, run.result["error"]["step_id"]) == ("failure", "a")


# ------------------------------------------------------------------------------------- names of the trigger


def test_names_of_directus() -> None:
    module = give("b", "[$trigger.k, $last, $accountability.user, typeof $env]")
    run = run_flow(flow(give("a", 1), module), {"n": 4}, trigger={"k": "t"}, accountability={"user": "u"})
    assert run.result == ["t", 1, "u", "object"]


def test_in_a_direct_run_the_trigger_is_the_input() -> None:
    assert run_flow(flow(give("a", "[$trigger.n, $last.n]")), {"n": 4}).result == [4, 4]


def test_templates() -> None:
    value = {
        "type": "template",
        "value": {"t": "Hello {{ a.name }}!", "v": "{{ a }}", "i": "{{ $trigger.n }}"},
    }
    run = run_flow(flow(give("a", js("({name: 'Ada'})")), give("b", value)), {"n": 4})
    assert run.result == {"t": "Hello Ada!", "v": {"name": "Ada"}, "i": 4}


def test_in_a_script_step_all_inputs_are_evaluated_before_it_runs() -> None:
    module = script(
        "a", "return [x, y];", {"x": "Date.now() > 0", "y": {"type": "template", "value": "{{ $trigger.n }}"}}
    )
    assert run_flow(flow(module), {"n": 4}).result == [True, 4]
