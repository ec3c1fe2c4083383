"""Steps one after another: what goes into them, what comes out (semantics sections 1 to 4)."""

from typing import Any

import pytest

from openflow_django.spec.issues import DocumentInvalid
from openflow_django.testing import run_flow
from openflow_django.testing.sandbox import runners
from tests.testing.build import flow, give, identity, js, python, raw, script, static, step

needs_python = pytest.mark.skipif("python3" not in runners(), reason="no runner for python3")


def test_the_result_is_that_of_the_last_module() -> None:
    run = run_flow(flow(give("a", "flow_input.n + 1"), give("b", "results.a * 2")), {"n": 4})
    assert (run.status, run.result, run.error) == ("success", 10, None)


@pytest.mark.parametrize("given", [{"n": 1, "deep": {"l": [1, None]}}, {}, None])
def test_a_flow_without_modules_gives_its_input(given: Any) -> None:
    run = run_flow(flow(), given)
    assert (run.status, run.result) == ("success", given)


def test_the_first_module_has_the_input_as_its_previous_result() -> None:
    assert run_flow(flow(give("a", "previous_result")), {"n": 4}).result == {"n": 4}


def test_without_any_input_the_first_previous_result_is_null() -> None:
    assert run_flow(flow(give("a", "previous_result"))).result is None


def test_every_other_module_has_the_result_of_the_one_before() -> None:
    run = run_flow(flow(give("a", 1), give("b", "previous_result + 1"), give("c", "previous_result + 1")), {})
    assert run.result == 3


def test_identity_passes_the_previous_result_on() -> None:
    run = run_flow(flow(give("a", [1, 2]), identity("b"), identity("c")), {})
    assert run.result == [1, 2]


def test_identity_as_the_first_module_gives_the_input() -> None:
    assert run_flow(flow(identity("a")), {"n": 1}).result == {"n": 1}


def test_the_flow_flag_of_identity_has_no_effect() -> None:
    assert run_flow(flow(give("a", 5), step("b", {"type": "identity", "flow": True})), {}).result == 5


def test_arguments_are_matched_by_name_extra_ones_dropped_and_order_free() -> None:
    value = raw("export function main(b, a) { return [a, b, arguments.length]; }", {"a": 1, "b": 2, "c": 3})
    assert run_flow(flow(step("s", value)), {}).result == [1, 2, 2]


def test_missing_arguments_leave_the_defaults_of_the_language() -> None:
    value = raw("export function main(x, y = 7) { return [x ?? 'none', y]; }")
    assert run_flow(flow(step("s", value)), {}).result == ["none", 7]


@pytest.mark.parametrize("given", [static(None), {"type": "static"}, js("undefined"), js("flow_input.no")])
def test_an_explicit_null_does_not_trigger_the_default_of_javascript(given: Any) -> None:
    value = raw("export function main(x = 7) { return x === null; }", {"x": given})
    assert run_flow(flow(step("s", value)), {}).result is True


def test_main_may_be_async() -> None:
    value = raw("export async function main(x) { return await Promise.resolve(x + 1); }", {"x": 1})
    assert run_flow(flow(step("s", value)), {}).result == 2


@pytest.mark.parametrize("body", ["", "return undefined;", "return null;"])
def test_a_script_without_a_value_gives_null(body: str) -> None:
    run = run_flow(flow(script("a", body)), {})
    assert (run.status, run.result) == ("success", None)


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ("return 9007199254740993n;", "9007199254740993"),
        ("return {n: 1n, l: [2n]};", {"n": "1", "l": ["2"]}),
        ("return new Date(0);", "1970-01-01T00:00:00.000Z"),
        ("return [NaN, Infinity, undefined];", [None, None, None]),
        ("return {f() {}, u: undefined, k: 1};", {"k": 1}),
        ("return {'ключ': 'ß\\u{1F600}'};", {"ключ": "ß\U0001f600"}),
        ("return '';", ""),
        ("return false;", False),
        ("return 1e21;", 1e21),
        ("return -0.5;", -0.5),
    ],
)
def test_results_are_what_json_makes_of_them(body: str, result: Any) -> None:
    assert run_flow(flow(script("a", body)), {}).result == result


def test_types_of_typescript_are_stripped() -> None:
    content = """
        type Row = { id: number; name?: string };
        interface Box<T> { inside: T }
        const rows: Row[] = [{ id: 1 }];
        export async function main<T extends Row>(x: number, box: Box<T> | null = null): Promise<number[]> {
          return (rows as Row[]).map((row: Row): number => row.id + x!);
        }
    """
    assert run_flow(flow(step("a", raw(content, {"x": 1}))), {}).result == [2]


@pytest.mark.parametrize("language", ["deno", "bun", "nativets"])
def test_the_languages_of_typescript(language: str) -> None:
    value = raw("export function main(x: number) { return x; }", {"x": 3}, language=language)
    assert run_flow(flow(step("a", value)), {}).result == 3


def test_a_language_that_is_not_there_fails_the_step() -> None:
    run = run_flow(flow(step("a", raw("echo", language="brainf"))), {})
    assert run.status == "failure"
    assert run.result["error"]["step_id"] == "a"
    assert "brainf" in run.result["error"]["message"]


def test_unicode_keys_and_texts_pass_through_every_place() -> None:
    given = {"имя": "Ж", "日本": [{"ü": "\u2028"}]}
    modules = (
        give("a", "flow_input"),
        give("b", "results.a['日本'][0]"),
        give("c", "[results.b, results.a.имя]"),
    )
    assert run_flow(flow(*modules), given).result == [{"ü": "\u2028"}, "Ж"]


def test_integers_of_any_size_stay_exact_on_plain_paths() -> None:
    big = 12345678901234567890123
    run = run_flow(flow(step("a", {"type": "identity"}), step("b", {"type": "identity"})), {"n": big})
    assert run.result == {"n": big}


def test_unknown_keys_and_visual_ones_are_ignored_everywhere() -> None:
    module = give("a", 1, some_future_field={"x": 1}, summary="S", priority=3)
    module["value"]["unknown"] = [1]
    document = flow(module, notes=[{"id": "n"}], groups=[{"start_id": "a"}], same_worker=True, ws=1)
    assert run_flow({**document, "extra": {}, "path": "f/x", "edited_by": "me"}, {}).result == 1


@pytest.mark.parametrize("missing", ["summary", "description", "schema"])
def test_a_document_may_lack_what_says_nothing_about_execution(missing: str) -> None:
    document = {**flow(give("a", 1)), "description": "d", "schema": {"type": "object"}}
    del document[missing]
    assert run_flow(document, {}).result == 1


def test_the_schema_is_not_a_gate() -> None:
    document = {**flow(identity("a")), "schema": {"type": "object", "required": ["n"]}}
    assert run_flow(document, {"other": 1}).result == {"other": 1}


@pytest.mark.parametrize(
    "document",
    [
        {"summary": "no value"},
        {"summary": "s", "value": {}},
        flow(step("a", {"type": "unheard"})),
        flow(step("a", {"type": "script"})),
        flow(step("a", {"type": "flow"})),
        flow(step("a", {"type": "forloopflow", "modules": []})),
        flow(step("a", {"type": "forloopflow", "iterator": static([])})),
        flow(step("a", {"type": "whileloopflow"})),
        flow(step("a", {"type": "branchone", "branches": []})),
        flow(step("a", {"type": "branchall"})),
        flow(step("a", {"type": "rawscript", "language": "deno"})),
        flow(step("a", {"type": "rawscript", "content": ""})),
    ],
)
def test_what_the_format_requires_is_required(document: Any) -> None:
    with pytest.raises(DocumentInvalid):
        run_flow(document, {})


def test_input_transforms_are_optional_and_have_an_alias() -> None:
    bare = {"type": "rawscript", "language": "deno", "content": "export function main() { return 1; }"}
    old = {
        "type": "rawscript",
        "language": "deno",
        "content": "export function main(x) { return x; }",
        "input_transform": {"x": js("previous_result + 1")},
    }
    assert run_flow(flow(step("a", bare), step("b", old)), {}).result == 2


def test_a_transform_left_to_a_model_contributes_nothing() -> None:
    value = raw("export function main(x = 'default') { return x; }", {"x": {"type": "ai"}})
    assert run_flow(flow(step("a", value)), {}).result == "default"


def test_every_step_leaves_a_record_with_its_arguments_and_result() -> None:
    run = run_flow(flow(give("a", "flow_input.n"), give("b", "results.a + 1")), {"n": 1})
    record = run.steps["b"][0]
    assert (record.path, record.status, record.input, record.result) == ("b", "success", {"x": 2}, 2)
    assert (record.attempt, record.planned_delay, record.error) == (0, None, None)


@needs_python
def test_python_steps_take_keyword_arguments() -> None:
    content = "def main(n, m=7):\n    return {'sum': n + m, 'none': None, 'list': list(range(n))}"
    run = run_flow(flow(python("a", content, {"n": "flow_input.n", "extra": 1})), {"n": 2})
    assert run.result == {"sum": 9, "none": None, "list": [0, 1]}


@needs_python
def test_python_deletes_a_none_argument_whose_parameter_has_a_default() -> None:
    content = "def main(a, b=7):\n    return [a, b]"
    assert run_flow(flow(python("a", content, {"a": None, "b": None})), {}).result == [None, 7]


@needs_python
def test_python_without_a_return_gives_null() -> None:
    assert run_flow(flow(python("a", "def main():\n    pass")), {}).result is None
