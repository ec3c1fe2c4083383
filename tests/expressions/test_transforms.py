"""The input transforms of a step."""

from typing import Any

from openflow_django.expressions.names import Names
from openflow_django.expressions.ports import Failure, Value
from openflow_django.expressions.transforms import FlowObject, evaluate_transforms
from openflow_django.spec.transforms import Ai, JavaScript, Static, Template
from tests.expressions.quickjs_engine import NoEngine, QuickJs
from tests.expressions.scopes import Results, Site, Watched, names

SCOPE = Names(
    {"flow_input": {"x": 2}, "$trigger": {"body": {"id": 7}}, "$last": [1], "previous_result": "p"},
    Results({"a": {"b": [1, 2]}, "nothing": None}),
)
SITE = Site(
    {"u/me/key": "secret", "u/me/tag": "{{ $last }}"}, {"u/me/db": {"host": "h", "password": "$var:u/me/key"}}
)


def evaluate(transforms, scope=SCOPE, *, engine=None, lookups=None) -> dict[str, Any]:
    return dict(evaluate_transforms(transforms, scope, engine=engine or QuickJs(), lookups=lookups))


def test_every_kind_in_the_order_of_the_step():
    engine = QuickJs()
    answers = evaluate(
        {
            "js": JavaScript("flow_input.x * 2"),
            "static": Static({"a": [1]}),
            "template": Template(
                {"id": "{{ $trigger.body.id }}", "text": "{{ a.b[1] }} of {{ a.b.length }}"}
            ),
            "path": JavaScript("results.a.b[0]"),
            "tool": Ai(),
            "none": Static(),
        },
        engine=engine,
    )
    assert answers == {
        "js": Value(4),
        "static": Value({"a": [1]}),
        "template": Value({"id": 7, "text": "2 of 2"}),
        "path": Value(1),
        "none": Value(None),
    }
    assert list(answers) == ["js", "static", "template", "path", "none"]
    assert len(engine.calls) == 1


def test_failures_are_values():
    answers = evaluate(
        {"a": JavaScript("("), "b": Template("{{ }}"), "c": JavaScript("nope"), "d": Static(1)}
    )
    assert answers["a"].name == "SyntaxError"
    assert (answers["a"].line, answers["a"].column) == (1, 1)
    assert answers["b"].name == "SyntaxError"
    assert answers["c"].name == "ReferenceError"
    assert answers["d"] == Value(1)


def test_static_values_name_variables_and_resources():
    value = {"key": "$var:u/me/key", "list": ["$res:u/me/db", "see $var:u/me/key", "$encrypted:abc", 5]}
    assert evaluate({"x": Static(value)}, engine=NoEngine(), lookups=SITE) == {
        "x": Value(
            {"key": "secret", "list": [SITE.resources["u/me/db"], "see $var:u/me/key", "$encrypted:abc", 5]}
        )
    }
    assert value["key"] == "$var:u/me/key"


def test_expressions_may_give_such_names():
    answers = evaluate({"x": JavaScript("['$var:u/' + 'me/key', {d: '$res:u/me/db'}]")}, lookups=SITE)
    assert answers["x"] == Value(["secret", {"d": SITE.resources["u/me/db"]}])


def test_names_of_what_does_not_exist_are_failures():
    answers = evaluate(
        {"a": Static("$var:no"), "b": JavaScript("'$res:no'"), "c": Template("$var:no")}, lookups=SITE
    )
    assert answers == dict.fromkeys("abc", Failure("Error", "There is nothing at no."))


def test_without_a_site_they_stay_as_they_are():
    assert evaluate({"a": Static(["$var:u/me/key"])}, engine=NoEngine()) == {"a": Value(["$var:u/me/key"])}


def test_a_template_may_name_them_but_its_data_may_not():
    template = {
        "key": "$var:u/me/key",
        "list": ["{{ $last }}", "$var:u/me/tag"],
        "sent": "{{ evil }}",
        "in": "{{ deep }}",
    }
    scope = names({"evil": "$var:u/me/key", "deep": ["$var:u/me/key"]}, **{"$last": [1]})
    assert evaluate({"x": Template(template)}, scope, lookups=SITE)["x"] == Value(
        {"key": "secret", "list": [[1], "{{ $last }}"], "sent": "$var:u/me/key", "in": ["$var:u/me/key"]}
    )


def test_the_flow_object_of_templates():
    template = (
        "{{ $last[0] }} {{ nothing }} {{ nope }} {{ flow_input.x }} {{ previous_result }} {{ results.a.b }}"
    )
    assert evaluate({"x": Template(template)})["x"] == Value("1 null undefined 2 p [1,2]")


def test_the_flow_object_reads_what_is_asked_for():
    values, results = Watched({"$trigger": {"a": 1}, "flow_input": {}}), Results({"s": 1, "t": 2})
    evaluate({"x": Template("{{ $trigger.a }} {{ s }}")}, Names(values, results))
    assert values.read == ["$trigger"]
    assert results.read == ["s"]


def test_steps_come_before_names_and_dollars_before_steps():
    scope = names({"flow_input": "step", "$last": "step"}, **{"flow_input": "name", "$last": "name"})
    assert evaluate({"x": Template(["{{ flow_input }}", "{{ $last }}"])}, scope)["x"] == Value(
        ["step", "name"]
    )


def test_templates_may_see_steps_otherwise_than_expressions():
    scope = Names({}, Results({"a": {"error": {"message": "m"}}}), Results({"a": {"message": "m"}}))
    answers = evaluate({"t": Template("{{ a.message }}"), "j": JavaScript("results.a.error.message")}, scope)
    assert answers == {"t": Value("m"), "j": Value("m")}


def test_the_flow_object_is_a_mapping():
    flow_object = FlowObject(SCOPE)
    assert sorted(flow_object) == ["$last", "$trigger", "a", "flow_input", "nothing", "previous_result"]
    assert len(flow_object) == 6
    assert "nope" not in flow_object
    assert len(FlowObject(names(x=1))) == 1
