"""Scripts in the admin: versions, what each changed, and who may write Python."""

from typing import Any

from openflow_django.models import Script
from openflow_django.services import scripts
from tests.admin.conftest import Page
from tests.admin.records.conftest import ADMIN, CODE


class TestScripts:
    def data(self, **changed: Any) -> dict[str, Any]:
        return {"path": "shop/greet", "language": "bun", "content": CODE, "seen": "1", **changed}

    def test_adding_and_saving_versions(self, boss):
        boss.post(f"{ADMIN}/script/add/", self.data(seen="", note="First"))
        script = Script.objects.get()
        changed = "export function main() {\r\n  return 2\r\n}"
        boss.post(
            f"{ADMIN}/script/{script.pk}/change/", self.data(content=changed, timeout_s="1.5", summary="Two")
        )
        latest = script.latest
        assert latest is not None
        assert (latest.number, latest.timeout_s) == (2, 1.5)
        assert latest.content == changed.replace("\r\n", "\n")
        script.refresh_from_db()
        assert script.summary == "Two"

    def test_the_page_has_the_text_and_the_versions(self, boss, script):
        scripts.save_version(
            script, language="bun", content="export function main() {}", user=None, note="Less"
        )
        page = boss.get(f"{ADMIN}/script/{script.pk}/change/")
        assert "export function main() {}" in page.content.decode()
        text = Page(page).text
        for told in ("v1", "v2", "Less", script.latest.digest[:16]):
            assert told in text
        old = boss.get(f"{ADMIN}/script/{script.pk}/change/?from=1")
        assert "name: string" in old.content.decode()
        assert Page(old).value("seen") == "2"

    def test_a_version_shows_what_it_changed(self, boss, script):
        scripts.save_version(script, language="bun", content="export function main() {}", user=None)
        page = Page(boss.get(f"{ADMIN}/script/{script.pk}/versions/2/"))
        assert "export function main() {}" in page.text
        assert "What it changed" in page.text
        assert script.latest.digest in page.text
        assert boss.get(f"{ADMIN}/script/{script.pk}/versions/9/").status_code == 404

    def test_two_authors_do_not_overwrite_each_other(self, boss, script):
        scripts.save_version(
            script, language="bun", content="export function main() { return 'theirs' }", user=None
        )
        page = boss.post(f"{ADMIN}/script/{script.pk}/change/", self.data(content="// mine", summary="Mine"))
        assert "changed by someone else" in Page(page).text
        assert "// mine" in page.content.decode()
        script.refresh_from_db()
        assert (script.latest.number, script.summary) == (2, "Greets")

    def test_python_is_for_those_who_may_write_it(self, clerk, db):
        python = scripts.create_script(path="p", language="python3", content="def main(): ...", user=None)
        client = clerk("change_script", "add_script")
        page = Page(client.get(f"{ADMIN}/script/{python.pk}/change/"))
        assert not page.all("textarea")
        assert "def main(): ..." in page.text
        assert client.post(f"{ADMIN}/script/{python.pk}/change/", self.data()).status_code == 403
        assert not Page(client.get(f"{ADMIN}/script/add/")).all("option", value="python3")
        client.post(
            f"{ADMIN}/script/add/", self.data(language="python3", path="q", content="def main(): ...")
        )
        assert Script.objects.count() == 1
        client = clerk("change_script", "author_python")
        assert Page(client.get(f"{ADMIN}/script/{python.pk}/change/")).all("option", value="python3")

    def test_the_list(self, boss, script, django_assert_max_num_queries):
        with django_assert_max_num_queries(8):
            page = Page(boss.get(f"{ADMIN}/script/"))
        for told in ("shop/greet", "Greets", "bun", "v1"):
            assert told in page.text
