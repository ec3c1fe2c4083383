"""The list of runs stays fast and small, whatever it is asked."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from openflow_django.admin import paginators
from openflow_django.models import Event, Run
from tests.admin.conftest import Page

LIST = "/admin/openflow/run/"


def page_of(run: Run, name: str = "change") -> str:
    return f"/admin/openflow/run/{run.pk}/{name}/"


def test_the_list_tells_flow_status_trigger_object_and_duration(boss, run) -> None:
    page = Page(boss.get(LIST))
    for text in ("Order paid", "failed", "trigger", "shop.order.updated", "shop.order 7", "420 ms"):
        assert text in page.text


def test_the_list_costs_the_same_whatever_it_shows_and_reads_no_payload(boss, run) -> None:
    boss.get(LIST)
    with CaptureQueriesContext(connection) as few:
        boss.get(LIST)
    events = [Event.objects.create(flow=run.flow, name="x", payload={"n": n}) for n in range(60)]
    for event in events:
        Run.objects.create(flow=run.flow, version=run.version, event=event, kind="trigger", status="success")
    with CaptureQueriesContext(connection) as many:
        response = boss.get(LIST)
    assert len(response.context["cl"].result_list) == 50
    assert len(many) == len(few) <= 6
    sql = " ".join(query["sql"] for query in many)
    for column in ('"payload"', '"draft"', '"document"', "openflow_rundata", "openflow_steprun"):
        assert column not in sql


def test_no_query_counts_more_rows_than_can_be_paged_through(boss, run, monkeypatch) -> None:
    monkeypatch.setattr(paginators, "MAX_COUNTED", 60)
    for _ in range(70):
        Run.objects.create(flow=run.flow, status="success")
    with CaptureQueriesContext(connection) as queries:
        response = boss.get(LIST)
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert counts
    assert all("LIMIT 60" in sql for sql in counts)
    assert response.context["cl"].result_count == 60
    assert boss.get(f"{LIST}?p=2").status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status__exact=failure", 1),
        ("status__exact=success", 0),
        ("kind=trigger", 1),
        ("kind=test", 0),
    ],
)
def test_filters_by_status_and_kind(boss, run, query, found) -> None:
    assert boss.get(f"{LIST}?{query}").context["cl"].result_count == found


def test_filters_by_flow_and_date(boss, run) -> None:
    assert boss.get(f"{LIST}?flow={run.flow.pk}").context["cl"].result_count == 1
    assert boss.get(f"{LIST}?flow={run.flow.pk + 1}").context["cl"].result_count == 0
    for bad in ("x", "-1", "9" * 40):
        assert boss.get(f"{LIST}?flow={bad}").context["cl"].result_count == 0
    for days, count in ((-1, 1), (2, 0)):
        since = (timezone.now() + timedelta(days=days)).isoformat()
        assert boss.get(LIST, {"created_at__gte": since}).context["cl"].result_count == count


def test_search_by_public_id_or_how_it_begins(boss, run) -> None:
    Run.objects.create(flow=run.flow)

    def found(text: Any) -> list[Run]:
        return list(boss.get(LIST, {"q": text}).context["cl"].result_list)

    assert found(run.public_id) == [run]
    assert found(f" {str(run.public_id).upper()} ") == [run]
    assert found(str(run.public_id)[:13]) == [run]
    assert len(found("")) == 2
    for nothing in ("zzz", "' or 1=1", "g" * 32, "a" * 40):
        assert found(nothing) == []


def test_runs_cannot_be_added_changed_or_deleted(boss, run) -> None:
    assert boss.get(f"{LIST}add/").status_code == 403
    assert boss.post(f"{LIST}add/").status_code == 403
    assert boss.post(page_of(run, "delete"), {"post": "yes"}).status_code == 403
    boss.post(page_of(run), {"status": "success"})
    run.refresh_from_db()
    assert run.status == "failure"
    assert not boss.get(LIST).context["action_form"]
