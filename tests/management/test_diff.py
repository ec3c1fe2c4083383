"""``openflow diff`` and ``openflow list``."""

import pytest

from openflow_django.services import flows, triggers
from openflow_django.spec.json import digest
from tests.management.conftest import MANUAL, content, greeting, transform
from tests.spec.documents import flow

pytestmark = pytest.mark.django_db


def changed(live):
    document = greeting("Bye")
    document["value"]["modules"].append(transform("x", "b"))
    return flows.save_draft(live, document=document, revision=live.draft_revision, user=None)


def test_live_against_draft(openflow, live):
    assert openflow("diff", "greet/person").out == "No differences.\n"
    changed(live)
    said = openflow("diff", "greet/person")
    assert said.code == 0
    assert said.out.splitlines() == [
        "version 1 -> draft",
        "  ~ a value.input_transforms.json.value.text: Hello {{ $trigger.name }} -> Bye {{ $trigger.name }}",
        "  + b: new step",
    ]
    assert openflow("diff", "greet/person", "--check").code == 1


def test_as_text(openflow, live):
    changed(live)
    lines = openflow("diff", "greet/person", "--unified").out.splitlines()
    assert lines[:2] == ["--- version 1", "+++ draft"]
    assert "-            text: Hello {{ $trigger.name }}" in lines
    assert "+            text: Bye {{ $trigger.name }}" in lines


def test_a_draft_against_a_file(openflow, stored, file):
    path = file("x.json", [content(document=greeting("Bye")), content(path="other")])
    said = openflow("diff", "greet/person", path)
    assert said.out.splitlines()[0] == f"draft -> {path}"
    assert "Hello {{ $trigger.name }} -> Bye" in said.out
    assert openflow("diff", "greet/person", file("y.json", greeting())).out != "No differences.\n"
    assert openflow("diff", "greet/person", file("z.json", content())).out == "No differences.\n"
    said = openflow("diff", "greet/person", file("w.json", [content(path="a"), content(path="b")]))
    assert (said.code, "holds 2 flows" in said.err) == (2, True)


def test_versions_against_each_other(openflow, live, file):
    saved = changed(live)
    flows.publish(saved, digest=digest(saved.draft), user=None)
    assert openflow("diff", "greet/person").out == "No differences.\n"
    assert openflow("diff", "greet/person", "--from", "1").out.startswith("version 1 -> draft\n")
    path = file("x.json", content())
    assert openflow("diff", "greet/person", path, "--from", "1").out == "No differences.\n"
    assert openflow("diff", "greet/person", path, "--from", "live").out.startswith("version 2 -> ")
    assert openflow("diff", "greet/person", "--from", "9").code == 2
    assert openflow("diff", "greet/person", "--from", "x").code == 2


def test_for_programs(openflow, live):
    changed(live)
    first, second = openflow("diff", "greet/person", "--format", "json").json
    assert (first["kind"], first["step_id"], first["before"]) == ("changed", "a", "Hello {{ $trigger.name }}")
    assert (second["kind"], second["step_id"]) == ("added", "b")


def test_without_a_live_version(openflow, stored):
    said = openflow("diff", "greet/person")
    assert (said.code, said.err) == (2, "The flow greet/person has no published version.")


def test_moved_and_removed_steps_are_named(openflow, stored, file):
    three = flow(*[transform("x", name, summary=f"Step {name}") for name in "abc"])
    flows.save_draft(stored, document=three, revision=1, user=None)
    two = flow(*[transform("x", name, summary=f"Step {name}") for name in "ca"])
    said = openflow("diff", "greet/person", file("x.json", content(document=two)))
    assert "b (Step b): step removed" in said.out
    assert ": moved" in said.out


def test_a_long_value_is_cut(openflow, stored, file):
    said = openflow("diff", "greet/person", file("x.json", content(document=greeting("y" * 500))))
    assert max(map(len, said.out.splitlines())) < 250


def test_the_list(openflow, live, user):
    assert openflow("list").out == "greet/person  active  v1  -  Greet\n"
    changed(live)
    triggers.create_trigger(live, user=None, **MANUAL)
    flows.create_flow(path="new", name="Brand new", user=None)
    assert openflow("list").out.splitlines() == [
        "greet/person  active    v1*  manual  Greet",
        "new           inactive  -    -       Brand new",
    ]
    first, second = openflow("list", "--format", "json").json
    assert first == {
        "path": "greet/person",
        "name": "Greet",
        "status": "active",
        "version": 1,
        "draft_differs": True,
        "triggers": [{"type": "manual", "name": "By hand", "enabled": True}],
    }
    assert (second["version"], second["draft_differs"]) == (None, True)
    assert openflow("list", "--user", user()).out == ""
    assert len(openflow("list", "--user", user("view_flow")).out.splitlines()) == 2


def test_the_list_of_nothing(openflow):
    assert openflow("list").out == ""
    assert openflow("list", "--format", "json").json == []
