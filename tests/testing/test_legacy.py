"""Documents of every older spelling run as they did (semantics section 11)."""

from typing import Any

import pytest

from openflow_django.spec.issues import DocumentInvalid
from openflow_django.testing import run_flow
from tests.testing.build import js, static
from tests.testing.steps import runs

SCHEMA = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {}}


def old(*modules: Any, **settings: Any) -> dict[str, Any]:
    return {
        "summary": "old",
        "description": "",
        "value": {"modules": list(modules), **settings},
        "schema": SCHEMA,
    }


def code(body: str, *parameters: str, **keys: Any) -> dict[str, Any]:
    content = f"export function main({', '.join(parameters)}) {{ {body} }}"
    return {"type": "rawscript", "language": "deno", "content": content, **keys}


def test_input_transform_beside_the_value() -> None:
    module = {"input_transform": {"x": js("flow_input.n")}, "value": code("return x;", "x")}
    assert run_flow(old(module), {"n": 4}).result == 4


def test_input_transforms_beside_the_value() -> None:
    module = {"id": "a", "input_transforms": {"x": static(3)}, "value": code("return x;", "x")}
    assert run_flow(old(module), {}).result == 3


def test_input_transform_inside_the_value() -> None:
    module = {"id": "a", "value": code("return x;", "x", input_transform={"x": static(3)})}
    assert run_flow(old(module), {}).result == 3


def test_empty_input_transforms_beside_a_loop_or_branch() -> None:
    body = {"input_transforms": {"x": js("flow_input.iter.value")}, "value": code("return x;", "x")}
    loop = {
        "id": "l",
        "input_transform": {},
        "value": {"type": "forloopflow", "iterator": static([1, 2]), "value": {"modules": [body]}},
    }
    assert run_flow(old(loop), {}).result == [1, 2]


@pytest.mark.parametrize(
    ("label", "status"),
    [
        ({"skip_if_stopped": True}, "skipped"),
        ({"skip_if_stopped": False}, "success"),
        ({}, "success"),
        ({"skip_if_stopped": None}, "success"),
    ],
)
def test_stop_after_if_expr(label: Any, status: str) -> None:
    module = {"id": "a", "value": code("return 1;"), "stop_after_if_expr": "result === 1", **label}
    run = run_flow(old(module, {"id": "b", "value": code("return 2;")}), {})
    assert (run.status, run.result) == (status, 1)


def test_skip_if_stopped_alone_stops_nothing() -> None:
    module = {"id": "a", "value": code("return 1;"), "skip_if_stopped": True}
    assert run_flow(old(module, {"id": "b", "value": code("return 2;")}), {}).result == 2


@pytest.mark.parametrize("null", [{"stop_after_if_expr": None}, {"stop_after_if": None}])
def test_null_stop_conditions(null: Any) -> None:
    assert (
        run_flow(
            old({"id": "a", "value": code("return 1;"), **null}, {"id": "b", "value": code("return 2;")}), {}
        ).result
        == 2
    )


def test_a_loop_whose_body_is_a_flow_value_with_the_old_names() -> None:
    body = {
        "input_transform": {"v": js("flow_input._value"), "i": js("flow_input._index")},
        "value": code("return [v, i];", "v", "i"),
    }
    items = {"id": "a", "value": code("return ['p', 'q'];")}
    loop = {
        "id": "l",
        "value": {
            "type": "forloopflow",
            "iterator": js("result"),
            "value": {"modules": [body], "failure_module": None},
        },
    }
    assert run_flow(old(items, loop), {}).result == [["p", 0], ["q", 1]]


def test_iterators_over_a_member_of_the_previous_result() -> None:
    items = {"id": "a", "value": code("return {res1: [1, 2]};")}
    body = {
        "id": "x",
        "input_transforms": {"v": js("flow_input._value * 2")},
        "value": code("return v;", "v"),
    }
    loop = {
        "id": "l",
        "value": {
            "type": "forloopflow",
            "iterator": js("result.res1"),
            "skip_failures": True,
            "value": {"modules": [body]},
        },
    }
    assert run_flow(old(items, loop), {}).result == [2, 4]


def test_result_in_inputs_is_the_previous_result() -> None:
    modules = [
        {"value": code("return {res1: 1};")},
        {"input_transform": {"x": js("result.res1 + 1")}, "value": code("return x;", "x")},
    ]
    assert run_flow(old(*modules), {}).result == 2


def test_result_in_scripts_is_left_alone() -> None:
    module = {
        "input_transform": {"n": js("result.n")},
        "value": code("const result = {_value: n}; return result._value;", "n"),
    }
    assert run_flow(old(module), {"n": 5}).result == 5


def test_previous_result_is_the_same() -> None:
    modules = [
        {"value": code("return 1;")},
        {"input_transforms": {"x": js("previous_result + 1")}, "value": code("return x;", "x")},
    ]
    assert run_flow(old(*modules), {}).result == 2


def test_steps_without_ids_get_letters_in_document_order_skipping_used_ones() -> None:
    modules = [
        {"value": code("return 'first';")},
        {"id": "b", "value": code("return 'second';")},
        {"value": code("return 'third';")},
        {"input_transforms": {"x": js("[results.a, results.b, results.c]")}, "value": code("return x;", "x")},
    ]
    run = run_flow(old(*modules), {})
    assert run.result == ["first", "second", "third"]
    assert set(run.steps) == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    "suspend", [1, {"required_events": 1}, {"required_events": 1, "timeout": None, "resume_form": None}]
)
def test_suspend_as_a_number(suspend: Any) -> None:
    modules = [
        {"value": code("return 1;"), "suspend": suspend},
        {"input_transforms": {"r": js("resume")}, "value": code("return r;", "r")},
    ]
    assert run_flow(old(*modules), {}).status == "suspended"
    run = run_flow(old(*modules), {}, events=[{"type": "resume", "payload": "go"}])
    assert (run.status, run.result) == ("success", "go")


@pytest.mark.parametrize("suspend", [0, None])
def test_suspend_zero_does_not_wait(suspend: Any) -> None:
    assert run_flow(old({"value": code("return 1;"), "suspend": suspend}), {}).status == "success"


def test_a_retry_of_the_flow_holds_for_every_step_without_one() -> None:
    modules = [
        {"id": "x", "value": code("throw new Error('x');"), "continue_on_error": True},
        {
            "id": "y",
            "value": code("throw new Error('y');"),
            "retry": {"constant": {"attempts": 1, "seconds": 0}},
        },
    ]
    run = run_flow(old(*modules, retry={"constant": {"attempts": 2, "seconds": 0}}), {})
    assert (runs(run, "x"), runs(run, "y")) == (3, 2)


def test_bare_numbers() -> None:
    loop = {
        "id": "l",
        "value": {
            "type": "forloopflow",
            "iterator": static([1, 2]),
            "parallel": True,
            "parallelism": 1,
            "modules": [{"id": "x", "value": code("return 1;")}],
        },
        "sleep": 60,
    }
    run = run_flow(old(loop, {"id": "t", "value": code("return 2;"), "timeout": 30}), {})
    assert (run.result, run.duration_s) == (2, 60)
    endless = run_flow(old({"id": "t", "value": code("while (true) {}"), "timeout": 1}), {})
    assert endless.status == "failure"


def test_nulls_for_what_is_absent() -> None:
    nulls = dict.fromkeys(
        (
            "stop_after_if",
            "suspend",
            "retry",
            "sleep",
            "timeout",
            "mock",
            "skip_if",
            "summary",
            "cache_ttl",
            "priority",
            "continue_on_error",
        )
    )
    module = {
        "id": "a",
        **nulls,
        "value": code("return 1;", lock=None, path=None, tag=None, concurrent_limit=None),
    }
    document = old(
        module,
        failure_module=None,
        preprocessor_module=None,
        skip_expr=None,
        cache_ttl=None,
        flow_env=None,
        early_return=None,
        same_worker=None,
    )
    assert run_flow({**document, "description": None, "on_behalf_of_email": None}, {}).result == 1


def test_summary_description_and_schema_may_be_missing_or_null() -> None:
    value = {"modules": [{"value": code("return 1;")}]}
    assert run_flow({"value": value}, {}).result == 1
    assert run_flow({"value": value, "schema": None, "summary": None, "description": None}, {}).result == 1


def test_a_wrapper_gives_the_flow_inside() -> None:
    wrapper = {
        "workspace_id": "w",
        "path": "f/x",
        "edited_by": "u",
        "archived": False,
        "extra_perms": {},
        **old({"value": code("return 1;")}),
    }
    assert run_flow(wrapper, {}).result == 1


def test_a_path_flow_without_a_path_is_invalid() -> None:
    with pytest.raises(DocumentInvalid):
        run_flow(old({"id": "a", "value": {"type": "flow"}}), {})


def test_a_failure_module_without_an_id() -> None:
    handler = {"input_transform": {"e": js("previous_result.error.message")}, "value": code("return e;", "e")}
    run = run_flow(old({"value": code("throw new Error('bad');")}, failure_module=handler), {})
    assert (run.status, run.result, runs(run, "failure")) == ("failure", "bad", 1)


def test_a_flow_of_the_first_version_as_a_whole() -> None:
    document = {
        "summary": "first",
        "description": "",
        "value": {
            "modules": [
                {
                    "input_transform": {"n": js("flow_input.n")},
                    "value": code("return {res1: Array.from({length: n}, (_, i) => i)};", "n"),
                    "stop_after_if_expr": "result.res1.length === 0",
                    "skip_if_stopped": True,
                },
                {
                    "input_transform": {},
                    "value": {
                        "type": "forloopflow",
                        "iterator": js("result.res1"),
                        "skip_failures": True,
                        "value": {
                            "modules": [
                                {
                                    "input_transform": {"v": js("flow_input._value")},
                                    "value": code("if (v === 1) throw new Error('one'); return v * 10;", "v"),
                                },
                                {
                                    "input_transform": {"v": js("result"), "i": js("flow_input._index")},
                                    "value": code("return v + i;", "v", "i"),
                                },
                            ]
                        },
                    },
                },
                {
                    "input_transform": {"l": js("result")},
                    "value": code("return l.map(x => x.error ? x.error.message : x);", "l"),
                },
            ],
            "failure_module": None,
        },
        "schema": SCHEMA,
    }
    assert run_flow(document, {"n": 3}).result == [0, "one", 22]
    assert run_flow(document, {"n": 0}).status == "skipped"
