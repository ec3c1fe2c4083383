"""``openflow validate``."""

import pytest

from openflow_django.services import flows
from tests.management.conftest import MANUAL, content, greeting
from tests.spec.documents import flow, script, step

pytestmark = pytest.mark.django_db

BROKEN = flow(script("a"), step({"type": "branchone"}, "a"))


def test_a_file_that_is_fine(openflow, file):
    said = openflow("validate", file("x.json", content(triggers=[MANUAL])))
    assert (said.code, said.err) == (0, "")
    assert said.out == "greet/person (x.json): valid\n1 flow is valid.\n"


def test_every_issue_with_its_place_and_what_to_do(openflow, file):
    said = openflow("validate", file("x.yaml", "value: {modules: [{id: a, value: {type: scirpt}}]}"))
    assert (said.code, said.err) == (1, "1 of 1 flow is invalid.")
    assert "x (x.yaml): invalid\n  error /value/modules/0/value/type: " in said.out
    assert '\n    Did you mean "script"?\n' in said.out


def test_standard_input_and_folders(openflow, file):
    assert openflow("validate", "-", stdin=b"value: {modules: []}").code == 0
    folder = file("d/a.json", content(path="a", document=flow(step({"type": "flow", "path": "b"})))).parent
    file("d/b.json", content(path="b"))
    assert openflow("validate", folder).code == 0
    file("d/c.json", "{")
    said = openflow("validate", folder)
    assert (said.code, said.err) == (1, "1 of 3 flows are invalid.")
    assert "c.json: invalid\n  error: Not JSON" in said.out


def test_triggers_are_judged_too(openflow, file):
    said = openflow(
        "validate", file("x.json", content(triggers=[MANUAL, {"type": "model_event", "options": {}}]))
    )
    assert said.code == 1
    assert "error /triggers/1/options" in said.out


def test_stored_flows(openflow, stored, tmp_path, monkeypatch):
    flows.create_flow(path="broken", name="Broken", document=BROKEN, user=None)
    assert openflow("validate", "greet/person").code == 0
    said = openflow("validate", "--all")
    assert (said.code, said.err) == (1, "1 of 2 flows are invalid.")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken").mkdir()
    assert openflow("validate", "broken").out == "0 flows are valid.\n"
    assert openflow("validate", "broken", "--stored").code == 1


def test_a_flow_that_calls_itself(openflow, stored):
    document = flow(step({"type": "flow", "path": "greet/person"}))
    flows.save_draft(stored, document=document, revision=1, user=None)
    assert "leads back to this flow" in openflow("validate", "greet/person").out


def test_for_programs(openflow, file, stored):
    said = openflow(
        "validate", "greet/person", file("x.json", content(path="b", document=BROKEN)), "--format", "json"
    )
    assert said.code == 1
    good, bad = said.json
    assert (good["path"], good["source"], good["valid"], good["issues"]) == ("greet/person", "", True, [])
    assert (bad["source"], bad["valid"]) == ("x.json", False)
    assert {"path", "step_id", "code", "severity", "message", "hint"} == set(bad["issues"][0])
    assert "duplicate_id" in {issue["code"] for issue in bad["issues"]}


def test_what_cannot_be_found(openflow, file):
    assert openflow("validate").code == 2
    assert openflow("validate", "x", "--all").code == 2
    assert openflow("validate", "nothing").err == "There is no flow nothing."
    assert openflow("validate", file("x.json", "[]")).code == 2
    assert greeting()["value"]
