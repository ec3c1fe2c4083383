"""The run loop (semantics section 2), sentence by sentence, on imported flows."""

import pytest

from openflow_django.interop import directus
from openflow_django.testing import run_flow
from tests.interop.directus.flows import export, load, op, run, steps_of, transform

FAILING = "module.exports = () => { throw new RangeError('bad') }"


def test_the_state_has_four_names_before_the_first_step():
    [flow] = directus.load(
        export(transform("a", ["{{ $trigger }}", "{{ $last }}", "{{ $accountability }}", "{{ $env }}"]))
    )
    trigger, who = {"body": {"n": 1}}, {"user": "u", "role": None}
    ran = run_flow(flow.document, None, trigger=trigger, accountability=who, env={"A": "1"})
    assert ran.result == [trigger, trigger, who, {"A": "1"}]


def test_without_accountability_and_environment():
    assert run(transform("a", ["{{ $accountability }}", "{{ $env }}", "{{ $env.A }}"])).result == [
        None,
        {},
        "undefined",
    ]


def test_an_unknown_type_ends_the_flow_with_null():
    operations = [
        transform("a", "1", resolve="u"),
        op("u", "carrier-pigeon", to="x", resolve="c", reject="d"),
    ]
    operations += [transform("c", "2"), transform("d", "3")]
    ran = run(*operations)
    assert (list(ran.steps), ran.status, ran.result) == (["a", "u"], "success", None)
    assert ran.data["$last"] is None
    [warning] = load(*operations).warnings
    assert (warning.code, warning.step_id) == ("operation_unknown", "u")
    assert all(word in warning.message for word in ('"u"', '"carrier-pigeon"', '"c"', '"d"'))


@pytest.mark.parametrize(
    "template", ["{{ }}", "{{ a..b }}", "{{ a", "{{ {{ a }} }}", "{{ " + "a." * 10 + "a }}"]
)
def test_options_that_can_not_be_rendered_reject_the_step(template):
    ran = run(transform("a", template, reject="b"), transform("b", ["{{ $last.name }}", "{{ a.name }}"]))
    assert steps_of(ran) == [("a", "reject"), ("b", "resolve")]
    assert ran.result == [ran.result[0]] * 2
    assert ran.result[0] in {"SyntaxError", "ReferenceError"}


def test_a_success_goes_on_along_resolve():
    operations = [transform("a", "1", resolve="b", reject="c"), transform("b", "2"), transform("c", "3")]
    assert steps_of(run(*operations)) == [("a", "resolve"), ("b", "resolve")]


def test_a_failure_goes_on_along_reject():
    operations = [
        op("a", "exec", code=FAILING, resolve="b", reject="c"),
        transform("b", "2"),
        transform("c", "3"),
    ]
    ran = run(*operations)
    assert steps_of(ran) == [("a", "reject"), ("c", "resolve")]
    assert (ran.status, ran.result) == ("success", 3)


def test_a_failure_without_reject_ends_the_flow():
    ran = run(op("a", "exec", code=FAILING, resolve="b"), transform("b", "2"))
    assert steps_of(ran) == [("a", "reject")]
    assert ran.status == "failure"
    assert ran.data["$last"]["message"] == "bad"


def test_a_branch_of_failures_may_fail_and_branch_in_turn():
    operations = [
        op("a", "exec", code=FAILING, resolve="z", reject="b"),
        op("b", "throw-error", code="X", resolve="z2", reject="c"),
        transform("c", ["{{ a.name }}", "{{ b.code }}", "{{ $last.status }}"], resolve="d"),
        transform("d", ["{{ $last }}"]),
        transform("z", "0"),
        transform("z2", "0"),
    ]
    ran = run(*operations)
    assert steps_of(ran) == [("a", "reject"), ("b", "reject"), ("c", "resolve"), ("d", "resolve")]
    assert ran.result == [["RangeError", "X", 500]]
    unhandled = run(*operations[:2])
    assert (steps_of(unhandled), unhandled.status) == ([("a", "reject"), ("b", "reject")], "failure")


def test_nothing_after_a_handled_failure_is_run_on_the_way_of_success():
    operations = [
        transform("a", "1", resolve="b"),
        op("b", "throw-error", resolve="c", reject="r"),
        transform("c", "2"),
        transform("r", "3"),
    ]
    assert list(run(*operations).steps) == ["a", "b", "r"]


@pytest.mark.parametrize(
    ("thrown", "shown"),
    [
        ("'text'", "text"),
        ("JSON.stringify({a: [1]})", {"a": [1]}),
        ("'12'", 12),
        ("'[1'", "[1"),
        ("7", 7),
    ],
)
def test_what_was_thrown_is_the_output_of_the_step(thrown, shown):
    code = f"module.exports = () => {{ throw {thrown} }}"
    ran = run(op("a", "exec", code=code, reject="b"), transform("b", ["{{ $last }}", "{{ a }}"]))
    assert ran.result == [shown, shown]
    assert ran.data["a"] == shown


def test_of_an_error_name_and_message_are_read_by_path_and_the_stack_is_gone():
    ran = run(
        op("a", "exec", code=FAILING, reject="b"),
        transform("b", ["{{ a.name }}", "{{ a.message }}", "{{ a.stack }}", "{{ $last.message }}"]),
    )
    assert ran.result == ["RangeError", "bad", "undefined", "bad"]


def test_of_a_directus_error_code_and_status_are_read_by_path():
    ran = run(
        op("a", "throw-error", code="my_code", status="418", message="m", reject="b"),
        transform("b", ["{{ a.name }}", "{{ a.code }}", "{{ a.status }}", "{{ a.message }}"]),
    )
    assert ran.result == ["DirectusError", "MY_CODE", 418, "m"]


def test_the_output_is_at_the_key_and_at_last():
    operations = [
        transform("a", {"n": 1}, resolve="b"),
        transform("b", {"last": "{{ $last }}", "a": "{{ a.n }}"}, resolve="c"),
        transform("c", ["{{ $last.a }}", "{{ a }}", "{{ b.last.n }}"]),
    ]
    assert run(*operations).result == [1, {"n": 1}, 1]


def test_undefined_in_a_result_is_null():
    code = "module.exports = () => ({a: undefined, b: [undefined], c: {d: undefined}})"
    ran = run(op("a", "exec", code=code, resolve="b"), transform("b", ["{{ a.b }}", "{{ a.c }}"]))
    assert ran.result == [[None], {}]


def test_a_missing_result_is_null():
    assert run(op("a", "exec", code="module.exports = () => {}")).data["a"] is None


@pytest.mark.parametrize("result", ["10n", "() => 1", "(() => { const a = {}; a.a = a; return a })()"])
def test_a_result_that_is_not_json_rejects(result):
    ran = run(op("a", "exec", code=f"module.exports = () => ({result})", reject="b"), transform("b", "1"))
    assert steps_of(ran) == [("a", "reject"), ("b", "resolve")]


def test_keys_of_objects_are_never_rendered():
    assert run(transform("a", {"{{ $trigger }}": "{{ $trigger.body }}"}), body=1).result == {
        "{{ $trigger }}": 1
    }


def test_rendered_values_are_not_rendered_again():
    assert run(transform("a", ["{{ $trigger.body }}"]), body="{{ $trigger }}").result == ["{{ $trigger }}"]


def test_an_exact_tag_keeps_its_type():
    for value in (5, 1.5, True, None, [1], {"a": 1}):
        assert run(transform("a", ["{{ $trigger.body.v }}"]), body={"v": value}).result == [value]


def test_a_flow_without_steps_leaves_the_trigger():
    assert run(body=5).data["$last"] == {"body": 5}
    assert run(first=None, body=5).steps == {}
