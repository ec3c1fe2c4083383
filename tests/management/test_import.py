"""``openflow import``."""

import json
import os
import tarfile
from pathlib import Path

import pytest

from openflow_django.models import Flow, FlowStatus, Script, Trigger
from openflow_django.services import flows, triggers
from tests.management.conftest import MANUAL, content, greeting, transform
from tests.spec.documents import CORPUS, corpus, flow, step

pytestmark = pytest.mark.django_db


def test_a_file_becomes_the_draft_of_an_inactive_flow(openflow, file, user):
    name = user("add_flow", "change_flow")
    said = openflow("import", file("x.json", content(icon="bolt", triggers=[MANUAL])), "--user", name)
    assert said.code == 0
    assert said.out == "greet/person: created\n1 created\n"
    stored = Flow.objects.get()
    assert (stored.name, stored.icon, stored.draft) == ("Greet", "bolt", greeting())
    assert (stored.status, stored.published_version, stored.created_by.username) == ("inactive", None, name)
    assert [(row.type, row.name) for row in stored.triggers.all()] == [("manual", "By hand")]


def test_the_demo_comes_in_as_it_is(openflow):
    folder = Path(__file__).parents[2] / "demo_project" / "flows"
    said = openflow("import", folder)
    assert said.code == 0, said.out
    files = sorted(folder.glob("*.json"))
    assert said.out.endswith(f"{len(files)} created\n")
    for path in files:
        told = json.loads(path.read_text())
        assert Flow.objects.get(path=told["path"]).draft == told["document"]
    assert openflow("import", folder).out.endswith(f"{len(files)} unchanged\n")


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_real_documents_come_in_and_tell_what_is_wrong(openflow, path):
    said = openflow("import", path)
    assert said.code == 0, said.err
    assert Flow.objects.count() == 1
    told = "error" in said.out
    assert told or "warning" in said.out or "unknown" not in said.out
    assert ("skeleton" not in path.name) or told


@pytest.mark.skipif(not CORPUS.exists(), reason="the real documents are not beside this checkout")
def test_a_key_that_means_nothing_is_a_warning(openflow):
    said = openflow("import", CORPUS / "benchmark-resilient_pipeline.yaml")
    assert 'warning /error_handler: "error_handler" means nothing' in said.out


def test_standard_input_takes_a_path(openflow):
    said = openflow("import", "-", "--path", "f/new one", stdin=b"value:\n  modules: []\n")
    assert (said.code, said.out) == (0, "f/new_one: created\n1 created\n")
    assert Flow.objects.get().name == "new_one"


def test_a_flow_without_a_path_is_refused(openflow):
    said = openflow("import", "-", stdin=b"value:\n  modules: []\n")
    assert said.code == 1
    assert "--path" in said.out
    assert not Flow.objects.exists()


def test_path_is_for_one_flow(openflow, file):
    said = openflow("import", file("x.json", [content(), content(path="b")]), "--path", "c")
    assert (said.code, said.err) == (2, "--path is for one flow; 2 were found.")


def test_a_path_that_is_none(openflow, file):
    assert openflow("import", file("x.json", content()), "--path", "../..").code == 2


def test_nothing_is_replaced_unless_asked(openflow, file, stored):
    path = file("x.json", content(document=greeting("Bye"), name="Farewell"))
    said = openflow("import", path)
    assert (said.code, said.err) == (1, "1 refused")
    assert "--update" in said.out
    stored.refresh_from_db()
    assert stored.draft == greeting()
    said = openflow("import", path, "--update")
    assert said.code == 0
    assert "~ a value.input_transforms.json.value.text: Hello {{ $trigger.name }} -> Bye" in said.out
    stored.refresh_from_db()
    assert (stored.draft, stored.name, stored.draft_revision) == (greeting("Bye"), "Farewell", 2)


def test_what_is_the_same_is_left_alone(openflow, file, stored):
    said = openflow("import", file("x.json", content()))
    assert (said.code, said.out) == (0, "greet/person: is the same already\n1 unchanged\n")
    stored.refresh_from_db()
    assert stored.draft_revision == 1


def test_a_dry_run_changes_nothing(openflow, file, stored):
    folder = file("d/x.json", content(document=greeting("Bye"))).parent
    file("d/y.json", content(path="new"))
    file("d/s.script.json", {"language": "bun", "content": "export function main() {}"})
    said = openflow("import", folder, "--update", "--dry-run")
    assert said.code == 0
    assert "greet/person: would be updated\n  ~ a value" in said.out
    assert "new: would be created" in said.out
    assert said.out.endswith("2 to create, 1 to update\n")
    stored.refresh_from_db()
    assert stored.draft == greeting()
    assert (Flow.objects.count(), Script.objects.count()) == (1, 0)


def test_publishing_takes_a_person_with_the_right(openflow, file, user):
    path = file("x.json", content(triggers=[MANUAL]))
    said = openflow("import", path, "--publish")
    assert (said.code, "--user" in said.err) == (2, True)
    said = openflow("import", path, "--publish", "--user", user("add_flow", "change_flow"))
    assert said.code == 1
    assert "You may not publish this flow." in said.out
    assert Flow.objects.get().published_version is None
    publisher = user("change_flow", "publish_flow")
    said = openflow("import", path, "--publish", "--note", "from git", "--user", publisher)
    assert said.code == 0, said.out
    assert "greet/person: version 1 is published" in said.out
    stored = Flow.objects.get()
    assert (stored.published_version.note, stored.status) == ("from git", FlowStatus.INACTIVE)
    assert "version 1 is live" in openflow("import", path, "--activate", "--user", publisher).out
    assert Flow.objects.get().is_live


def test_a_draft_with_errors_is_stored_and_not_published(openflow, file, user):
    broken = flow(step({"type": "script", "path": "op/nothing"}))
    path = file("x.json", content(document=broken))
    said = openflow("import", path, "--publish", "--user", user("add_flow", "change_flow", "publish_flow"))
    assert said.code == 1
    assert "error /value/modules/0/value/path: " in said.out
    assert Flow.objects.get().draft == broken
    assert Flow.objects.get().published_version is None


def test_rights_count_for_whom_they_are_asked(openflow, file, user, stored):
    path = file("x.json", content(document=greeting("Bye")))
    assert (
        "You may not edit this flow." in openflow("import", path, "--update", "--user", user("add_flow")).out
    )
    new = file("y.json", content(path="new"))
    assert "You may not create flows." in openflow("import", new, "--user", user("change_flow")).out
    assert Flow.objects.count() == 1
    assert openflow("import", new, "--user", "nobody").err == "There is no user nobody."
    assert "not active" in openflow("import", new, "--user", user("add_flow", is_active=False)).err


def test_triggers_follow_the_file(openflow, file, stored):
    first = triggers.create_trigger(stored, type="manual", name="By hand", options={}, user=None)
    triggers.create_trigger(stored, type="manual", name="Old", options={}, user=None)
    second = {"type": "manual", "name": "Second", "options": {}, "enabled": False}
    changed = {**MANUAL, "enabled": False}
    said = openflow("import", file("x.json", content(triggers=[changed, second])), "--update")
    assert said.code == 0, said.out
    rows = list(Trigger.objects.order_by("id"))
    assert [(row.name, row.enabled) for row in rows] == [("By hand", False), ("Second", False)]
    assert rows[0].pk == first.pk
    assert openflow("import", file("x.json", content(triggers=[changed, second]))).out.endswith(
        "1 unchanged\n"
    )


def test_a_document_without_triggers_leaves_them(openflow, file, stored):
    triggers.create_trigger(stored, type="manual", options={}, user=None)
    assert (
        openflow("import", file("x.json", {**greeting("Bye"), "path": "greet/person"}), "--update").code == 0
    )
    assert Trigger.objects.count() == 1


def test_triggers_of_a_live_flow_change_when_it_is_published(openflow, file, live, user):
    path = file("x.json", content(document=greeting("Bye"), triggers=[MANUAL]))
    said = openflow("import", path, "--update")
    assert "--publish" in said.out
    live.refresh_from_db()
    assert (live.triggers.count(), live.published_version.document) == (0, greeting())
    said = openflow("import", path, "--update", "--publish", "--user", user("change_flow", "publish_flow"))
    assert said.code == 0, said.out
    live.refresh_from_db()
    assert (live.triggers.count(), live.published_version.document) == (1, greeting("Bye"))


@pytest.mark.parametrize(
    "trigger",
    [{"type": "nonsense", "options": {}}, {"type": "model_event", "options": {"model": "no.model"}}],
)
def test_a_trigger_that_cannot_be_made_refuses_the_flow(openflow, file, trigger):
    said = openflow("import", file("x.json", content(triggers=[trigger])))
    assert said.code == 1
    assert "refused" in said.out
    assert not Flow.objects.exists()


def test_one_bad_file_does_not_keep_the_others_out(openflow, file):
    folder = file("d/good.json", content()).parent
    file("d/broken.json", "{")
    file("d/notes.yaml", "some: notes")
    (folder / "link.json").symlink_to("/etc/passwd")
    said = openflow("import", folder)
    assert (said.code, said.err) == (1, "1 created, 1 passed over, 2 refused")
    assert "broken.json: refused: Not JSON" in said.out
    assert "link.json: refused: It is a link" in said.out
    assert "notes.yaml: passed over" in said.out


def test_a_workspace_with_scripts(openflow, tmp_path, file):
    calls = flow(step({"type": "script", "path": "f/greet"}), step({"type": "flow", "path": "f/other"}, "b"))
    file("w/f/main.flow/flow.yaml", json.dumps(calls))
    file(
        "w/f/other__flow/flow.yaml",
        "value: {modules: [{id: a, value: {type: rawscript, language: bun, content: !inline a.ts}}]}",
    )
    file("w/f/other__flow/a.ts", "export function main() { return 1 }")
    file("w/f/greet.script.yaml", "summary: Greets")
    file("w/f/greet.ts", "export function main() {}")
    with tarfile.open(tmp_path / "w.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "w", arcname=".")
    said = openflow("import", tmp_path / "w.tar.gz")
    assert said.code == 0, said.out
    assert "unknown" not in said.out
    assert "There is no" not in said.out
    assert "script f/greet: created" in said.out
    assert Script.objects.get().versions.get().language == "bun"
    assert "return 1" in Flow.objects.get(path="f/other").draft["value"]["modules"][0]["value"]["content"]
    again = openflow("import", tmp_path / "w")
    assert again.out.endswith("3 unchanged\n")
    file("w/f/greet.ts", "export function main() { return 2 }")
    assert "--update" in openflow("import", tmp_path / "w").out
    assert openflow("import", tmp_path / "w", "--update").out.endswith("1 updated, 2 unchanged\n")
    assert Script.objects.get().versions.count() == 2


def test_code_that_is_missing_refuses_the_flow(openflow, file):
    value = {"type": "rawscript", "language": "bun", "content": "!inline ../../secret.ts"}
    path = file("x.flow/flow.yaml", json.dumps(flow(step(value))))
    said = openflow("import", path.parent)
    assert said.code == 1
    assert "secret.ts" in said.out
    assert not Flow.objects.exists()


def test_a_draft_that_somebody_saves_meanwhile_is_not_lost(openflow, file, stored, monkeypatch):
    from openflow_django.services import imports

    real = imports.flows.save_draft

    def late(flow, **arguments):
        monkeypatch.setattr(imports.flows, "save_draft", real)
        flows.save_draft(Flow.objects.get(pk=flow.pk), document=greeting("Mine"), revision=1, user=None)
        return real(flow, **arguments)

    monkeypatch.setattr(imports.flows, "save_draft", late)
    said = openflow("import", file("x.json", content(document=greeting("Bye"))), "--update")
    assert said.code == 1
    assert "changed by someone else" in said.out


def test_what_cannot_be_read(openflow, tmp_path):
    said = openflow("import", tmp_path / "missing.json")
    assert said.code == 2
    assert "cannot be read" in said.err
    os.mkfifo(tmp_path / "pipe")
    assert openflow("import", tmp_path / "pipe").code == 2
    (tmp_path / "pipe").unlink()
    assert openflow("import", tmp_path).out == "nothing found\n"


def test_flows_of_one_import_may_call_each_other(openflow, file):
    calls = flow(step({"type": "flow", "path": "b"}))
    path = file(
        "x.json", [content(path="a", document=calls), content(path="b", document=flow(transform("x")))]
    )
    said = openflow("import", path)
    assert (said.code, "error" in said.out) == (0, False)


def test_a_flow_of_directus_becomes_a_draft(openflow, tmp_path):
    operations = [
        {"id": "1", "key": "a", "type": "log", "options": {"message": "{{ $trigger }}"}, "resolve": "2"},
        {"id": "2", "key": "b", "type": "transform", "options": {"json": {"x": "{{ a }}"}}},
    ]
    flow = {"id": "f", "name": "Says it", "trigger": "no-such", "options": {}, "operation": "1"}
    file = tmp_path / "export.json"
    file.write_text(json.dumps({"version": 1, "flow": flow, "operations": operations}))
    said = openflow("import", file)
    assert said.code == 0, said.out
    assert "says_it: created" in said.out
    assert "no-such is left out" in said.out
    stored = Flow.objects.get(path="says_it")
    assert stored.status == FlowStatus.INACTIVE
    assert [module["id"] for module in stored.draft["value"]["modules"]] == ["a", "b"]
    assert not Trigger.objects.exists()
