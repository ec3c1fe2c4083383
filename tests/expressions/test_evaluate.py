"""Plans evaluated: one call of the engine, only what is read, failures as values."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.expressions.evaluate import MAX_CALLS, MAX_ROUNDS
from openflow_django.expressions.names import Names
from openflow_django.expressions.plans import compile_condition, compile_expression
from openflow_django.expressions.ports import Failure, Needs, Value
from tests.expressions.quickjs_engine import NoEngine, QuickJs
from tests.expressions.scopes import Results, Site, Watched, evaluate_many, names


def evaluate(source, scope=None, *, engine=None, lookups=None) -> Any:
    plans = {"x": compile_expression(source)}
    answer = evaluate_many(plans, scope or names(), engine=engine or QuickJs(), lookups=lookups)["x"]
    return answer.json if isinstance(answer, Value) else answer


def holds(source, scope=None):
    return evaluate_many({"x": compile_condition(source)}, scope or names(), engine=QuickJs())["x"]


def test_a_step_calls_the_engine_once():
    engine = QuickJs()
    sources = {
        "a": "1",
        "b": "flow_input.n",
        "c": "flow_input.n * 2",
        "d": "results.s + 1",
        "e": "'k'.repeat(2)",
    }
    plans = {key: compile_expression(source) for key, source in sources.items()}
    answers = evaluate_many(plans, names({"s": 4}, flow_input={"n": 3}), engine=engine)
    assert list(answers) == list(sources)
    assert [answer.json for answer in answers.values()] == [1, 3, 6, 5, "kk"]
    assert [len(jobs) for jobs, _ in engine.calls] == [3]


def test_constants_and_paths_need_no_engine():
    plans = {"a": compile_expression('[1, {"b": null}]'), "b": compile_expression("flow_input.x")}
    answers = evaluate_many(plans, names(flow_input={"x": "y"}), engine=NoEngine())
    assert answers == {"a": Value([1, {"b": None}]), "b": Value("y")}


def test_a_constant_list_is_nobody_elses():
    plans = {"a": compile_expression("[1]")}
    evaluate_many(plans, names(), engine=NoEngine())["a"].json.append(2)
    assert evaluate_many(plans, names(), engine=NoEngine())["a"].json == [1]


def test_only_referenced_names_and_keys_travel():
    engine = QuickJs()
    values = Watched({"flow_input": {"a": 1, "b": 2}, "previous_result": "no", "$trigger": {"body": 1}})
    results = Results({"s": 1, "t": 2, "u": 3})
    sources = ["flow_input.a + results.s", "`${results['t']} flow_input.b` // previous_result"]
    plans = {source: compile_expression(source) for source in sources}
    answers = evaluate_many(plans, Names(values, results), engine=engine)
    assert [answer.json for answer in answers.values()] == [2, "2 flow_input.b"]
    jobs, scope = engine.calls[0]
    assert scope == {"flow_input": {"a": 1}, "results": {"s": 1, "t": 2}}
    assert [job.names for job in jobs] == [("flow_input", "results"), ("results",)]
    assert values.read == ["flow_input"]
    assert sorted(results.read) == ["s", "t"]


def test_error_is_in_scope_only_where_it_is_mentioned():
    values = Watched({"previous_result": 1, "error": {"message": "m"}})
    assert evaluate("previous_result + 1", Names(values)) == 2
    assert "error" not in values.read
    assert evaluate("error.message + '!'", Names(values)) == "m!"


FORMS = [
    "{r}.{k}",
    '{r}["{k}"]',
    "{r}?.{k}",
    "{r}?.['{k}']",
    "{r}[`{k}`]",
    "{r}[('{k}').slice(0)]",
    "({r}).{k}",
    "(x => x.{k})({r})",
    "(({{ {k} }}) => {k})({r})",
    "[{r}][0].{k}",
    "eval('{r}.{k}')",
    "eval('({r})').{k}",
    "Object.keys({r}).sort()",
    "'{k}' in {r}",
    "{r}.hasOwnProperty('{k}')",
    "({{...{r}}}).{k}",
    "JSON.stringify({r})",
    "`${{ {r}.{k} }}`",
    "`${{ `${{ {r}.{k} }}` }}`",
    "{r} /* {{ */ . // }}\n {k}",
    "/{r}[.{{]/.source + {r}.{k}",
    "'{r}'.length / 2 + {r}.{k} / 1",
    "(() => {{ with ({r}) return typeof {k} }})()",
    "(() => {{ const it = {r}\n return it.{k} }})()",
    "{r}\\u002e{k}",
    "typeof {r}.{k}",
    "[1].map(_ => {r}.{k})",
    "{{ {r} }}.{r}.{k}",
    "(({r}) => {r}.{k})({{ {k}: 'local' }})",
    "((a = {r}) => a.{k})()",
    "{r}.{k} ?? {r}.b",
]
ROOTS = {
    "flow_input": {"a": 1, "b": "x", "c": [1]},
    "results": {"a": {"v": 2}, "b": None, "c": "r"},
    "$last": {"a": 0},
}


@given(
    st.lists(
        st.tuples(st.sampled_from(FORMS), st.sampled_from(list(ROOTS)), st.sampled_from("abcd")),
        min_size=1,
        max_size=3,
    )
)
def test_a_cut_scope_gives_the_answer_of_a_whole_one(parts):
    source = "[" + ", ".join(f"({form.format(r=root, k=key)})" for form, root, key in parts) + "]"
    scope = Names({"flow_input": ROOTS["flow_input"], "$last": ROOTS["$last"]}, Results(ROOTS["results"]))
    cut = evaluate(source, scope)
    whole = evaluate(f"{source} || [flow_input, results, $last]", scope)
    if isinstance(cut, Failure):
        assert isinstance(whole, Failure)
        assert cut.message == whole.message
    else:
        assert cut == whole


STEP_FORMS = [
    "results.{s}.{k}",
    "results?.{s}?.{k}",
    "results['{s}']['{k}']",
    "results.{s}[`{k}`]",
    "results.{s}['{k}'.slice(0)]",
    "(results).{s}.{k}",
    "(results.{s}).{k}",
    "(r => r.{s}.{k})(results)",
    "(r => r.{k})(results.{s})",
    "(({{ {s} }}) => {s}.{k})(results)",
    "(({{ {k} }}) => {k})(results.{s})",
    "Object.keys(results.{s}).sort()",
    "'{k}' in results.{s}",
    "results.{s}.hasOwnProperty('{k}')",
    "({{...results.{s}}}).{k}",
    "JSON.stringify(results.{s})",
    "typeof results.{s}.{k}",
    "results.{s}.{k}.length",
    "results.{s}.{k}?.[0]",
    "results.{s}.length",
    "`${{ results.{s}.{k} }}`",
    "((results) => results.{s}.{k})({{ {s}: {{ {k}: 'local' }} }})",
    "eval('results.{s}.{k}')",
    "results.{s}.{k} ?? results.{s}.v",
    "delete results.{s}.{k}",
]


@given(
    st.lists(
        st.tuples(st.sampled_from(STEP_FORMS), st.sampled_from("abcd"), st.sampled_from("vwx")),
        min_size=1,
        max_size=3,
    )
)
def test_a_cut_result_gives_the_answer_of_a_whole_one(parts):
    source = "[" + ", ".join(f"({form.format(s=step, k=key)})" for form, step, key in parts) + "]"
    results = {"a": {"v": 2, "w": [1, {"v": 3}], "x": None}, "b": None, "c": "text", "d": [{"v": 4}]}
    scope = Names({}, Results(results))
    cut = evaluate(source, scope)
    whole = evaluate(f"{source} || [results]", scope)
    if isinstance(cut, Failure):
        assert isinstance(whole, Failure)
        assert cut.message == whole.message
    else:
        assert cut == whole


def test_only_referenced_keys_of_results_travel():
    engine = QuickJs()
    results = {"s": {"a": 1, "large": "x" * 1000}, "t": {"b": 2}, "u": [1, 2]}
    sources = ["results.s.a + 1", "results.s.a + results.t.b", "Object.keys(results.t)", "results.u[0] + 1"]
    plans = {source: compile_expression(source) for source in sources}
    answers = evaluate_many(plans, names(results), engine=engine)
    assert [answer.json for answer in answers.values()] == [2, 3, ["b"], 2]
    assert engine.calls[0][1] == {"results": {"s": {"a": 1}, "t": {"b": 2}, "u": [1, 2]}}


def test_results_of_unknown_steps_are_null_in_javascript():
    scope = names({"a": 1})
    assert evaluate("[results.a, results.nope, results['no' + 'pe']]", scope) == [1, None, None]
    assert evaluate("results.nope?.x ?? 'none'", scope) == "none"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("undefined", None),
        ("[undefined, NaN, Infinity]", [None, None, None]),
        ("new Date(0)", "1970-01-01T00:00:00.000Z"),
        ("({f() {}, a: undefined, b: 1})", {"b": 1}),
        ("{ b: 1 }", {"b": 1}),
        ("return 5", 5),
        ("const x = 2; return x + 1", 3),
        ("let a = 1; a + 1", None),
        ("5; ", None),
        ("if (true) { return 'yes' }", "yes"),
        ("function f() { return 1 }\nreturn f()", 1),
        ("await Promise.resolve(4)", None),
        ("return await Promise.resolve(4)", 4),
        ("Promise.all([1, Promise.resolve(2)])", [1, 2]),
        ("(async () => 3)()", 3),
        ("// the answer\n42 // indeed", 42),
        ("/* a; b */ 'c;d' + `e;${1}` + /;/.source", "c;de;1;"),
        ("", None),
        ("  // nothing ", None),
        ("[1, 2].map(i => i * 2)", [2, 4]),
    ],
)
def test_values_and_implicit_return(source, expected):
    assert evaluate(source) == expected


def test_statements_may_declare_what_the_scope_already_has():
    scope = names(result=1, flow_input={"a": 2})
    assert evaluate("const result = flow_input.a; return result", scope) == 2
    assert evaluate("var result = 3; return result", scope) == 3


@pytest.mark.parametrize(
    ("source", "line", "column"),
    [
        ("1 + nope", 1, 5),
        ("\n\n  1 +\n nope", 4, 2),
        ("// c\n  nope()", 2, 3),
        ("let a = 1; return nope", 1, 19),
    ],
)
def test_a_failure_tells_where_in_the_authors_text(source, line, column):
    assert evaluate(source) == Failure("ReferenceError", "nope is not defined", line, column)


@pytest.mark.parametrize(
    "source", ["nope.x + 1", "null.x", "throw new TypeError('no')", "throw 'text'", "1n"]
)
def test_failures_are_values(source):
    assert isinstance(evaluate(source), Failure)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("flow_input.n > 1", True),
        ("flow_input.s", False),
        ("flow_input.l", True),
        ("flow_input.l.length === 0", True),
        ("0", False),
        ("'0'", True),
        ("", False),
        ("null", False),
        ("[]", True),
        ("flow_input.missing", False),
        ("flow_input.l.some(i => { return i; })", False),
    ],
)
def test_conditions_are_judged_by_truth(source, expected):
    assert holds(source, names(flow_input={"n": 2, "s": "", "l": []})) == Value(expected)


def test_variables_and_resources_are_looked_up_as_they_are_asked_for():
    site, engine = Site({"u/me/name": "Ada"}, {"u/me/db": {"host": "h", "next": "u/me/name"}}), QuickJs()
    source = "variable('u/me/name') + resource('u/me/db').host + variable(resource('u/me/db').next)"
    assert evaluate(source, engine=engine, lookups=site) == "AdahAda"
    assert site.calls == [("variable", "u/me/name"), ("resource", "u/me/db")]
    assert len(engine.calls) == 3


def test_expressions_that_need_nothing_are_not_run_again():
    engine = QuickJs()
    plans = {"a": compile_expression("1 + 1"), "b": compile_expression("variable('x')")}
    answers = evaluate_many(plans, names(), engine=engine, lookups=Site({"x": 5}))
    assert answers == {"a": Value(2), "b": Value(5)}
    assert [len(jobs) for jobs, _ in engine.calls] == [2, 1]


def test_an_unknown_variable_is_a_failure_of_its_expression_alone():
    plans = {"a": compile_expression("variable('no')"), "b": compile_expression("variable('x')")}
    answers = evaluate_many(plans, names(), engine=QuickJs(), lookups=Site({"x": 1}))
    assert answers == {"a": Failure("Error", "There is nothing at no."), "b": Value(1)}


def test_without_a_site_there_are_no_variables():
    assert evaluate("variable('x')") == Failure("Error", "variable() cannot be used here")


def test_the_number_of_look_ups_is_capped():
    site = Site({str(number): number for number in range(2000)})
    many = (
        f"[...Array({MAX_CALLS + 1}).keys()].map(i => {{ try {{ return variable(String(i)) }} catch {{}} }})"
    )
    assert evaluate(many, lookups=site) == Failure(
        "RangeError", f"more than {MAX_CALLS} variables and resources were asked for"
    )
    assert len(site.calls) == MAX_CALLS
    chain = f"[...Array({MAX_ROUNDS}).keys()].map(i => variable(String(i)))"
    assert evaluate(chain, lookups=site).name == "RangeError"
    assert evaluate(
        f"[...Array({MAX_ROUNDS - 1}).keys()].map(i => variable(String(i)))", lookups=site
    ) == list(range(9))


def test_an_engine_that_never_gets_enough_is_left():
    class Insatiable:
        def evaluate(self, jobs, *, scope) -> Any:
            return [Needs((("variable", "x"),)) for _ in jobs]

    answer = evaluate("variable('x') + 1", engine=Insatiable(), lookups=Site({"x": 1}))
    assert answer.name == "RangeError"


def test_flow_user_state_is_a_function():
    scope = names(flow_user_state={"seen": 3})
    assert evaluate("[flow_user_state('seen'), flow_user_state('other')]", scope) == [3, None]
