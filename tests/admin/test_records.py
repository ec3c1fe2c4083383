"""Variables, resources, types and scripts in the admin: who may what, what is saved, and no secret in any
page."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from openflow_django.encryption import decrypt
from openflow_django.models import Resource, ResourceType, Script, Variable
from openflow_django.services import flows, resources, scripts, variables
from openflow_django.worker import known_secrets
from tests.admin.conftest import Page
from tests.admin.test_escaping import BAD, check

ADMIN = "/admin/openflow"
SECRET = "canary-of-the-admin"
CODE = "export function main(name: string) { return name }"


@pytest.fixture(autouse=True)
def fresh():
    known_secrets.forget()
    yield
    known_secrets.forget()


@pytest.fixture
def clerk(person):
    """``clerk("view_variable")``: the browser of somebody with exactly these permissions."""

    def make(*codenames: str) -> Client:
        someone = person(f"clerk{len(codenames)}{''.join(codenames)[:20]}")
        found = Permission.objects.filter(codename__in=codenames)
        assert found.count() == len(codenames)
        someone.user_permissions.set(found)
        client = Client()
        client.force_login(someone)
        return client

    return make


@pytest.fixture
def secret(flow):
    return variables.create_variable(
        path="shop/key", value=SECRET, is_secret=True, flows=[flow], hosts=["a.example"], user=None
    )


@pytest.fixture
def plain(db):
    return variables.create_variable(path="shop/plain", value="a plain value", user=None)


@pytest.fixture
def kind(db):
    return resources.create_resource_type(name="database", schema={"required": ["host"]}, user=None)


@pytest.fixture
def resource(kind):
    value = {"host": "db", "password": "p-l-a-i-n"}
    return resources.create_resource(path="shop/db", type=kind, value=value, user=None)


@pytest.fixture
def script(db):
    return scripts.create_script(path="shop/greet", language="bun", content=CODE, user=None, summary="Greets")


class TestVariables:
    def test_a_secret_is_added_and_never_shown(self, boss, flow):
        data = {
            "path": "shop/key",
            "is_secret": "on",
            "value": f"{SECRET}\r\nline",
            "flows": [flow.pk],
            "hosts": "a.example\r\n*.b.example",
        }
        response = boss.post(f"{ADMIN}/variable/add/", data, follow=True)
        stored = Variable.objects.get()
        assert (stored.is_secret, decrypt(stored.sealed)) == (True, f"{SECRET}\nline")
        assert (list(stored.flows.all()), stored.hosts) == ([flow], ["a.example", "*.b.example"])
        for page in (
            response,
            boss.get(f"{ADMIN}/variable/"),
            boss.get(f"{ADMIN}/variable/{stored.pk}/change/"),
            boss.get(f"{ADMIN}/variable/{stored.pk}/history/"),
            boss.get(f"{ADMIN}/variable/{stored.pk}/delete/"),
            boss.get(f"{ADMIN}/"),
        ):
            text = page.content.decode()
            assert SECRET not in text
            assert stored.sealed not in text

    def test_what_was_typed_is_not_echoed_when_it_is_refused(self, boss):
        data = {"path": "not a path", "is_secret": "on", "value": SECRET}
        page = boss.post(f"{ADMIN}/variable/add/", data)
        assert "Use letters, digits" in Page(page).text
        assert SECRET not in page.content.decode()
        assert not Variable.objects.exists()

    def test_what_was_typed_comes_back_for_a_plain_one(self, boss):
        page = boss.post(f"{ADMIN}/variable/add/", {"path": "not a path", "value": "typed text"})
        assert "typed text" in page.content.decode()

    def test_a_secret_keeps_its_value_when_the_field_is_empty(self, boss, secret):
        data = {"path": "shop/key", "is_secret": "on", "value": "", "description": "New", "hosts": ""}
        boss.post(f"{ADMIN}/variable/{secret.pk}/change/", data)
        secret.refresh_from_db()
        assert (decrypt(secret.sealed), secret.description, secret.hosts) == (SECRET, "New", [])
        assert secret.flows.count() == 0

    def test_a_secret_gets_a_new_value(self, boss, secret):
        data = {"path": "shop/key", "is_secret": "on", "value": "another-value"}
        page = boss.post(f"{ADMIN}/variable/{secret.pk}/change/", data, follow=True)
        secret.refresh_from_db()
        assert decrypt(secret.sealed) == "another-value"
        assert "another-value" not in page.content.decode()

    def test_unticking_secret_without_a_value_is_refused(self, boss, secret):
        page = boss.post(f"{ADMIN}/variable/{secret.pk}/change/", {"path": "shop/key", "value": ""})
        assert "that of a secret is never shown again" in Page(page).text
        secret.refresh_from_db()
        assert secret.is_secret
        assert SECRET not in page.content.decode()

    def test_a_value_that_is_too_short_is_told_at_its_field(self, boss):
        page = Page(boss.post(f"{ADMIN}/variable/add/", {"path": "a", "is_secret": "on", "value": "short"}))
        assert "A secret has at least 8 characters" in page.text

    def test_plain_variables_are_edited_by_those_who_may(self, clerk, plain):
        client = clerk("change_variable")
        page = Page(client.get(f"{ADMIN}/variable/{plain.pk}/change/"))
        assert not page.all("input", name="is_secret")
        client.post(f"{ADMIN}/variable/{plain.pk}/change/", {"path": "shop/plain", "value": "new"})
        plain.refresh_from_db()
        assert plain.value == "new"

    def test_who_may_not_manage_secrets_sees_that_it_is_there(self, clerk, secret):
        for client in (clerk("change_variable", "view_variable", "add_variable"), clerk("view_variable")):
            page = client.get(f"{ADMIN}/variable/{secret.pk}/change/")
            assert page.status_code == 200
            assert "A secret is never shown." in Page(page).text
            assert not Page(page).all("textarea")
            for name in ("change", "delete"):
                address = f"{ADMIN}/variable/{secret.pk}/{name}/"
                data = {"path": "mine", "is_secret": "on", "value": "x" * 9, "post": "yes"}
                assert client.post(address, data).status_code == 403
        secret.refresh_from_db()
        assert (secret.path, decrypt(secret.sealed)) == ("shop/key", SECRET)

    def test_the_form_of_a_clerk_makes_no_secret(self, clerk):
        client = clerk("add_variable")
        data = {"path": "mine", "is_secret": "on", "value": SECRET, "hosts": "*"}
        client.post(f"{ADMIN}/variable/add/", data)
        stored = Variable.objects.get()
        assert (stored.is_secret, stored.value, stored.hosts) == (False, SECRET, [])

    def test_flows_that_somebody_does_not_see_stay_on_the_list(self, clerk, plain, flow):
        other = flows.create_flow(path="b", name="B", user=None)
        plain.flows.set([flow, other])
        client = clerk("change_variable")
        client.post(f"{ADMIN}/variable/{plain.pk}/change/", {"path": "shop/plain", "value": "x"})
        assert set(plain.flows.all()) == {flow, other}
        client = clerk("change_variable", "view_flow")
        client.post(
            f"{ADMIN}/variable/{plain.pk}/change/", {"path": "shop/plain", "value": "x", "flows": [flow.pk]}
        )
        assert set(plain.flows.all()) == {flow}

    def test_the_list(self, boss, secret, plain, django_assert_max_num_queries):
        with django_assert_max_num_queries(8):
            page = Page(boss.get(f"{ADMIN}/variable/"))
        assert "a plain value" in page.text
        assert "secret" in page.text
        assert SECRET not in page.text
        for number in range(20):
            variables.create_variable(path=f"v{number}", value="x", user=None)
        with django_assert_max_num_queries(8):
            boss.get(f"{ADMIN}/variable/")

    def test_deleting(self, boss, secret):
        boss.post(f"{ADMIN}/variable/{secret.pk}/delete/", {"post": "yes"})
        assert not Variable.objects.exists()


class TestResources:
    def test_adding_and_changing(self, boss, kind, flow):
        data = {"path": "shop/db", "type": kind.pk, "value": '{"host": "$var:h"}', "flows": [flow.pk]}
        boss.post(f"{ADMIN}/resource/add/", data)
        stored = Resource.objects.get()
        assert (stored.value, list(stored.flows.all())) == ({"host": "$var:h"}, [flow])
        page = Page(boss.post(f"{ADMIN}/resource/{stored.pk}/change/", {**data, "value": '{"port": 1}'}))
        assert "lacks host" in page.text
        stored.refresh_from_db()
        assert stored.value == {"host": "$var:h"}

    def test_broken_json_is_told_with_its_place_and_kept(self, boss, kind):
        page = boss.post(f"{ADMIN}/resource/add/", {"path": "a", "type": kind.pk, "value": '{"host": '})
        assert "Line 1" in Page(page).text
        assert "{&quot;host&quot;: " in page.content.decode()

    def test_who_may_only_look_sees_no_password(self, clerk, resource):
        page = clerk("view_resource").get(f"{ADMIN}/resource/{resource.pk}/change/")
        assert "[redacted]" in Page(page).text
        assert "p-l-a-i-n" not in page.content.decode()

    def test_a_type_with_resources_is_not_deleted(self, boss, resource, kind):
        page = boss.post(f"{ADMIN}/resourcetype/{kind.pk}/delete/", {"post": "yes"}, follow=True)
        assert "There are resources of this type" in Page(page).text
        assert ResourceType.objects.exists()

    def test_types(self, boss, kind):
        schema = '{"$ref": "https://example.com/x"}'
        page = Page(boss.post(f"{ADMIN}/resourcetype/add/", {"name": "x", "schema": schema}))
        assert "is no place in this schema" in page.text
        boss.post(f"{ADMIN}/resourcetype/{kind.pk}/change/", {"name": "database", "schema": ""})
        kind.refresh_from_db()
        assert kind.schema == {}

    def test_lists(self, boss, resource):
        assert "shop/db" in Page(boss.get(f"{ADMIN}/resource/")).text
        assert "database" in Page(boss.get(f"{ADMIN}/resourcetype/")).text


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


RECORDS = ("variable", "resource", "resourcetype", "script")


@pytest.fixture
def rows(plain, resource, script) -> dict[str, int]:
    return {
        "variable": plain.pk,
        "resource": resource.pk,
        "resourcetype": resource.type_id,
        "script": script.pk,
    }


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("right", ["view", "add", "change", "delete"])
def test_each_page_takes_its_right(clerk, rows, name, right):
    client, pk = clerk(f"{right}_{name}"), rows[name]
    pages = {
        f"{name}/": {"view", "change"},
        f"{name}/add/": {"add"},
        f"{name}/{pk}/change/": {"view", "change"},
        f"{name}/{pk}/history/": {"view", "change"},
        f"{name}/{pk}/delete/": {"delete"},
    }
    for address, allowed in pages.items():
        status = client.get(f"{ADMIN}/{address}").status_code
        assert (status == 200) == (right in allowed), (address, right, status)


@pytest.mark.parametrize("name", RECORDS)
def test_nobody_without_a_right_gets_in(clerk, rows, name):
    client = clerk("view_flow")
    for address in ("", "add/", f"{rows[name]}/change/", f"{rows[name]}/delete/"):
        assert client.get(f"{ADMIN}/{name}/{address}").status_code in (403, 404)
        assert client.post(f"{ADMIN}/{name}/{address}", {"post": "yes"}).status_code in (403, 404)
    assert Client().get(f"{ADMIN}/{name}/").status_code == 302


@pytest.mark.parametrize("name", RECORDS)
def test_who_may_only_look_changes_nothing(clerk, rows, name):
    client = clerk(f"view_{name}")
    assert client.post(f"{ADMIN}/{name}/{rows[name]}/change/", {"path": "x"}).status_code == 403
    assert client.post(f"{ADMIN}/{name}/{rows[name]}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("name", RECORDS)
def test_every_write_asks_for_the_token_of_its_form(person, rows, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("boss", is_superuser=True))
    for address in ("add/", f"{rows[name]}/change/", f"{rows[name]}/delete/"):
        assert client.post(f"{ADMIN}/{name}/{address}", {}).status_code == 403


@pytest.mark.parametrize("name", RECORDS)
def test_text_stays_text(boss, db, name):
    flow = flows.create_flow(path="bad", name=BAD[:200], user=None)
    kind = ResourceType.objects.create(name=BAD[:100], description=BAD, schema={BAD: BAD})
    rows: dict[str, Any] = {
        "variable": Variable.objects.create(path=BAD[:255], value=BAD, description=BAD, hosts=[BAD]),
        "resourcetype": kind,
        "resource": Resource.objects.create(path=BAD[:255], type=kind, value={BAD: BAD}, description=BAD),
        "script": Script.objects.create(path=BAD[:255], summary=BAD[:200], description=BAD),
    }
    rows["variable"].flows.add(flow)
    rows["script"].versions.create(
        number=1, language=BAD[:30], content=BAD, note=BAD, digest=BAD[:64], schema={BAD: BAD}
    )
    pk = rows[name].pk
    pages = ["", "add/", f"{pk}/change/", f"{pk}/history/", f"{pk}/delete/"]
    if name == "script":
        pages.append(f"{pk}/versions/1/")
    for address in pages:
        response = boss.get(f"{ADMIN}/{name}/{address}")
        assert response.status_code == 200
        check(Page(response))
    data = dict.fromkeys(
        (
            "path",
            "name",
            "value",
            "description",
            "hosts",
            "schema",
            "content",
            "language",
            "seen",
            "type",
            "flows",
        ),
        BAD,
    )
    for address in ("add/", f"{pk}/change/"):
        check(Page(boss.post(f"{ADMIN}/{name}/{address}", data)))


def test_pages_live_under_a_strict_content_policy(boss, rows):
    for name, pk in rows.items():
        for address in ("", "add/", f"{pk}/change/"):
            for tag, attrs in Page(boss.get(f"{ADMIN}/{name}/{address}")).tags:
                assert "style" not in attrs, (tag, attrs)
                assert tag != "style"


def test_fields_have_labels(boss, rows):
    for name, pk in rows.items():
        page = Page(boss.get(f"{ADMIN}/{name}/{pk}/change/"))
        labelled = {attrs["for"] for attrs in page.all("label") if "for" in attrs}
        for tag in ("textarea", "select"):
            assert {attrs["id"] for attrs in page.all(tag)} <= labelled


def test_another_admin_site_has_them_too(person, rows, settings):
    settings.ROOT_URLCONF = "tests.admin.sites"
    client = Client()
    client.force_login(person("boss", is_superuser=True))
    for name, pk in rows.items():
        response = client.get(f"/back/openflow/{name}/{pk}/change/")
        assert response.status_code == 200
        assert "/admin/" not in response.content.decode().replace("/static/admin/", "").replace(
            "admin/js", ""
        )
