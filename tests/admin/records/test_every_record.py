"""What holds for variables, resources, types and scripts alike: rights, tokens, text that stays text."""

from typing import Any

import pytest
from django.test import Client

from openflow_django.models import Resource, ResourceType, Script, Variable
from openflow_django.services import flows
from tests.admin.conftest import Page
from tests.admin.records.conftest import ADMIN
from tests.admin.test_escaping import BAD, check

RECORDS = ("variable", "resource", "resourcetype", "script")


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
