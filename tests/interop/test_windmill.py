"""Flows of Windmill in every form they are handed around in."""

import json
from pathlib import Path
from typing import Any

import pytest

from openflow_django.interop.texts import read_text
from openflow_django.interop.windmill import NotAFlow, load
from openflow_django.spec.issues import errors
from openflow_django.spec.json import JsonInvalid
from openflow_django.spec.parse import dump, parse
from openflow_django.spec.upgrade import upgrade
from openflow_django.spec.validate import validate
from tests.spec.documents import corpus, flow, script

PLAIN = {**flow(script()), "description": "", "schema": {"type": "object"}}


def only(data: Any, **options: Any) -> Any:
    [found] = load(data, **options)
    return found


def test_a_plain_document() -> None:
    found = only({**PLAIN, "summary": "Greets", "description": "Everybody"}, path="f/greet")
    assert (found.path, found.summary, found.description) == ("f/greet", "Greets", "Everybody")
    assert found.document["value"] == PLAIN["value"]
    assert found.warnings == ()
    assert found.triggers == ()


def test_an_export_with_its_wrapper() -> None:
    wrapper = {
        "workspace_id": "w",
        "path": "u/ann/greet",
        "edited_by": "ann",
        "edited_at": "2024-01-01T00:00:00Z",
        "archived": False,
        "extra_perms": {},
        "tag": None,
        **PLAIN,
    }
    found = only(wrapper, path="ignored")
    assert found.path == "u/ann/greet"
    assert set(found.document) == {"summary", "description", "value", "schema"}


def test_settings_of_the_server_are_told() -> None:
    found = only({**PLAIN, "path": "f/x", "dedicated_worker": True})
    assert [issue.code for issue in found.warnings] == ["server_setting"]


@pytest.mark.parametrize(
    "bundle",
    [
        [{**PLAIN, "path": "f/a"}, {**PLAIN, "path": "f/b"}],
        {"flows": [{**PLAIN, "path": "f/a"}, {**PLAIN, "path": "f/b"}]},
        {"workspace": {"flows": [{**PLAIN, "path": "f/a"}, {**PLAIN, "path": "f/b"}]}},
        {"workspace": {"flows": {"f/a": PLAIN, "f/b": PLAIN}, "scripts": []}},
        [{"flow": {**PLAIN, "path": "f/a"}}, [{**PLAIN, "path": "f/b"}]],
    ],
)
def test_bundles_of_several(bundle: Any) -> None:
    assert [found.path for found in load(bundle, path="f/other")] == ["f/a", "f/b"]


def test_a_flow_of_the_hub_and_a_bare_value() -> None:
    assert only({"flow": PLAIN}, path="f/x").document["value"] == PLAIN["value"]
    assert only(PLAIN["value"], path="f/x").document["value"] == PLAIN["value"]


def test_text_of_both_kinds() -> None:
    assert only(json.dumps(PLAIN)).document == only(PLAIN).document
    assert only(b"summary: x\nvalue: {modules: []}\n").document["summary"] == "x"
    assert only("value:\n  modules: []").path == ""


@pytest.mark.parametrize(
    "data",
    [
        *({}, [], None, 3, {"a": 1}, {"value": 3}, {"value": {"type": "script"}}, "just text", {"flows": []}),
        *([{"summary": "x"}], [PLAIN, {"value": {}}], {"workspace": {"flows": [1]}}),
    ],
)
def test_what_is_no_flow_is_refused(data: Any) -> None:
    with pytest.raises(NotAFlow):
        load(data)


def test_broken_json_is_told_as_json() -> None:
    with pytest.raises(JsonInvalid, match="line 1"):
        load('{"value": }')


def test_bundles_within_bundles_end() -> None:
    nested: Any = PLAIN
    for _ in range(1000):
        nested = [nested]
    with pytest.raises(NotAFlow):
        load(nested)


def test_a_path_that_is_none_here_is_changed_and_told() -> None:
    found = only({**PLAIN, "path": "f/ä ö/x.y"})
    assert found.path == "f/a_o/x_y"
    assert [issue.code for issue in found.warnings] == ["path_changed"]
    assert not found.errors


def test_references_to_files_that_did_not_come_are_errors() -> None:
    code = {"type": "rawscript", "language": "bun", "content": "!inline a.ts", "lock": "!inline a.lock"}
    found = only(flow({"id": "a", "value": code}))
    assert [(issue.path, issue.severity) for issue in found.warnings] == [
        ("/value/modules/0/value/content", "error"),
        ("/value/modules/0/value/lock", "warning"),
    ]
    assert [issue.step_id for issue in found.errors] == ["a"]


def test_old_spellings_come_in_the_new_one() -> None:
    old = flow(
        {
            "value": {
                "type": "forloopflow",
                "iterator": {"type": "javascript", "expr": "result.res1"},
                "value": {
                    "modules": [
                        {
                            "value": {"type": "script", "path": "u/a/b"},
                            "input_transform": {"x": {"type": "javascript", "expr": "flow_input._value"}},
                            "stop_after_if_expr": "result > 1",
                        }
                    ],
                    "failure_module": {"value": {"type": "script", "path": "u/a/c"}},
                },
            }
        }
    )
    found = only(old)
    loop = found.document["value"]["modules"][0]
    assert loop["id"] == "a"
    body = loop["value"]["modules"][0]
    assert body["value"]["input_transforms"]["x"]["expr"] == "flow_input.iter.value"
    assert body["stop_after_if"] == {"expr": "result > 1", "skip_if_stopped": False}
    assert "loop_settings" in {issue.code for issue in found.warnings}


def complete(path: Path) -> bool:
    return "skeleton" not in path.name


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_real_documents_lose_nothing(path: Path) -> None:
    for found in load(path.read_text(), path="f/real"):
        issues = validate(found.document)
        if not complete(path):
            assert errors(issues)
            continue
        assert not [issue for issue in errors(issues) if not issue.code.startswith("hub_")], issues
        assert dump(parse(found.document)) == found.document
        assert upgrade(found.document).document == found.document


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_real_documents_keep_all_values(path: Path) -> None:
    """Whatever leaf stood in the source stands in the document, but for what only the server had to say."""
    dropped = {"workspace_id", "edited_by", "edited_at", "archived", "extra_perms", "path"}

    def leaves(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [leaf for key, item in value.items() for leaf in leaves(item)]
        if isinstance(value, list):
            return [leaf for item in value for leaf in leaves(item)]
        return [repr(value)]

    for found, source in zip(load(path.read_text()), sources(path), strict=True):
        here = leaves(found.document)
        told = {key: item for key, item in source.items() if key not in dropped}
        missing = [leaf for leaf in leaves(told) if leaf not in here and leaf != "None"]
        assert not missing


def sources(path: Path) -> list[Any]:
    data: Any = read_text(path.read_text(), name=path.name)
    return data["workspace"]["flows"] if "workspace" in data else [data]
