"""Templates as JavaScript: every kind of value, present and missing, alone and within text."""

import json
from typing import Any

import pytest

from openflow_django.interop.portable import lower
from openflow_django.testing import run_flow
from tests.spec.documents import flow, step

INPUT: dict[str, Any] = {
    "text": "a\"b'`${x}",
    "empty": "",
    "null": None,
    "yes": True,
    "int": 5,
    "whole": 5.0,
    "half": 0.5,
    "large": 1e21,
    "tiny": 1e-7,
    "list": [1, None, [2, "x"], {"a": 1}],
    "object": {"b": {"c": "deep"}, "a": [], "2": 2, "1": 1, "length": "own"},
    "odd key": {"a.b": 1, "{x": 2},
    "constructor": "own",
}


def give(value: Any, **keys: Any) -> Any:
    code = "export function main(x) { return {x} }"
    transforms = {"x": {"type": "template", "value": value}}
    script = {"type": "rawscript", "language": "bun", "content": code, "input_transforms": transforms}
    return step(script, **keys)


def both(document: Any, given: Any = None) -> Any:
    """The result, which is the same with and without our extensions."""
    lowered = lower(document)
    assert lowered.warnings == []
    assert '"type": "template"' not in json.dumps(lowered.document)
    here, there = run_flow(document, given), run_flow(lowered.document, given)
    assert (there.status, there.result) == (here.status, here.result)
    assert here.status == "success"
    return here.result["x"]


@pytest.mark.parametrize("key", [*INPUT, "missing", "toString", "__proto__"])
def test_every_kind_of_value_alone_and_in_text(key: str) -> None:
    path = f"$trigger['{key}']"
    alone, within = both(flow(give([f"{{{{{path}}}}}", f"<{{{{ {path} }}}}>"])), INPUT)
    expected = INPUT.get(key, "undefined")
    # A path with a blank in it is no tag that keeps its type.
    assert alone == (expected if key != "odd key" else '{"a.b":1,"{x":2}')
    assert isinstance(within, str)
    if expected is None:
        assert within == "<null>"
    if key in ("missing", "toString", "__proto__"):
        assert within == "<undefined>"


@pytest.mark.parametrize(
    "path",
    [
        *(
            "list[0]",
            "list[3].a",
            "list.length",
            "list[-1]",
            "list[9]",
            "list['00']",
            "object.b.c",
            "object.b.d.e",
        ),
        *("object.length", "text.length", "text[0]", "null.a", "int.a", "object['b']['c']", "odd key['a.b']"),
        *("list.a", "constructor", "object.constructor", "list.map", "list[2][1]", "object.1"),
    ],
)
def test_paths_find_own_members_only(path: str) -> None:
    both(flow(give([f"{{{{ $trigger.{path} }}}}", f"{{{{flow_input.{path}}}}}!"])), INPUT)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "no tag",
        "{{ $trigger.int }}{{ $trigger.int }}",
        " {{ $trigger.int }}",
        "{{ $trigger }}",
        "{{$trigger}} and {{ $last }}",
        {
            "a": "{{ $trigger.int }}",
            "{{ $trigger.int }}": 1,
            "__proto__": "{{ $trigger.list }}",
            "": [None, {}],
        },
        {"__proto__": {"x": "{{ $trigger.yes }}"}},
        [["{{ $trigger.list }}"], [], "x", 1.5, None, True, -0.0],
        "line\nend \u2028\u2029 \\ {{ $trigger.text }} </script>",
        "{{ nothing }}",
        "{{ nothing.at.all }}",
        "{{ $unknown.x }}",
        "{{ params }}{{ params.x }}",
        "{{ resumes }} {{ resume }} {{ approvers }}",
        "{{ flow_env }} {{ flow_env.X }}",
        "{{ result }} {{ previous_result.int }}",
        "{{ error.message }}",
        "} }} {{ $trigger.int }} }}",
    ],
)
def test_values_around_tags(value: Any) -> None:
    both(flow(give(value)), INPUT)


def test_a_template_without_tags_is_a_static_value() -> None:
    document = lower(flow(give({"a": ["text", 2**70, {"b": "$var:f/x"}]}))).document
    transform = document["value"]["modules"][0]["value"]["input_transforms"]["x"]
    assert transform == {"type": "static", "value": {"a": ["text", 2**70, {"b": "$var:f/x"}]}}


def test_a_plain_name_stays_a_short_expression() -> None:
    document = lower(flow(give("{{ $trigger }}"))).document
    assert document["value"]["modules"][0]["value"]["input_transforms"]["x"] == {
        "type": "javascript",
        "expr": "flow_input",
    }


def test_results_of_steps() -> None:
    document = flow(
        give("{{ $trigger.list }}", step_id="a"),
        give("{{ $last.x[0] }}", step_id="b-c"),
        give(
            ["{{ a.x.length }}", "{{ results.a.x[2] }}", "{{ $last }}", "{{ b-c.x }}{{ results['b-c'].x }}"],
            step_id="1",
        ),
        give(["{{ 1.x }}", "{{ nobody }}", "{{ results.nobody }}"], step_id="d"),
    )
    assert both(document, INPUT) == [[4, [2, "x"], {"x": 1}, "11"], "undefined", "undefined"]


def test_in_loops_the_trigger_is_without_the_iteration() -> None:
    inner = give(
        [
            "{{ $trigger }}",
            "{{ $trigger.iter }}",
            "{{ $trigger.int }}",
            "{{ flow_input.iter.value }}",
            "{{ $last }}",
        ]
    )
    deeper = {
        "type": "forloopflow",
        "iterator": {"type": "template", "value": ["{{ $last.x }}"]},
        "modules": [inner],
    }
    outer = {
        "type": "forloopflow",
        "iterator": {"type": "template", "value": "{{ $trigger.list }}"},
        "modules": [step(deeper, "deeper")],
    }
    document = flow(give("{{ $trigger.int }}", step_id="first"), step(outer, "outer"))
    lowered = lower(document)
    assert lowered.warnings == []
    here, there = run_flow(document, INPUT), run_flow(lowered.document, INPUT)
    assert here.result == there.result
    assert here.result[3][0]["x"] == [INPUT, "undefined", 5, 5, {"x": 5}]


def test_every_transform_may_be_a_template() -> None:
    settings = {
        "timeout": {"type": "template", "value": "{{ $trigger.int }}"},
        "sleep": {"type": "template", "value": "{{ $last.x }}"},
    }
    loop = {
        "type": "forloopflow",
        "iterator": {"type": "template", "value": ["{{ $trigger.int }}"]},
        "parallel": True,
        "skip_failures": False,
        "parallelism": {"type": "template", "value": "{{ $last.x }}"},
        "modules": [give("{{ flow_input.iter.value }}", step_id="inner")],
    }
    document = flow(give("{{ $trigger.int }}", step_id="a", **settings), step(loop, "loop"))
    lowered = lower(document)
    assert lowered.warnings == []
    assert run_flow(lowered.document, INPUT).result == run_flow(document, INPUT).result == [{"x": 5}]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("{{ $accountability.user }}", "accountability"),
        ("{{ $env.HOME }}", "env"),
        ("{{ results }}", "all_results"),
        ("{{ later }}", "not_run"),
        (["{{ $last }}", 2**60 + 1], "number"),
    ],
)
def test_what_has_no_equivalent_is_told(value: Any, code: str) -> None:
    document = flow(give(value, step_id="a"), give("x", step_id="later"))
    lowered = lower(document)
    [warning] = lowered.warnings
    assert (warning.code, warning.path, warning.step_id, warning.severity) == (
        code,
        "/value/modules/0",
        "a",
        "warning",
    )
    assert run_flow(lowered.document, {}).status == "success"


def test_the_environment_becomes_the_constants_of_the_flow() -> None:
    document = flow(give("{{ $env.HOST }}"))
    lowered = lower(document).document
    assert lowered["value"]["flow_env"] == {}
    lowered["value"]["flow_env"]["HOST"] = "example.com"
    assert run_flow(lowered, {}).result == {"x": "example.com"}


def test_behind_a_preprocessor_the_trigger_is_another() -> None:
    pre = {"id": "preprocessor", "value": {"type": "script", "path": "f/pre"}}
    lowered = lower(flow(give("{{ $trigger.x }}"), preprocessor_module=pre))
    assert [warning.code for warning in lowered.warnings] == ["trigger"]


@pytest.mark.parametrize(
    "value", ["{{", "{{ }}", "{{ a..b }}", "{{ a[ }}", {"x": ["{{ a.b.c.d.e.f.g.h.i.j.k }}"]}]
)
def test_a_template_that_cannot_be_read_fails_there_too(value: Any) -> None:
    document = flow(give(value))
    lowered = lower(document)
    assert [warning.code for warning in lowered.warnings] == ["template"]
    here, there = run_flow(document, {}), run_flow(lowered.document, {})
    assert here.status == there.status == "failure"
    assert here.error["message"].partition(": ")[2].split(": ")[-1] in there.error["message"]


def test_a_sleep_sees_no_other_results() -> None:
    sleep = {"type": "template", "value": "{{ a.x }}"}
    document = flow(give(0, step_id="a", sleep=sleep), give(1, step_id="b", sleep=sleep))
    lowered = lower(document)
    assert [(warning.code, warning.step_id) for warning in lowered.warnings] == [("results", "b")]
