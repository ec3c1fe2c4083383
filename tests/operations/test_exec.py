"""``exec``: scripts that set ``module.exports``, in a flow and in the real sandbox."""

import pytest

from openflow_django.sandbox.javascript import LANGUAGES
from openflow_django.testing import run_flow
from openflow_django.testing import sandbox as test_sandbox


def ran(code, *, env=None, **run):
    step = {
        "id": "x",
        "value": {
            "type": "script",
            "path": "op/exec",
            "input_transforms": {"code": {"type": "static", "value": code}},
        },
        "error_branch": {"modules": [shown("failed")], "then": "stop"},
    }
    return run_flow({"summary": "", "value": {"modules": [shown("a"), step, shown("done")]}}, **run)


def shown(id):
    """Passes on what is at ``$last`` and at the key of the script."""
    value = {"last": "{{ $last }}", "x": "{{ x }}"}
    transforms = {"json": {"type": "template", "value": value}}
    return {"id": id, "value": {"type": "script", "path": "op/transform", "input_transforms": transforms}}


def result_of(code, **run):
    found = ran(code, **run)
    assert "done" in found.steps, found.result
    assert found.result["last"] == found.result["x"]
    return found.result["x"]


def error_of(code, **run):
    found = ran(code, **run)
    assert "failed" in found.steps, found.result
    assert found.result["last"] == found.result["x"]
    return found.result["x"]


def test_the_function_gets_the_data_of_the_flow():
    data = result_of(
        "module.exports = function (data) { return data }", trigger={"n": 1}, accountability={"user": "7"}
    )
    assert data == {
        "$trigger": {"n": 1},
        "$last": {"last": {"n": 1}, "x": "undefined"},
        "$accountability": {"user": "7"},
        "$env": {},
        "a": {"last": {"n": 1}, "x": "undefined"},
    }


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("module.exports = async () => 1", 1),
        ("module.exports = () => Promise.resolve([1, null])", [1, None]),
        ("module.exports = () => {}", None),
        ("module.exports = () => ({a: undefined, d: new Date(0)})", {"d": "1970-01-01T00:00:00.000Z"}),
        ("module.exports = () => ({m: new Map([[1, 2]]), n: NaN})", {"m": {}, "n": None}),
        ("const f = () => 5; module.exports = f", 5),
        ("module.exports = () => [typeof require, typeof fetch, typeof URL, typeof Buffer][1]", "undefined"),
        ("module.exports = () => global === globalThis", True),
        ("module.exports = () => process.env", {}),
    ],
)
def test_what_comes_out(code, value):
    assert result_of(code) == value


def test_changes_of_the_data_stay_inside():
    code = "module.exports = data => { data.$trigger.n = 2; data.a = null; return 1 }"
    found = ran(code, trigger={"n": 1})
    assert found.steps["done"][0].result["x"] == 1
    assert found.steps["a"][0].result["last"] == {"n": 1}


@pytest.mark.parametrize(
    "code",
    [
        "module.exports = () => 10n",
        "module.exports = () => () => 1",
        "module.exports = () => ({a: [Symbol('x')]})",
        "module.exports = () => { const a = {}; a.a = a; return a }",
        "module.exports = 5",
        "",
        " ",
        "const x = ;",
        "module.exports = () => nothing",
    ],
)
def test_what_can_not_come_out_fails(code):
    error = error_of(code)
    assert error["message"]
    assert error["name"] in {"TypeError", "SyntaxError", "ReferenceError"}, error


@pytest.mark.parametrize(
    ("thrown", "value"),
    [
        ("'text'", "text"),
        ("''", ""),
        ("'5'", 5),
        ("JSON.stringify({status: 404})", {"status": 404}),
        ("5", 5),
        ("false", False),
    ],
)
def test_thrown_text_is_the_bare_error(thrown, value):
    assert error_of(f"module.exports = () => {{ throw {thrown} }}") == value
    assert error_of(f"module.exports = async () => {{ throw {thrown} }}") == value


def test_a_thrown_error_has_its_name_and_message():
    error = error_of("module.exports = () => { throw new RangeError('too far') }")
    assert (error["name"], error["message"]) == ("RangeError", "too far")


def test_a_thrown_object_arrives_as_an_error():
    assert error_of("module.exports = () => { throw {a: 1} }")["name"] == "Error"


def test_the_log_has_what_was_printed_and_where_it_failed():
    found = ran("module.exports = () => {\n  console.log('a', 1);\n  throw new Error('b');\n}")
    assert found.steps["x"][0].logs == ("a 1", "Error: b (line 3)")


def test_tags_in_the_code_are_left_alone_where_the_flow_does_not_ask():
    assert result_of("module.exports = () => '{{ $trigger.n }}'", trigger={"n": 1}) == "{{ $trigger.n }}"


def test_a_site_without_javascript_says_so(monkeypatch):
    others = {name: runner for name, runner in test_sandbox.runners().items() if name not in LANGUAGES}
    monkeypatch.setattr("openflow_django.testing.flows.runners", lambda: others)
    error = error_of("module.exports = () => 1")
    assert error["code"] == "language_off"
    assert "SCRIPT_LANGUAGES" in error["message"]


def test_an_operation_by_itself_runs_no_script(step):
    assert step.fail("exec", code="module.exports = () => 1").code == "script_impossible"
