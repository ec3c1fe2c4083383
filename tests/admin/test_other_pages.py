"""Versions, events, the notice about workers, other admin sites."""

import json
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from openflow_django.models import Event, Flow, Worker
from tests.admin.conftest import Page

FLOW = "/admin/openflow/flow"


# Versions


def test_versions_are_listed_with_who_when_and_why(boss, flow, version) -> None:
    page = Page(boss.get(f"{FLOW}/{flow.pk}/versions/"))
    for text in ("v1", "The first one", "live", version.digest[:12]):
        assert text in page.text
    assert page.all("a", href=f"{FLOW}/{flow.pk}/versions/1/")


def test_a_version_shows_its_document_and_what_the_draft_changed(boss, flow, version, document) -> None:
    page = Page(boss.get(f"{FLOW}/{flow.pk}/versions/1/"))
    assert json.dumps(document["summary"]) in page.text
    assert "No difference." in page.text
    assert not page.all("form", action=f"{FLOW}/{flow.pk}/versions/1/restore/")
    Flow.objects.filter(pk=flow.pk).update(draft={**document, "summary": "Another"})
    page = Page(boss.get(f"{FLOW}/{flow.pk}/versions/1/"))
    assert "Flow: summary" in page.text
    assert page.all("form", action=f"{FLOW}/{flow.pk}/versions/1/restore/")


def test_a_version_that_never_was_is_not_found(boss, flow) -> None:
    assert boss.get(f"{FLOW}/{flow.pk}/versions/7/").status_code == 404
    assert "never published" in Page(boss.get(f"{FLOW}/{flow.pk}/versions/")).text


def test_a_flow_that_was_never_published_has_no_live_version(boss, flow) -> None:
    assert "never published" in Page(boss.get(f"{FLOW}/")).text


def test_the_list_of_flows_costs_the_same_for_many(
    boss, flow, version, run, django_assert_max_num_queries
) -> None:
    Flow.objects.bulk_create(Flow(path=f"more/{number}", name=f"More {number}") for number in range(40))
    boss.get(f"{FLOW}/")
    with django_assert_max_num_queries(6) as queries:
        page = Page(boss.get(f"{FLOW}/"))
    assert "Order paid" in page.text
    assert not any(
        '"draft"' in query["sql"] or '"document"' in query["sql"] for query in queries.captured_queries
    )


# Events


def test_events_are_listed_with_their_status_and_reason(boss, event, run) -> None:
    Event.objects.create(
        flow=event.flow, name="shop.order.created", status="suppressed", reason="The trigger was off."
    )
    page = Page(boss.get("/admin/openflow/event/"))
    for text in (
        "shop.order.updated",
        "started",
        "suppressed",
        "The trigger was off.",
        "shop.order 7",
        "Order paid",
    ):
        assert text in page.text


def test_an_event_shows_its_payload_and_its_run(boss, event, run) -> None:
    page = Page(boss.get(f"/admin/openflow/event/{event.pk}/change/"))
    assert "paid" in page.text
    assert page.all("a", href=f"/admin/openflow/run/{run.pk}/change/")
    assert page.all("a", href="/admin/shop/order/7/change/")
    whole = boss.get(f"/admin/openflow/event/{event.pk}/value/?of=payload")
    assert json.loads(whole.content) == event.payload
    assert boss.get(f"/admin/openflow/event/{event.pk}/value/?of=flow").status_code == 404


def test_a_payload_is_not_shown_to_whom_it_is_hidden(login, event, run) -> None:
    client = login("viewer")
    page = Page(client.get(f"/admin/openflow/event/{event.pk}/change/"))
    assert "shop.order.updated" in page.text
    assert "keys" not in page.text


def test_the_list_of_events_costs_the_same_for_many(boss, event, django_assert_max_num_queries) -> None:
    Event.objects.bulk_create(
        Event(flow=event.flow, name=f"e{number}", payload={"n": 1}) for number in range(60)
    )
    boss.get("/admin/openflow/event/")
    with django_assert_max_num_queries(6) as queries:
        boss.get("/admin/openflow/event/")
    assert not any('"payload"' in query["sql"] for query in queries.captured_queries)


# The notice about workers

PAGES = (
    "",
    "flow/",
    "flow/add/",
    "flow/{flow}/change/",
    "flow/{flow}/publish/",
    "flow/{flow}/history/",
    "run/",
    "event/",
)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_that_nobody_works_and_what_to_start(boss, flow, name) -> None:
    address = f"/admin/openflow/{name.format(flow=flow.pk)}"
    page = Page(boss.get(address))
    assert "No worker is running." in page.text
    assert "python manage.py openflow_worker" in page.text
    Worker.objects.create(name="w", host="h", pid=1)
    assert "No worker is running." not in Page(boss.get(address)).text


def test_a_worker_that_was_silent_for_too_long_counts_as_gone(boss, worker, settings) -> None:
    Worker.objects.update(last_seen_at=timezone.now() - timedelta(seconds=119))
    assert "No worker" not in Page(boss.get(f"{FLOW}/")).text
    Worker.objects.update(last_seen_at=timezone.now() - timedelta(seconds=121))
    page = Page(boss.get(f"{FLOW}/"))
    assert "The last one was seen 2" in page.text
    settings.OPENFLOW = {**settings.OPENFLOW, "WORKER_SEEN_S": 500}
    assert "No worker" not in Page(boss.get(f"{FLOW}/")).text


# Other sites


@override_settings(ROOT_URLCONF="tests.admin.sites")
def test_pages_of_another_admin_site_stay_on_it(boss, run) -> None:
    flow, event, trigger = run.flow, run.event, run.event.trigger
    addresses = (
        "flow/",
        f"flow/{flow.pk}/change/",
        f"flow/{flow.pk}/publish/",
        f"flow/{flow.pk}/versions/",
        f"flow/{flow.pk}/versions/1/",
        f"flow/{flow.pk}/test/",
        f"flow/{flow.pk}/delete/",
        f"trigger/{trigger.pk}/change/",
        f"trigger/add/?flow={flow.pk}",
        f"event/{event.pk}/change/",
        "run/",
        f"run/{run.pk}/change/",
        f"run/{run.pk}/cancel/",
    )
    for address in addresses:
        response = boss.get(f"/back/openflow/{address}")
        assert response.status_code == 200, address
        page = Page(response)
        for tag, attrs in page.tags:
            for name in ("href", "action", "data-openflow-state"):
                assert not attrs.get(name, "").startswith("/admin/"), (address, tag, attrs)


@override_settings(ROOT_URLCONF="tests.admin.sites")
def test_an_object_that_the_site_does_not_manage_is_only_named(boss, run) -> None:
    page = Page(boss.get(f"/back/openflow/run/{run.pk}/change/"))
    assert "shop.order 7" in page.text
    assert not [attrs for attrs in page.all("a") if "shop/order" in attrs.get("href", "")]


@override_settings(ROOT_URLCONF="tests.admin.sites")
def test_a_whole_round_works_on_another_site(boss, document) -> None:
    data = {"name": "Flow", "path": "flow", "document": json.dumps(document)}
    change = boss.post("/back/openflow/flow/add/", data).headers["Location"]
    flow = Flow.objects.get()
    assert change == f"/back/openflow/flow/{flow.pk}/change/"
    digest = Page(boss.get(f"/back/openflow/flow/{flow.pk}/publish/")).value("digest")
    assert (
        boss.post(f"/back/openflow/flow/{flow.pk}/publish/", {"digest": digest}).headers["Location"] == change
    )
    run = boss.post(
        f"/back/openflow/flow/{flow.pk}/test/", {"json": '{"order_id": 1}', "_json": "1"}
    ).headers["Location"]
    assert run.startswith("/back/openflow/run/")
