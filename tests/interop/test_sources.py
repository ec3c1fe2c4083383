"""Whatever people have: one file, a folder of Windmill's command line, a workspace, an archive."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from openflow_django.exceptions import OpenFlowError
from openflow_django.interop.sources import read_data, read_path, read_tree
from openflow_django.interop.trees import DiskTree
from tests.spec.documents import flow, script

FLOW_YAML = """summary: Sums
value:
  modules:
    - id: a
      value:
        type: rawscript
        language: bun
        content: '!inline a.inline_script.ts'
        lock: '!inline a.inline_script.lock'
        input_transforms: {}
    - id: loop
      value:
        type: forloopflow
        iterator: {type: static, value: [1]}
        modules:
          - id: b
            value:
              type: rawscript
              language: python3
              content: !inline b.py
"""
CODE = "export function main() {\r\n  return 1\n}"


def fill(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def scripts_of(document: Any) -> list[str]:
    modules = document["value"]["modules"]
    return [modules[0]["value"]["content"], modules[1]["value"]["modules"][0]["value"]["content"]]


@pytest.mark.parametrize("name", ["f/sums.flow", "f/sums__flow"])
def test_a_folder_of_the_command_line(tmp_path: Path, name: str) -> None:
    files = {
        "flow.yaml": FLOW_YAML,
        "a.inline_script.ts": CODE,
        "a.inline_script.lock": "l",
        "b.py": "def main(): ...",
    }
    fill(tmp_path / name, files)
    for place in (tmp_path, tmp_path / "f"):
        [found] = read_path(place).flows
        assert found.path == ("f/sums" if place == tmp_path else "sums")
        assert scripts_of(found.document) == [CODE, "def main(): ..."]
        assert found.document["value"]["modules"][0]["value"]["lock"] == "l"
        assert found.warnings == ()
    for place in (tmp_path / name, tmp_path / name / "flow.yaml"):
        [found] = read_path(place).flows
        assert (found.path, scripts_of(found.document)) == ("sums", [CODE, "def main(): ..."])


@pytest.mark.parametrize(
    "reference",
    [
        *(
            "../secret.ts",
            "/etc/passwd",
            "sub/../../secret.ts",
            "..\\secret.ts",
            "link.ts",
            "linked/secret.ts",
        ),
        *("none.ts", "~/secret.ts", "C:/secret.ts", ""),
    ],
)
def test_code_comes_from_the_folder_alone(tmp_path: Path, reference: str) -> None:
    fill(tmp_path, {"secret.ts": "SECRET", "out/secret.ts": "SECRET"})
    folder = tmp_path / "f" / "x__flow"
    text = FLOW_YAML.replace("a.inline_script.ts", reference)
    fill(folder, {"flow.yaml": text, "b.py": "x", "a.inline_script.lock": "l"})
    (folder / "link.ts").symlink_to(tmp_path / "secret.ts")
    (folder / "linked").symlink_to(tmp_path / "out")
    [found] = read_path(tmp_path / "f").flows
    assert "SECRET" not in json.dumps(found.document)
    assert [(issue.code, issue.step_id) for issue in found.errors] == [("inline_missing", "a")]


def test_a_lock_that_is_missing_is_dropped(tmp_path: Path) -> None:
    fill(tmp_path / "x.flow", {"flow.yaml": FLOW_YAML, "a.inline_script.ts": CODE, "b.py": "x"})
    [found] = read_path(tmp_path).flows
    assert "lock" not in found.document["value"]["modules"][0]["value"]
    assert [issue.severity for issue in found.warnings] == ["warning"]
    assert not found.errors


def test_code_that_is_no_text_is_missing(tmp_path: Path) -> None:
    folder = fill(tmp_path / "x.flow", {"flow.yaml": FLOW_YAML, "b.py": "x"})
    (folder / "a.inline_script.ts").write_bytes(b"\xff\xfe\x00")
    [found] = read_path(tmp_path).flows
    assert [issue.step_id for issue in found.errors] == ["a"]


def test_code_that_looks_like_a_reference_is_code(tmp_path: Path) -> None:
    fill(tmp_path / "x.flow", {"flow.yaml": FLOW_YAML, "a.inline_script.ts": "!inline b.py", "b.py": "x"})
    [found] = read_path(tmp_path).flows
    assert scripts_of(found.document) == ["!inline b.py", "x"]
    assert not found.errors


WORKSPACE = {
    "wmill.yaml": "defaultTs: bun\n",
    "f/ops/folder.meta.yaml": "summary: ''\n",
    "f/ops/sums__flow/flow.yaml": FLOW_YAML,
    "f/ops/sums__flow/a.inline_script.ts": CODE,
    "f/ops/sums__flow/a.inline_script.lock": "",
    "f/ops/sums__flow/b.py": "x",
    "f/ops/sums__flow/deploy.playbook.yml": "- hosts: all\n",
    "f/ops/single.flow.json": json.dumps(flow(script(), summary="Single")),
    "f/ops/greet.script.yaml": "summary: Greet\nlock: !inline f/x.lock\nschema: {type: object}\n",
    "f/ops/greet.ts": "export function main() {}",
    "f/ops/greet.script.lock": "",
    "f/ops/count.script.json": json.dumps({"summary": "", "language": "python3", "content": "def main(): 1"}),
    "f/ops/lost.script.yaml": "summary: no code\n",
    "f/ops/twice.script.yaml": "summary: two codes\n",
    "f/ops/twice.ts": "",
    "f/ops/twice.py": "",
    "f/ops/db.resource.yaml": "value: {}\n",
    "f/ops/token.variable.yaml": "value: x\n",
    "f/ops/nightly.schedule.yaml": "schedule: '0 0 * * *'\n",
    "f/ops/board.app/app.yaml": "value: {}\n",
    "f/ops/notes.yaml": "some: notes\n",
    "f/ops/broken.yaml": "a: [\n",
    "README.md": "hello",
}


def check_workspace(found: Any) -> None:
    assert [each.path for each in found.flows] == ["f/ops/single", "f/ops/sums"]
    assert [each.source for each in found.flows] == ["f/ops/single.flow.json", "f/ops/sums__flow/flow.yaml"]
    assert [(each.path, each.language, each.content) for each in found.scripts] == [
        ("f/ops/count", "python3", "def main(): 1"),
        ("f/ops/greet", "bun", "export function main() {}"),
    ]
    assert found.scripts[1].schema == {"type": "object"}
    skipped = {each.source: each for each in found.skipped}
    assert sorted(skipped) == [
        "f/ops/broken.yaml",
        "f/ops/db.resource.yaml",
        "f/ops/lost.script.yaml",
        "f/ops/nightly.schedule.yaml",
        "f/ops/notes.yaml",
        "f/ops/token.variable.yaml",
        "f/ops/twice.script.yaml",
    ]
    assert [source for source, each in skipped.items() if each.is_error] == ["f/ops/broken.yaml"]
    assert "resource" in skipped["f/ops/db.resource.yaml"].reason


def test_a_whole_workspace(tmp_path: Path) -> None:
    check_workspace(read_path(fill(tmp_path, WORKSPACE)))


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_the_archive_of_a_workspace(tmp_path: Path, mode: str) -> None:
    fill(tmp_path / "root", WORKSPACE)
    with tarfile.open(tmp_path / "workspace.tar", mode) as archive:
        archive.add(tmp_path / "root", arcname=".")
    check_workspace(read_path(tmp_path / "workspace.tar"))


def test_an_archive_with_evil_members_gives_the_good_ones(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "w.tar", "w") as archive:
        for name in ("../evil.flow.json", "good.flow.json"):
            data = json.dumps(flow(script())).encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    found = read_path(tmp_path / "w.tar")
    assert [each.path for each in found.flows] == ["good"]
    assert [each.source for each in found.skipped] == ["../evil.flow.json"]


def test_scripts_of_a_bundle() -> None:
    one = {"path": "f/s.x", "language": "bun", "content": "c", "lock": ""}
    found = read_data(
        {"workspace": {"flows": [{**flow(script()), "path": "f/a"}], "scripts": [one, {"path": 3}]}}
    )
    assert [each.path for each in found.flows] == ["f/a"]
    assert [(each.path, each.content, each.lock) for each in found.scripts] == [("f/s_x", "c", None)]
    assert len(read_data({"workspace": {"scripts": [one]}}).scripts) == 1


def test_a_single_file_is_named_after_itself(tmp_path: Path) -> None:
    fill(tmp_path, {"my flow.yaml": "value: {modules: []}\n", "x.flow.json": '{"value": {"modules": []}}'})
    assert read_path(tmp_path / "my flow.yaml").flows[0].path == "my_flow"
    assert read_path(tmp_path / "x.flow.json").flows[0].path == "x"


def test_a_file_outside_of_a_folder_keeps_its_references_unread(tmp_path: Path) -> None:
    fill(tmp_path, {"x.yaml": FLOW_YAML, "a.inline_script.ts": "SECRET"})
    [found] = read_path(tmp_path / "x.yaml").flows
    assert "SECRET" not in json.dumps(found.document)
    assert found.errors


@pytest.mark.parametrize("name", ["missing.json", "empty.yaml", "text.json", "list.json"])
def test_a_file_that_holds_no_flow_is_an_error(tmp_path: Path, name: str) -> None:
    fill(tmp_path, {"empty.yaml": "", "text.json": "hello", "list.json": "[1]"})
    with pytest.raises(OpenFlowError):
        read_path(tmp_path / name)


def test_flows_whose_names_look_like_something_else_are_flows(tmp_path: Path) -> None:
    paths = ["settings", "wmill", "my__app/x", "a__flow/b", "a__flow/flow", "encryption_key"]
    for path in paths:
        content = {"path": path, "name": "", "document": flow(script())}
        fill(tmp_path, {f"{path}.json": json.dumps(content)})
    found = read_path(tmp_path)
    assert sorted(each.path for each in found.flows) == sorted(paths)
    assert found.skipped == []


def test_many_files_are_told_apart_quickly(tmp_path: Path) -> None:
    for number in range(300):
        fill(tmp_path / f"f{number}__flow", {"flow.yaml": "value: {modules: []}\n", "x.yaml": "a: 1\n"})
    assert len(read_tree(DiskTree(tmp_path)).flows) == 300


def test_flows_of_directus(tmp_path: Path) -> None:
    """An export among other files; one of a version that is not read is an error."""
    operation = {"id": "1", "key": "a", "type": "log", "options": {"message": "m"}}
    data = {"version": 1, "flow": {"id": "f", "name": "Says m", "operation": "1"}, "operations": [operation]}
    (tmp_path / "export.json").write_text(json.dumps(data))
    (tmp_path / "later.json").write_text(json.dumps({**data, "version": 2}))
    found = read_path(tmp_path)
    [flow] = found.flows
    assert (flow.path, flow.source) == ("says_m", "export.json")
    [skipped] = found.skipped
    assert (skipped.source, skipped.is_error) == ("later.json", True)
    assert [flow.path for flow in read_path(tmp_path / "export.json").flows] == ["says_m"]
