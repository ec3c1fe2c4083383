"""Paths read in Python give what JavaScript gives."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.expressions.names import Names
from openflow_django.expressions.paths import HANDED_OVER, read
from openflow_django.expressions.plans import JavaScriptPlan, PathPlan, compile_condition, compile_expression
from openflow_django.expressions.ports import Failure, Value
from tests.expressions.quickjs_engine import NoEngine, QuickJs
from tests.expressions.scopes import Results, evaluate_many, names

ORDER = {"id": 7, "lines": [{"sku": "a", "n": 2}, {"sku": "b", "n": 1}], "note": None, "name": "Zoë 🎈"}


def value(source, scope, *, engine=None) -> Any:
    answer = evaluate_many({"x": compile_expression(source)}, scope, engine=engine or NoEngine())["x"]
    return answer.json if isinstance(answer, Value) else answer


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("flow_input", ORDER),
        ("flow_input.id", 7),
        ('flow_input["id"]', 7),
        ("flow_input['lines'][1].sku", "b"),
        ("flow_input?.lines?.[0]?.n", 2),
        ("  flow_input\n  .lines[0] // the first\n  .sku", "a"),
        ("flow_input.missing", None),
        ("flow_input.note", None),
        ("flow_input.note?.text.more", None),
        ("flow_input.lines[5]", None),
        ("flow_input.lines.length", 2),
        ("flow_input.name.length", 6),
        ("$trigger.body", "b"),
        ("$last", 1),
    ],
)
def test_members_are_read_without_an_engine(source, expected):
    assert value(source, names(flow_input=ORDER, **{"$trigger": {"body": "b"}, "$last": 1})) == expected


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("flow_input.x.y", "cannot read property 'y' of undefined"),
        ("flow_input.x.y.z", "cannot read property 'y' of undefined"),
        ("flow_input.note.text", "cannot read property 'text' of null"),
        ("flow_input.lines[9].sku", "cannot read property 'sku' of undefined"),
        ("flow_input.x?.y.z", None),
        ('flow_input.note["a b"]', "cannot read property 'a b' of null"),
    ],
)
def test_a_member_of_nothing_is_an_error(source, message):
    scope = names(flow_input=ORDER)
    expected = None if message is None else Failure("TypeError", message)
    assert value(source, scope) == expected
    in_javascript = value(f"({source})", scope, engine=QuickJs())
    assert getattr(in_javascript, "message", None) == message


RESULTS = {"a": {"b": [{"c": 1}], "n": None, "s": "text"}, "list": [[1], [2]], "a-b": {"c": 3}, "0": "zero"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("results.a.n", None),
        ("results.a.n.deeper.still", None),
        ("results.a.missing.deeper", None),
        ("results.unknown", None),
        ("results.unknown.deeper", None),
        ("results?.a.s", "text"),
        ("results.a.s.x", None),
        ("results.list[1]", [2]),
        ("results.list[7].x", None),
        ("results.list.1.0", 2),
        ("results?.['a-b'].c", 3),
        ("results[0]", "zero"),
        ("results.list.length", 2),
        ("results", RESULTS),
    ],
)
def test_the_exact_form_of_results_is_a_json_path(source, expected):
    assert value(source, Names({}, Results(RESULTS))) == expected


@pytest.mark.parametrize(
    "source",
    ["results.a.b[3].c", "results.a?.n.x", "results.a['n'].x", 'results["a"].n.x', "results.a.n.length"],
)
def test_other_forms_of_results_are_javascript(source):
    assert isinstance(value(source, Names({}, Results(RESULTS))), Failure)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("flow_input.name.toUpperCase", None),
        ("flow_input.constructor.name", "Object"),
        ("flow_input.lines.map.name", "map"),
        ("flow_input.id.toFixed.name", "toFixed"),
        ("flow_input.name[0]", "Z"),
        ("flow_input.lines.nothing", None),
        ("Math.PI > 3", True),
        ("Number.MAX_SAFE_INTEGER", 2**53 - 1),
    ],
)
def test_what_only_javascript_knows_is_handed_over(source, expected):
    engine = QuickJs()
    assert value(source, names(flow_input=ORDER), engine=engine) == expected
    assert len(engine.calls) == 1


def test_a_name_outside_the_scope_is_not_defined():
    assert value("nowhere", names(), engine=QuickJs()) == Failure(
        "ReferenceError", "nowhere is not defined", 1, 1
    )
    answer = value("results.a", names(), engine=QuickJs())
    assert answer.message == "results is not defined"


def test_integers_beyond_a_double_stay_exact():
    assert value("flow_input.id", names(flow_input={"id": 2**63 - 1})) == 2**63 - 1


@pytest.mark.parametrize(
    "source", ["this.x", "undefined", "new.target", "a.b()", "a + b", "a[b]", "a.#b", "`a`.b", "a\\u0062.c"]
)
def test_more_than_a_path_is_none(source):
    assert not isinstance(compile_expression(source), PathPlan)


def test_a_condition_on_a_path_gives_its_truth():
    scope = names(flow_input={"yes": [], "no": ""})
    plans = {key: compile_condition(f"flow_input.{key}") for key in ("yes", "no", "missing")}
    answers = evaluate_many(plans, scope, engine=NoEngine())
    assert {key: answer.json for key, answer in answers.items()} == {
        "yes": True,
        "no": False,
        "missing": False,
    }


def test_in_a_condition_a_path_into_results_is_javascript():
    scope = Names({}, Results(RESULTS))
    sources = ("results.a.b[0].c", "results.nope", "results.a.missing", "results.a.missing.deeper")
    plans = {source: compile_condition(source) for source in sources}
    found, unknown, missing, deeper = evaluate_many(plans, scope, engine=NoEngine()).values()
    assert (found.json, unknown.json, missing.json) == (True, False, False)
    assert deeper == Failure("TypeError", "cannot read property 'deeper' of undefined")


KEYS = st.sampled_from(["a", "b", "length", "constructor", "toString", "__proto__", "0", "1", "x y", "ä"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.sampled_from([0.5, -1.25, 1e300])
    | st.text(max_size=3)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def chains(draw):
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        key, optional = draw(KEYS), draw(st.booleans())
        if key.isdecimal():
            parts.append(f"{'?.' if optional else ''}[{key}]")
        elif key == "x y" or draw(st.booleans()):
            parts.append(f"{'?.' if optional else ''}[{json.dumps(key, ensure_ascii=False)}]")
        else:
            parts.append(f"{'?.' if optional else '.'}{key}")
    return "root" + "".join(parts)


@given(source=chains(), root=VALUES)
def test_python_and_javascript_agree(source, root):
    scope = Names({"root": root})
    plan = compile_expression(source)
    assert isinstance(plan, PathPlan)
    in_python = read(plan.path, scope)
    in_javascript = evaluate_many({"x": plan.javascript}, scope, engine=QuickJs())["x"]
    if in_python is HANDED_OVER:
        return
    if isinstance(in_python, Failure):
        assert isinstance(in_javascript, Failure)
        assert (in_python.name, in_python.message) == (in_javascript.name, in_javascript.message)
    else:
        assert Value(in_python) == in_javascript


@given(source=chains(), root=VALUES)
def test_evaluation_agrees_with_javascript_throughout(source, root):
    scope = Names({"root": root})
    by_plan = evaluate_many({"x": compile_expression(source)}, scope, engine=QuickJs())["x"]
    spelled_out = evaluate_many({"x": compile_expression(f"return ({source})")}, scope, engine=QuickJs())["x"]
    assert isinstance(compile_expression(f"return ({source})"), JavaScriptPlan)
    if isinstance(by_plan, Failure) and isinstance(spelled_out, Failure):
        assert by_plan.message == spelled_out.message
    else:
        assert by_plan == spelled_out
