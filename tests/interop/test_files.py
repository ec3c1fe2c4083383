"""Flows as files: nothing is lost, and the same flow always gives the same text."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openflow_django.interop.files import (
    FORMATS,
    FileFormat,
    FlowFile,
    FlowFileInvalid,
    content_of,
    parse_flow_file,
    texts_of,
    windmill_content,
)
from openflow_django.interop.imported import FlowTrigger
from openflow_django.interop.sources import read_path
from openflow_django.interop.windmill import load
from openflow_django.interop.writing import WriteRefused, write_files
from tests.spec.documents import corpus, flow, json_values, step, texts, valid_documents

CODE = "export function main() {\r\n\treturn 1 \n}\n"
DEMO = Path(__file__).parents[2] / "demo_project" / "flows"


def raw(step_id: str, content: str = CODE, language: str = "bun", **keys: Any) -> Any:
    return step({"type": "rawscript", "language": language, "content": content, **keys}, step_id)


def flow_file(document: Any = None, **fields: Any) -> FlowFile:
    return FlowFile(**{"path": "orders/paid", "name": "Order paid", "document": document or flow(), **fields})


FULL = flow_file(
    flow(raw("a", lock="l\n"), raw("b", "")),
    description="Two lines\nof text",
    icon="bolt",
    color="#aabbcc",
    triggers=(
        FlowTrigger(type="manual", name="By hand", options={"fields": {"type": "object"}}),
        FlowTrigger(type="model_event", enabled=False, options={"model": "shop.order"}),
    ),
)


def written(file: FlowFile, folder: Path, form: FileFormat) -> list[str]:
    return write_files(folder, texts_of(content_of(file), path=file.path, form=form))


def read_back(folder: Path) -> FlowFile:
    found = read_path(folder)
    assert not [each for each in found.skipped if each.is_error], found.skipped
    [one] = found.flows
    assert not one.warnings, one.warnings
    return FlowFile(
        path=one.path,
        name=one.summary,
        description=one.description,
        icon=one.icon,
        color=one.color,
        triggers=tuple(one.triggers),
        document=one.document,
    )


def test_the_content_is_what_the_demo_has() -> None:
    for path in sorted(DEMO.glob("*.json")):
        text = path.read_text(encoding="utf-8")
        file = parse_flow_file(json.loads(text))
        assert json.loads(text) == content_of(file)
        [text_again] = texts_of(content_of(file), path=file.path, form="json").values()
        assert text_again == text


@pytest.mark.parametrize("form", FORMATS)
def test_everything_a_flow_has_comes_back(tmp_path: Path, form: FileFormat) -> None:
    assert written(FULL, tmp_path, form)
    assert read_back(tmp_path) == FULL
    assert written(FULL, tmp_path, form) == []


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_real_documents_come_back(tmp_path: Path, path: Path, form: FileFormat) -> None:
    for number, found in enumerate(load(path.read_text())):
        file = flow_file(found.document, path=f"f/real{number}")
        written(file, tmp_path / str(number), form)
        assert json.dumps(read_back(tmp_path / str(number)).document) == json.dumps(found.document)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_real_documents_come_back_as_windmill_has_them(tmp_path: Path, path: Path, form: FileFormat) -> None:
    for found in load(path.read_text()):
        file = flow_file(found.document, path="f/real")
        write_files(tmp_path, texts_of(windmill_content(file, found.document), path=file.path, form=form))
        [again] = read_path(tmp_path).flows
        assert (again.path, again.document) == ("f/real", found.document)


triggers = st.builds(
    FlowTrigger,
    type=texts.filter(bool),
    name=texts,
    options=st.dictionaries(texts, json_values, max_size=2),
    enabled=st.booleans(),
)
files = st.builds(
    flow_file,
    valid_documents,
    name=texts,
    description=texts,
    icon=texts,
    triggers=st.lists(triggers, max_size=2).map(tuple),
)


@given(files)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_random_flows_come_back(tmp_path: Path, file: FlowFile) -> None:
    assert parse_flow_file(json.loads(json.dumps(content_of(file)))) == file
    for form in FORMATS:
        folder = tmp_path / f"{form}{len(list(tmp_path.iterdir()))}"
        written(file, folder, form)
        again = read_back(folder)
        assert json.dumps(again.document) == json.dumps(file.document)
        assert again == file


def test_scripts_lie_beside_the_flow(tmp_path: Path) -> None:
    document = flow(
        raw("a", lock="l"),
        raw("A"),
        raw("send mail!", language="python3"),
        raw("con"),
        raw("flow", language="ansible"),
        raw("x", language="cobol"),
        step(
            {
                "type": "forloopflow",
                "iterator": {"type": "static", "value": []},
                "modules": [raw("in", language="deno")],
            }
        ),
    )
    names = written(flow_file(document), tmp_path, "folder")
    assert sorted(name.removeprefix("orders/paid__flow/") for name in names) == [
        "A_2.ts",
        "a.lock",
        "a.ts",
        "con_.ts",
        "flow.playbook.yml",
        "flow.yaml",
        "in.deno.ts",
        "send_mail.py",
        "x.txt",
    ]
    assert (tmp_path / "orders/paid__flow/a.ts").read_bytes() == CODE.encode()
    assert read_back(tmp_path).document == document


def test_scripts_that_are_gone_are_deleted_and_nothing_else(tmp_path: Path) -> None:
    written(flow_file(flow(raw("a"), raw("b"))), tmp_path, "folder")
    folder = tmp_path / "orders" / "paid__flow"
    (folder / "notes.md").write_text("mine")
    assert written(flow_file(flow(raw("b"))), tmp_path, "folder") == ["orders/paid__flow/flow.yaml"]
    assert sorted(path.name for path in folder.iterdir()) == ["b.ts", "flow.yaml", "notes.md"]


def test_what_an_old_flow_claims_is_not_deleted_outside(tmp_path: Path) -> None:
    folder = tmp_path / "orders" / "paid__flow"
    folder.mkdir(parents=True)
    (tmp_path / "precious").write_text("x")
    (folder / "sub").symlink_to(tmp_path)
    evil = [
        raw(str(number), f"!inline {name}") for number, name in enumerate(["../../precious", "sub/precious"])
    ]
    (folder / "flow.yaml").write_text(json.dumps(flow(*evil)))
    written(flow_file(flow(raw("b"))), tmp_path, "folder")
    assert (tmp_path / "precious").exists()


@pytest.mark.parametrize("link", ["orders", "orders/paid.json"])
def test_nothing_is_written_through_a_link(tmp_path: Path, link: str) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    (outside / "paid.json").write_text("kept")
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(outside if link == "orders" else outside / "paid.json")
    with pytest.raises(WriteRefused, match="link"):
        written(FULL, root, "json")
    assert (outside / "paid.json").read_text() == "kept"
    assert len(list(outside.iterdir())) == 1


@pytest.mark.parametrize("path", ["../up.json", "/abs.json", "a/../../b.json", ""])
def test_nothing_is_written_outside(tmp_path: Path, path: str) -> None:
    with pytest.raises(Exception, match="refused"):
        write_files(tmp_path / "root", {"fine.json": "{}", path: "{}"})
    assert not (tmp_path / "root").exists()


def test_a_folder_where_a_file_should_be(tmp_path: Path) -> None:
    (tmp_path / "orders" / "paid.json").mkdir(parents=True)
    with pytest.raises(WriteRefused, match="cannot be written"):
        written(FULL, tmp_path, "json")
    assert [path.name for path in (tmp_path / "orders").iterdir()] == ["paid.json"]


def test_a_written_file_has_the_rights_of_any_other(tmp_path: Path) -> None:
    written(FULL, tmp_path, "json")
    (tmp_path / "other").write_text("x")
    assert (tmp_path / "orders" / "paid.json").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"document": None}, "document"),
        ({"document": []}, "document"),
        ({"triggers": {}}, "list"),
        ({"triggers": [1]}, "trigger"),
        ({"triggers": [{"options": {}}]}, "type"),
        ({"triggers": [{"type": "manual", "options": []}]}, "options"),
        ({"triggers": [{"type": "manual", "enabled": 1}]}, "enabled"),
        ({"triggers": [{"type": "manual", "id": 1}]}, '"id"'),
        ({"name": 3}, "name"),
        ({"run_as": "user"}, "run_as"),
    ],
)
def test_content_that_means_something_else_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(FlowFileInvalid, match=message):
        parse_flow_file({**content_of(FULL), **change})


def test_an_old_document_in_a_flow_file_is_upgraded(tmp_path: Path) -> None:
    old = {"value": {"modules": [{"value": {"type": "script", "path": "f/x"}, "stop_after_if_expr": "true"}]}}
    (tmp_path / "x.json").write_text(json.dumps({"path": "x", "document": old}))
    [found] = read_path(tmp_path / "x.json").flows
    assert found.document["value"]["modules"][0]["stop_after_if"]["expr"] == "true"


def test_several_flows_in_one_file(tmp_path: Path) -> None:
    several = [content_of(flow_file(path=f"x/{number}")) for number in range(3)]
    (tmp_path / "all.json").write_text(json.dumps(several))
    assert [each.path for each in read_path(tmp_path / "all.json").flows] == ["x/0", "x/1", "x/2"]
