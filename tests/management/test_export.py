"""``openflow export``, and what comes back from it."""

import json

import pytest

from openflow_django.interop.yaml import loads
from openflow_django.models import Flow
from openflow_django.services import flows, triggers
from openflow_django.testing import run_flow
from tests.management.conftest import MANUAL, content, greeting, transform
from tests.spec.documents import corpus, flow, step

pytestmark = pytest.mark.django_db

CODE = "export function main() {\n  return 1;\n}\n"


@pytest.fixture
def scripted(stored):
    """A second flow, with a script and a trigger."""
    value = {"type": "rawscript", "language": "bun", "content": CODE, "input_transforms": {}}
    made = flows.create_flow(path="sums", name="Sums", document=flow(step(value)), icon="bolt", user=None)
    triggers.create_trigger(made, user=None, **MANUAL)
    return made


def test_one_flow_on_standard_output(openflow, stored):
    said = openflow("export", "greet/person")
    assert (said.code, said.err) == (0, "")
    assert said.json == content()
    assert loads(openflow("export", "greet/person", "--format", "yaml").out) == content()


def test_several_flows_on_standard_output_come_back(openflow, scripted):
    said = openflow("export", "--all")
    assert [each["path"] for each in said.json] == ["greet/person", "sums"]
    before = {each.path: (each.draft, each.icon, each.name) for each in Flow.objects.all()}
    Flow.objects.all().delete()
    assert openflow("import", "-", stdin=said.out.encode()).code == 0
    assert {each.path: (each.draft, each.icon, each.name) for each in Flow.objects.all()} == before
    assert openflow("export", "--all").out == said.out


@pytest.mark.parametrize("form", ["json", "yaml", "folder"])
def test_files_come_back(openflow, scripted, tmp_path, form):
    said = openflow("export", "--all", "--format", form, "-o", tmp_path)
    assert said.code == 0
    count = 3 if form == "folder" else 2
    assert said.out.endswith(f"{count} of {count} files written.\n")
    assert openflow("import", tmp_path).out.endswith("2 unchanged\n")
    whole = openflow("export", "--all").out
    Flow.objects.all().delete()
    assert openflow("import", tmp_path).out.endswith("2 created\n")
    assert openflow("export", "--all").out == whole
    assert (
        openflow("export", "--all", "--format", form, "-o", tmp_path).out == f"0 of {count} files written.\n"
    )


def test_a_folder_holds_the_scripts(openflow, scripted, tmp_path):
    openflow("export", "sums", "--format", "folder", "-o", tmp_path)
    assert (tmp_path / "sums__flow" / "a.ts").read_text() == CODE
    assert "content: '!inline a.ts'" in (tmp_path / "sums__flow" / "flow.yaml").read_text()


@pytest.mark.parametrize("name", ["out.json", "out.yaml", "deep/er/out.yml"])
def test_one_flow_into_one_file(openflow, scripted, tmp_path, name):
    assert openflow("export", "sums", "-o", tmp_path / name).code == 0
    assert loads((tmp_path / name).read_text())["path"] == "sums"
    assert openflow("import", tmp_path / name).out.endswith("1 unchanged\n")
    assert openflow("export", "--all", "-o", tmp_path / name).code == 2
    assert openflow("export", "sums", "--format", "folder", "-o", tmp_path / name).code == 2


def test_what_is_live(openflow, live):
    flows.save_draft(live, document=greeting("Bye"), revision=live.draft_revision, user=None)
    assert openflow("export", "greet/person").json["document"] == greeting("Bye")
    assert openflow("export", "greet/person", "--published").json["document"] == greeting()
    flows.create_flow(path="new", name="New", user=None)
    assert openflow("export", "--all", "--published").json["path"] == "greet/person"
    said = openflow("export", "new", "--published")
    assert (said.code, "no published version" in said.err) == (2, True)


def test_a_portable_flow_runs_without_us(openflow, stored):
    triggers.create_trigger(stored, user=None, **MANUAL)
    code = "export function main(x) { return x }"
    inputs = {"x": {"type": "template", "value": "Hi {{ $trigger.name }}"}}
    value = {"type": "rawscript", "language": "bun", "content": code, "input_transforms": inputs}
    document = flow(step(value, error_branch={"modules": [step({"type": "identity"}, "b")]}))
    flows.save_draft(stored, document=document, revision=1, user=None)
    said = openflow("export", "greet/person", "--portable")
    assert "its triggers stay here" in said.err
    assert "template" not in said.out
    assert "error_branch" not in said.out
    assert set(said.json) == {"path", "summary", "description", "value", "schema"}
    assert (
        run_flow(said.json, {"name": "Ann"}).result == run_flow(document, {"name": "Ann"}).result == "Hi Ann"
    )


def test_what_is_lost_on_the_way_is_told(openflow, stored):
    said = openflow("export", "greet/person", "--portable")
    assert "greet/person /value/modules/0: " in said.err
    assert "op/transform" in said.err


@pytest.mark.parametrize("form", ["json", "yaml", "folder"])
def test_portable_files_are_those_of_windmill(openflow, scripted, tmp_path, form):
    assert openflow("export", "--all", "--portable", "--format", form, "-o", tmp_path).code == 0
    end = {"json": "sums.flow.json", "yaml": "sums.flow.yaml", "folder": "sums__flow/flow.yaml"}[form]
    assert set(loads((tmp_path / end).read_text())) - {"path"} == {
        "summary",
        "description",
        "value",
        "schema",
    }
    Flow.objects.all().delete()
    assert openflow("import", tmp_path).out.endswith("2 created\n")
    assert sorted(Flow.objects.values_list("path", flat=True)) == ["greet/person", "sums"]


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_real_documents_are_equal_after_export_and_import(openflow, tmp_path, path):
    openflow("import", path)
    before = json.dumps(Flow.objects.get().draft)
    for form in ("json", "yaml", "folder"):
        openflow("export", "--all", "--format", form, "-o", tmp_path / form)
        Flow.objects.all().delete()
        openflow("import", tmp_path / form)
        assert json.dumps(Flow.objects.get().draft) == before


def test_only_what_the_user_may_see(openflow, scripted, user):
    assert openflow("export", "--all", "--user", user("view_flow")).code == 0
    said = openflow("export", "sums", "--user", user())
    assert (said.code, said.err) == (2, "You may not see the flow sums.")
    assert openflow("export", "--all", "--user", user()).out == "[]\n"


def test_wrong_arguments(openflow, stored, tmp_path):
    assert openflow("export").code == 2
    assert openflow("export", "greet/person", "--all").code == 2
    assert openflow("export", "greet/person", "--format", "folder").code == 2
    said = openflow("export", "greet/persons")
    assert said.err == 'There is no flow greet/persons. Did you mean "greet/person"?'
    flows.create_flow(path="GREET/person", name="x", document=flow(transform("x")), user=None)
    said = openflow("export", "--all", "-o", tmp_path)
    assert (said.code, "Two flows" in said.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_through_a_link(openflow, stored, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "greet").symlink_to(tmp_path / "outside")
    said = openflow("export", "--all", "-o", tmp_path / "out")
    assert said.code == 2
    assert list((tmp_path / "outside").iterdir()) == []
