"""What the site offers to the builder: catalog, models, and the data a page starts with."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client, override_settings
from django.utils import translation

from demo_project.shop.models import Order
from openflow_django.admin.builder import bootstrap, catalog
from openflow_django.models import Run, Script
from openflow_django.operations.base import operations
from openflow_django.services import flows, scripts
from openflow_django.spec.json import digest
from openflow_django.triggers.base import trigger_types
from tests.admin.builder.conftest import SITE, Api
from tests.admin.conftest import Page

HOSTILE = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>\u2028"


@pytest.fixture(autouse=True)
def built(monkeypatch) -> None:
    """As if the package was built."""
    monkeypatch.setattr(bootstrap, "BUNDLE", bootstrap.Path(__file__))


def booted(client: Client, address: str) -> Any:
    """The data in a page, as a browser finds it."""
    text = client.get(address).content.decode()
    start = text.index('<script id="openflow-bootstrap" type="application/json">')
    return json.loads(text[text.index(">", start) + 1 : text.index("</script>", start)])


# The catalog


def test_every_operation_is_listed_with_what_a_form_needs(boss) -> None:
    _, data = boss("GET", f"{SITE}/catalog/")
    assert {entry["path"] for entry in data["operations"]} == {f"op/{kind}" for kind, _ in operations.items()}
    mail = next(entry for entry in data["operations"] if entry["path"] == "op/send_mail")
    assert set(mail) == {
        "path",
        "label",
        "category",
        "icon",
        "description",
        "synonyms",
        "schema",
        "ui",
        "example_result",
        "effects",
    }
    assert (mail["effects"], mail["synonyms"]) == (True, ["send_mail", "send", "mail"])
    assert mail["ui"]["order"][0] == "to"
    assert mail["ui"]["widgets"]["text"] == "textarea"
    assert {entry["type"] for entry in data["triggers"]} == set(trigger_types.keys())
    assert all(entry["schema"]["type"] == "object" for entry in data["triggers"])


def test_scripts_in_their_latest_version(boss, api) -> None:
    script = scripts.create_script(
        path="shop/cost",
        language="bun",
        content="export function main(a: number) {}",
        summary="Cost",
        user=None,
    )
    latest = scripts.save_version(
        script, language="bun", content="export function main(b: string) {}", user=None
    )
    _, data = boss("GET", f"{SITE}/catalog/")
    (entry,) = data["scripts"]
    assert (entry["path"], entry["label"], entry["hash"], entry["language"]) == (
        "shop/cost",
        "Cost",
        latest.digest,
        "bun",
    )
    assert list(entry["schema"]["properties"]) == ["b"]
    assert "content" not in entry
    assert api("author")("GET", f"{SITE}/catalog/")[1]["scripts"] == []


def test_flows_with_the_schema_of_what_is_live(boss, flow, version, document) -> None:
    _, data = boss("GET", f"{SITE}/catalog/")
    (entry,) = data["flows"]
    assert (entry["path"], entry["label"], entry["live"]) == ("orders/paid", "Order paid", True)
    assert entry["schema"] == document["schema"]
    changed = {**document, "schema": {"type": "object", "properties": {"x": {}}}}
    flows.save_draft(flow, document=changed, revision=flow.draft_revision, user=None)
    assert boss("GET", f"{SITE}/catalog/")[1]["flows"][0]["schema"] == document["schema"]
    flow.refresh_from_db()
    flows.publish(flow, digest=digest(changed), user=None)
    flows.deactivate(flow, user=None)
    (entry,) = boss("GET", f"{SITE}/catalog/")[1]["flows"]
    assert (entry["schema"], entry["live"]) == (changed["schema"], False)


def test_a_catalog_that_did_not_change_is_not_sent_again(boss, flow) -> None:
    boss("GET", f"{SITE}/catalog/")
    headers = boss.last.headers
    assert "no-store" not in headers["Cache-Control"]
    assert "private" in headers["Cache-Control"]
    status, data = boss("GET", f"{SITE}/catalog/", **{"If-None-Match": headers["ETag"]})
    assert (status, data) == (304, None)
    flows.update_flow(flow, user=None, name="Renamed")
    assert boss("GET", f"{SITE}/catalog/", **{"If-None-Match": headers["ETag"]})[0] == 200


def test_each_person_has_their_own_tag(boss, api, flow) -> None:
    scripts.create_script(path="a", language="bun", content="export function main() {}", user=None)
    author = api("author")
    tags = set()
    for person in (boss, author):
        person("GET", f"{SITE}/catalog/")
        tags.add(person.last.headers["ETag"])
    assert len(tags) == 2


def test_many_flows_and_scripts_cost_no_more_queries(
    boss, flow, version, django_assert_max_num_queries
) -> None:
    for number in range(20):
        made = flows.create_flow(path=f"f{number}", name="F", user=None)
        flows.publish(made, digest=digest(made.draft), user=None)
        scripts.create_script(
            path=f"s{number}", language="bun", content="export function main() {}", user=None
        )
    boss("GET", f"{SITE}/catalog/")
    catalog._known.clear()
    with django_assert_max_num_queries(7):
        boss("GET", f"{SITE}/catalog/")
    with django_assert_max_num_queries(6) as queries:
        boss("GET", f"{SITE}/catalog/")
    assert not any('"draft"' in query["sql"] or '"content"' in query["sql"] for query in queries)
    assert Script.objects.count() == 20


# Models


def fields(data: Any, label: str) -> dict[str, Any]:
    (model,) = [model for model in data["models"] if model["label"] == label]
    return {field["name"]: field for field in model["fields"]}


def test_models_with_their_fields(boss) -> None:
    _, data = boss("GET", f"{SITE}/models/")
    found = fields(data, "shop.order")
    assert {name: field["type"] for name, field in found.items()}.items() >= {
        "id": "integer",
        "customer": "relation",
        "status": "string",
        "total": "decimal",
        "created_at": "datetime",
        "notes": "text",
    }.items()
    assert found["customer"]["related"] == "shop.customer"
    assert found["status"]["choices"][0] == ["open", "open"]
    assert set(found) == {field.name for field in (*Order._meta.concrete_fields, *Order._meta.many_to_many)}


def test_what_is_sensitive_is_not_there(boss) -> None:
    _, data = boss("GET", f"{SITE}/models/")
    labels = {model["label"] for model in data["models"]}
    assert not {label for label in labels if label.startswith(("openflow.", "sessions.", "django_q."))}
    assert "auth.permission" not in labels
    assert "password" not in fields(data, "accounts.user")


def test_what_a_person_may_not_view_is_not_there_either(api) -> None:
    author = api("author")
    assert author("GET", f"{SITE}/models/")[1] == {"models": []}
    author.user.user_permissions.add(
        Permission.objects.get(codename="view_order", content_type__app_label="shop")
    )
    _, data = author("GET", f"{SITE}/models/")
    assert [model["label"] for model in data["models"]] == ["shop.order"]
    assert "related" not in fields(data, "shop.order")["customer"]


# What a page starts with


def test_the_page_of_a_flow_starts_the_builder(boss, flow, version, document) -> None:
    data = booted(boss.client, f"/admin/openflow/flow/{flow.pk}/change/")
    assert data["flow"] == {
        "id": flow.pk,
        "path": "orders/paid",
        "name": "Order paid",
        "status": "active",
        "published_version": 1,
        "published_digest": version.digest,
    }
    assert (data["draft"]["document"], data["draft"]["base"]) == (document, digest(document))
    assert (data["issues"], data["pins"], data["user"]) == ([], [], str(boss.user.pk))
    assert (data["language"], data["dir"]) == ("en", "ltr")
    assert all(
        data["perms"][name] for name in ("change", "publish", "run", "test", "view_run", "view_payload")
    )
    assert data["csrf"]["header"] == "X-CSRFToken"
    assert data["limits"]["pin_bytes"] == 262_144


def test_its_addresses_are_there(boss, flow, run) -> None:
    data = booted(boss.client, f"/admin/openflow/flow/{flow.pk}/change/")
    urls = data["urls"]
    assert {
        "catalog",
        "models",
        "draft",
        "validate",
        "publish",
        "versions",
        "evaluate",
        "scope",
        "value",
        "test",
        "runs",
        "pins",
        "triggers",
        "convert",
    } <= set(urls)
    for name in ("catalog", "models", "versions", "pins", "triggers"):
        assert boss("GET", urls[name])[0] == 200, name
    assert boss("GET", f"{urls['runs']}{run.pk}/state/")[0] == 200
    assert boss.client.get(f"{urls['run_page']}{run.pk}/change/").status_code == 200
    assert boss.client.get(urls["run_list"]).status_code == 200
    assert boss.client.get(urls["flow_page"]).status_code == 200
    token = {data["csrf"]["header"]: data["csrf"]["token"]}
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = boss.client.cookies
    assert Api(strict)("POST", urls["validate"], {"document": {}}, **token)[0] == 200


def test_the_text_area_stays_beside_it(boss, flow) -> None:
    page = Page(boss.client.get(f"/admin/openflow/flow/{flow.pk}/change/"))
    assert page.all("textarea", name="document")
    (mount,) = page.all("div", id="openflow-builder")
    assert mount["data-openflow-shows"] == "flow"
    (script,) = [
        attrs for attrs in page.all("script") if attrs.get("src", "").endswith("openflow/builder.js")
    ]
    assert script["type"] == "module"
    assert not [
        attrs
        for attrs in page.all("script")
        if "src" not in attrs and attrs.get("type") != "application/json"
    ]


def test_without_the_built_files_the_text_area_is_alone(boss, flow, run, monkeypatch) -> None:
    monkeypatch.setattr(bootstrap, "BUNDLE", bootstrap.Path("/nowhere/builder.js"))
    for address in (f"flow/{flow.pk}/change/", f"run/{run.pk}/change/"):
        text = boss.client.get(f"/admin/openflow/{address}").content.decode()
        assert "openflow-builder" not in text
        assert "builder.js" not in text


def test_a_new_flow_has_no_builder_yet(boss) -> None:
    assert "openflow-builder" not in boss.client.get("/admin/openflow/flow/add/").content.decode()


def test_a_form_that_comes_back_with_mistakes_has_none_either(boss, flow) -> None:
    answer = boss.client.post(
        f"/admin/openflow/flow/{flow.pk}/change/", {"document": "{", "name": "", "path": ""}
    )
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "openflow-builder" not in text


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("viewer", {"view_run"}),
        ("auditor", {"view_run", "view_payload"}),
        ("author", {"change", "view_run", "triggers"}),
        ("tester", {"change", "run", "test", "view_run", "view_payload", "triggers"}),
        ("operator", {"run", "view_run", "cancel", "replay"}),
        ("publisher", {"change", "publish", "view_run", "triggers"}),
        ("remover", set()),
    ],
)
def test_rights_are_told_as_the_server_judges_them(api, flow, role, expected) -> None:
    data = booted(api(role).client, f"/admin/openflow/flow/{flow.pk}/change/")
    assert {name for name, held in data["perms"].items() if held is True} == expected


def test_languages_that_are_on_and_may_be_written(api, flow, settings) -> None:
    address = f"/admin/openflow/flow/{flow.pk}/change/"
    author = api("author")
    assert booted(author.client, address)["perms"]["code"] == {"python": False, "js": False}
    settings.OPENFLOW = {**settings.OPENFLOW, "SCRIPT_LANGUAGES": ["python3", "bun"]}
    assert booted(author.client, address)["perms"]["code"] == {"python": False, "js": True}
    author.user.user_permissions.add(Permission.objects.get(codename="author_python"))
    assert booted(author.client, address)["perms"]["code"] == {"python": True, "js": True}


def test_the_page_of_a_run_starts_it_with_the_version_that_ran(boss, flow, run, document) -> None:
    flows.save_draft(flow, document={**document, "summary": "newer"}, revision=flow.draft_revision, user=None)
    data = booted(boss.client, f"/admin/openflow/run/{run.pk}/change/")
    assert data["run"]["document"] == document
    assert (data["run"]["id"], data["run"]["version"], data["run"]["status"]) == (run.pk, 1, "failure")
    assert (data["perms"]["change"], data["perms"]["view_payload"]) == (False, True)
    assert boss("GET", f"{data['urls']['runs']}{run.pk}/state/")[0] == 200


def test_who_may_see_the_run_and_not_the_flow_gets_no_document(person, run) -> None:
    starter = person("nobody")
    Run.objects.filter(pk=run.pk).update(started_by=starter)
    client = Client()
    client.force_login(starter)
    data = booted(client, f"/admin/openflow/run/{run.pk}/change/")
    assert (data["flow"], data["run"]["document"]) == (None, None)
    assert "draft" not in data["urls"]


def test_hostile_text_cannot_end_the_data(boss, flow, document) -> None:
    poisoned = {**document, "summary": HOSTILE}
    poisoned["value"]["modules"][0]["summary"] = HOSTILE
    flows.save_draft(flow, document=poisoned, revision=1, user=None)
    flows.update_flow(flow, user=None, name=HOSTILE[:100])
    address = f"/admin/openflow/flow/{flow.pk}/change/"
    text = boss.client.get(address).content.decode()
    assert "<script>alert(1)" not in text
    assert "<img src=x" not in text
    assert booted(boss.client, address)["draft"]["document"] == poisoned


def test_the_page_costs_the_same_for_many_steps(boss, flow, django_assert_max_num_queries) -> None:
    boss.client.get(f"/admin/openflow/flow/{flow.pk}/change/")
    counts = []
    for count in (1, 300):
        modules = [{"id": f"s{number}", "value": {"type": "identity"}} for number in range(count)]
        flow.refresh_from_db()
        flows.save_draft(
            flow,
            document={"summary": "", "value": {"modules": modules}},
            revision=flow.draft_revision,
            user=None,
        )
        with django_assert_max_num_queries(18) as queries:
            boss.client.get(f"/admin/openflow/flow/{flow.pk}/change/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@override_settings(ROOT_URLCONF="tests.admin.sites")
def test_another_admin_site_has_addresses_of_its_own(boss, flow, run) -> None:
    data = booted(boss.client, f"/back/openflow/flow/{flow.pk}/change/")
    assert {url.split("/")[1] for url in data["urls"].values()} == {"back"}
    answer = boss.client.get(data["urls"]["catalog"])
    assert answer.status_code == 200
    assert boss.client.get(f"{data['urls']['runs']}{run.pk}/state/").status_code == 200


def test_languages_and_directions(boss, flow, settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]
    address = f"/admin/openflow/flow/{flow.pk}/change/"
    with translation.override("en"):  # what the middleware turns on stays on in this thread
        text = boss.client.get(address, headers={"Accept-Language": "ar"}).content.decode()
    assert '"language": "ar"' in text
    assert '"dir": "rtl"' in text
