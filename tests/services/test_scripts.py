"""Stored scripts: versions, hashes, schemas, rights, two authors."""

import pytest
from django.contrib.admin.models import LogEntry

from openflow_django import signals
from openflow_django.models import Script, ScriptVersion, VersionImmutable
from openflow_django.permissions import NotPermitted
from openflow_django.services import scripts
from openflow_django.services.documents import validate_document
from openflow_django.services.errors import FieldsInvalid, ScriptConflict
from openflow_django.spec.issues import errors

CODE = "export function main(name: string, loud = false) { return name }"


def create(user=None, **given):
    given = {"path": "shop/greet", "language": "bun", "content": CODE, **given}
    return scripts.create_script(user=user, **given)


def save(script, content=CODE, user=None, **given):
    return scripts.save_version(script, **{"language": "bun", "content": content, "user": user, **given})


def refused(call, *args, **given):
    with pytest.raises(FieldsInvalid) as error:
        call(*args, **given)
    return error.value.fields


def test_the_life_of_a_script(user, listen):
    heard = listen(signals.script_changed)
    author = user("add_script", "change_script", "delete_script")
    script = create(author, summary="Greets", note="First")
    first = script.latest
    assert (first.number, first.language, first.content, first.note) == (1, "bun", CODE, "First")
    assert first.schema["properties"] == {
        "name": {"type": "string"},
        "loud": {"type": "boolean", "default": False},
    }
    assert first.schema["required"] == ["name"]
    second = save(script, "export function main() { return 2 }", author, timeout_s=3, cache_ttl=60)
    assert (second.number, second.timeout_s, second.cache_ttl, second.created_by) == (2, 3, 60, author)
    assert script.latest == second
    scripts.update_script(script, path="shop/hello", description="More", user=author)
    scripts.delete_script(script, user=author)
    assert not ScriptVersion.objects.exists()
    assert [entry["change"] for entry in heard] == ["created", "version", "updated", "deleted"]
    told = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
    assert told == ["Created.", "Saved version 2.", "Changed path, description.", "Deleted."]


def test_saving_what_is_the_latest_already_makes_no_version(db):
    script = create()
    assert save(script).number == 1
    assert save(script, CODE.replace("\n", "\r\n")).number == 1
    assert script.versions.count() == 1


def test_what_was_before_comes_back_as_a_new_version_with_the_old_hash(db):
    script = create()
    save(script, "export function main() {}")
    third = save(script)
    assert third.number == 3
    assert third.digest == script.versions.get(number=1).digest


def test_everything_that_decides_what_it_does_is_in_the_hash(db):
    script = create()
    hashes = {
        script.latest.digest,
        save(script, timeout_s=1.0).digest,
        save(script, cache_ttl=1).digest,
        save(script, language="deno").digest,
        save(script, CODE + " ").digest,
    }
    assert len(hashes) == 5
    assert all(len(digest) == 64 for digest in hashes)


def test_a_version_never_changes(db):
    version = create().latest
    version.content = "x"
    with pytest.raises(VersionImmutable):
        version.save()
    with pytest.raises(VersionImmutable):
        ScriptVersion.objects.update(content="x")


def test_two_authors_do_not_overwrite_each_other(db):
    script = create()
    save(script, "export function main() { return 1 }", seen=1)
    with pytest.raises(ScriptConflict, match="version 2") as conflict:
        save(script, "export function main() { return 2 }", seen=1)
    assert conflict.value.current.number == 2
    assert save(script, "export function main() { return 2 }", seen=2).number == 3


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("path", {"path": ""}),
        ("path", {"path": "a b"}),
        ("path", {"path": "op/log"}),
        ("language", {"language": "typescript"}),
        ("language", {"language": None}),
        ("content", {"content": " \n"}),
        ("content", {"content": "a\0b"}),
        ("content", {"content": "\ud800"}),
        ("content", {"content": "x" * 262_145}),
        ("timeout_s", {"timeout_s": -1}),
        ("summary", {"summary": "x" * 201}),
    ],
)
def test_what_is_refused(db, field, given):
    assert field in refused(create, **given)
    assert not Script.objects.exists()


def test_the_longest_script_follows_the_limit_of_the_site(settings, db):
    settings.OPENFLOW = {**settings.OPENFLOW, "SCRIPT_LIMITS": {"source_bytes": 10}}
    assert "content" in refused(create)
    assert create(content="0123456789").pk


def test_paths_are_unique(db):
    create()
    assert "path" in refused(create)
    other = create(path="other")
    assert "path" in refused(scripts.update_script, other, path="shop/greet", user=None)


def test_languages_without_a_runner_are_kept(db):
    assert create(language="go", content="func main() {}").latest.schema == {}


def test_rights(user):
    script = create()
    for codename, call in (
        ("add_script", lambda who: create(who, path="new")),
        ("change_script", lambda who: save(script, "export function main() {}", who)),
        ("change_script", lambda who: scripts.update_script(script, summary="x", user=who)),
        ("delete_script", lambda who: scripts.delete_script(script, user=who)),
    ):
        with pytest.raises(NotPermitted):
            call(user("view_script", "author_python"))
        call(user(codename))


def test_python_takes_a_right_of_its_own(user):
    python = {"language": "python3", "content": "def main(a: int): return a"}
    author, pythonist = (
        user("add_script", "change_script"),
        user("add_script", "change_script", "author_python"),
    )
    with pytest.raises(NotPermitted):
        create(author, **python)
    script = create(pythonist, **python)
    assert script.latest.schema["properties"] == {"a": {"type": "integer"}}
    with pytest.raises(NotPermitted):
        save(script, "def main(): return 2", author, language="python3")
    save(script, "def main(): return 2", pythonist, language="python3")


class TestDocuments:
    def document(self, path, **value):
        return {
            "summary": "",
            "value": {"modules": [{"id": "a", "value": {"type": "script", "path": path, **value}}]},
        }

    def issues(self, document):
        return [(issue.code, issue.path) for issue in errors(validate_document(document))]

    def test_a_step_may_run_a_stored_script(self, settings, db):
        settings.OPENFLOW = {**settings.OPENFLOW, "SCRIPT_LANGUAGES": ["bun"]}
        assert self.issues(self.document("shop/greet")) == [("unknown_script", "/value/modules/0/value/path")]
        create()
        assert self.issues(self.document("shop/greet")) == []

    def test_a_near_name_is_hinted(self, db):
        create()
        (issue,) = errors(validate_document(self.document("shop/gret")))
        assert "shop/greet" in issue.hint

    def test_a_pinned_version_has_to_be_there(self, settings, db):
        settings.OPENFLOW = {**settings.OPENFLOW, "SCRIPT_LANGUAGES": ["bun"]}
        digest = create().latest.digest
        assert self.issues(self.document("shop/greet", hash=digest)) == []
        assert self.issues(self.document("shop/greet", hash=digest[:16])) == []
        assert self.issues(self.document("shop/greet", hash="0" * 64)) == [
            ("unknown_script_version", "/value/modules/0/value/hash")
        ]

    def test_its_language_has_to_be_turned_on(self, db):
        create()
        assert self.issues(self.document("shop/greet")) == [
            ("language_unsupported", "/value/modules/0/value/path")
        ]
