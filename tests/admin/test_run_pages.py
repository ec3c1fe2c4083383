"""The page of one run: what it did, its whole values, stopping it, doing it again."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from openflow_django.admin import run_page
from openflow_django.admin.payloads import MAX_CHARACTERS, cut_columns, log_lines, payload
from openflow_django.models import Run, RunData, RunStatus, StepRun
from tests.admin.conftest import Page

LIST = "/admin/openflow/run/"


def page_of(run: Run, name: str = "change") -> str:
    return f"/admin/openflow/run/{run.pk}/{name}/"


# The page of one run


def test_the_head_tells_what_ran_why_and_how_it_ended(boss, run) -> None:
    page = Page(boss.get(page_of(run)))
    for text in ("Order paid", "failed", "v1", "shop.order.updated", "shop.order 7", "420 ms", "Trigger"):
        assert text in page.text
    assert page.all("a", href="/admin/shop/order/7/change/")
    assert page.all("a", href=f"/admin/openflow/flow/{run.flow.pk}/versions/1/")


def test_steps_are_shown_in_order_with_everything_about_them(boss, run) -> None:
    page = Page(boss.get(page_of(run)))
    order = [attrs["id"] for attrs in page.all("li") if attrs.get("id", "").startswith("step-")]
    assert order == ["step-total", "step-lines", "step-lines/0/reserve", "step-mail"]
    for text in (
        "Add up",
        "For each line",
        "Iteration 1",
        "12 ms",
        "added up",
        "Attempt 2",
        "The server did not answer.",
    ):
        assert text in page.text
    assert '"order_id": 7' in page.text
    assert '"sum": 120' in page.text


def test_a_failed_step_is_open_and_the_error_stands_above(boss, run) -> None:
    page = Page(boss.get(page_of(run)))
    assert page.all("details", data_openflow_keep="mail", open="")
    assert not page.all("details", data_openflow_keep="total", open="")
    assert page.text.index("The run failed") < page.text.index("Steps")
    assert "At step mail." in page.text


def test_the_whole_flow_object_is_there(boss, run) -> None:
    details = boss.get(page_of(run)).context["details"]
    assert list(details.flow_object) == [
        "$trigger",
        "$last",
        "$accountability",
        "$env",
        "flow_input",
        "total",
        "reserve",
        "lines",
        "mail",
    ]
    assert details.flow_object["$trigger"].value == {"keys": [7], "payload": {"status": "paid"}}
    assert details.flow_object["total"].value == {"sum": 120}
    assert details.flow_object["$last"].value["message"] == "The server did not answer."


def test_a_large_value_is_cut_and_can_be_seen_whole(boss, run) -> None:
    response = boss.get(page_of(run))
    page = Page(response)
    assert "x" * MAX_CHARACTERS not in page.text
    (link,) = {attrs["href"] for attrs in page.all("a") if "of=result" in attrs.get("href", "")}
    whole = boss.get(link)
    assert whole.content.decode() == '"' + "x" * 30_000 + '"'
    assert whole.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in whole.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "of=document",
        "of=id",
        "step=1&of=path",
        "step=999&of=result",
        "step=x&of=result",
        "step=-1&of=result",
        f"step={9**40}&of=result",
    ],
)
def test_only_payloads_have_a_page_of_their_own(boss, run, query) -> None:
    assert boss.get(f"{page_of(run, 'value')}?{query}").status_code == 404


def test_without_the_right_no_payload_is_read(login, run) -> None:
    client = login("viewer")
    with CaptureQueriesContext(connection) as queries:
        page = Page(client.get(page_of(run)))
    assert "Add up" in page.text
    for secret in ("order_id", '"sum"', "added up", "did not answer", "keys"):
        assert secret not in page.text
    assert "hidden" in page.text
    assert not any("openflow_rundata" in query["sql"] for query in queries)
    assert not any('openflow_steprun"."result' in query["sql"] for query in queries)
    step = StepRun.objects.get(run=run, seq=1)
    assert client.get(f"{page_of(run, 'value')}?step={step.pk}&of=result").status_code == 403


def test_a_page_of_a_run_costs_the_same_whatever_it_did(boss, run) -> None:
    boss.get(page_of(run))
    with CaptureQueriesContext(connection) as few:
        boss.get(page_of(run))
    now = timezone.now()
    StepRun.objects.bulk_create(
        StepRun(
            run=run,
            seq=100 + number,
            path=f"lines/{number}/reserve",
            kind="step",
            attempt=0,
            module_id="reserve",
            status="success",
            result={"number": number},
            started_at=now,
        )
        for number in range(1, 400)
    )
    with CaptureQueriesContext(connection) as many:
        response = boss.get(page_of(run))
    assert len(many) <= len(few) + 1 <= 12
    assert len(response.context["details"].steps) < 2 * run_page.STEPS_PER_PAGE + 3
    assert response.context["details"].flow_object["$last"].value["message"] == "The server did not answer."
    assert "Page 1 of 3" in Page(response).text
    assert "lines/397/reserve" in Page(boss.get(f"{page_of(run)}?page=3")).text


def test_a_payload_of_megabytes_is_not_loaded(boss, run) -> None:
    StepRun.objects.filter(run=run, seq=1).update(result={"text": "y" * 2_000_000})
    assert len(boss.get(page_of(run)).content) < 500_000


def test_a_run_that_is_still_going_refreshes_by_itself(boss, run) -> None:
    finished = Page(boss.get(page_of(run)))
    assert not finished.all("meta", http_equiv="refresh")
    assert "data-openflow-state" not in finished.all("div", id="openflow-live")[0]
    Run.objects.filter(pk=run.pk).update(status=RunStatus.RUNNING, finished_at=None)
    page = Page(boss.get(page_of(run)))
    assert page.all("meta", http_equiv="refresh")
    (live,) = page.all("div", id="openflow-live")
    assert live["data-openflow-state"] == page_of(run, "state")
    assert boss.get(live["data-openflow-state"]).json() == {"status": "running", "seq": 5, "done": False}


def test_a_test_run_names_the_steps_of_its_own_draft(boss, flow, document) -> None:
    run = Run.objects.create(flow=flow, kind="test", status="success")
    RunData.objects.create(run=run, document=document, input={})
    StepRun.objects.create(
        run=run, seq=1, path="total", kind="step", attempt=0, module_id="total", status="success"
    )
    page = Page(boss.get(page_of(run)))
    assert "Add up" in page.text
    assert "Draft" in page.text


def test_a_run_of_a_deleted_flow_is_still_readable(boss, flow, run) -> None:
    flow.delete()
    page = Page(boss.get(page_of(run)))
    assert "Deleted flow" in page.text
    assert "total" in page.text


def test_a_run_without_data_or_steps_has_a_page(boss, flow) -> None:
    run = Run.objects.create(flow=flow)
    assert "No step has finished yet." in Page(boss.get(page_of(run))).text


def test_an_unknown_run_is_not_found(boss) -> None:
    for name in ("change", "state", "value", "cancel"):
        assert boss.get(f"/admin/openflow/run/999/{name}/").status_code == 404
        assert boss.get(f"/admin/openflow/run/x'y/{name}/").status_code == 404


def test_odd_records_break_no_page(boss, run) -> None:
    StepRun.objects.filter(run=run, seq=1).update(logs="text", error=[1], input="x", result=[{"name": 1}])
    StepRun.objects.filter(run=run, seq=4).update(error="only text", started_at=None, logs=[1, {"level": 5}])
    RunData.objects.filter(run=run).update(error="only text", trigger=None, accountability=None)
    page = Page(boss.get(page_of(run)))
    assert "only text" in page.text


def test_a_log_that_is_cut_keeps_its_whole_lines(run) -> None:
    lines = [{"level": "info", "message": f"line {number} }}, {{", "at": ""} for number in range(2000)]
    StepRun.objects.filter(run=run, seq=1).update(logs=lines)
    row = StepRun.objects.filter(run=run, seq=1).values("pk", **cut_columns(["logs"])).get()
    cut = payload(row, "logs", url="/", step=1)
    assert cut is not None
    assert cut.is_cut
    read = log_lines(cut)
    assert 50 < len(read) < 2000
    assert [line.message for line in read[:2]] == ["line 0 }, {", "line 1 }, {"]


# Stopping a run


def test_cancelling_asks_first_and_keeps_the_reason(boss, run) -> None:
    Run.objects.filter(pk=run.pk).update(status=RunStatus.QUEUED, finished_at=None)
    assert page_of(run, "cancel") in str(boss.get(page_of(run)).content)
    boss.get(page_of(run, "cancel"))
    run.refresh_from_db()
    assert run.status == "queued"
    response = boss.post(page_of(run, "cancel"), {"reason": "Wrong order"}, follow=True)
    assert "The run was asked to stop." in Page(response).text
    run.refresh_from_db()
    assert (run.status, run.cancel_reason) == ("canceled", "Wrong order")
    assert run.canceled_by is not None
    assert LogEntry.objects.filter(object_id=str(run.pk)).exists()


def test_a_run_that_has_ended_is_not_cancelled(boss, run) -> None:
    response = boss.post(page_of(run, "cancel"), follow=True)
    assert "The run has ended already." in Page(response).text


def test_a_run_can_be_started_again_as_it_was(boss, run) -> None:
    response = boss.post(page_of(run, "replay"), follow=True)
    again = Run.objects.exclude(pk=run.pk).get()
    assert response.redirect_chain[-1][0] == page_of(again)
    assert (again.version, again.status) == (run.version, "queued")
    assert RunData.objects.get(run=again).input == {"order_id": 7}
    assert boss.get(page_of(run, "replay")).status_code == 405


# Again, and from the middle


def test_a_run_can_be_restarted_from_a_step(boss, run) -> None:
    page = Page(boss.get(page_of(run)))
    places = [attrs["value"] for attrs in page.all("button", name="path")]
    assert places == ["total", "lines", "lines/0/reserve", "mail"]
    response = boss.post(page_of(run, "restart"), {"path": "lines"}, follow=True)
    again = Run.objects.exclude(pk=run.pk).get()
    assert response.redirect_chain[-1][0] == page_of(again)
    assert (again.original, again.restart_path) == (run, "lines")
    assert "an earlier run" in Page(response).text
    assert "from lines" in Page(response).text


@pytest.mark.parametrize("path", ["", "nowhere", "x" * 1000, "lines/x/y"])
def test_a_place_the_run_never_came_to_is_refused_in_words(boss, run, path) -> None:
    response = boss.post(page_of(run, "restart"), {"path": path}, follow=True)
    assert response.redirect_chain[-1][0] == page_of(run)
    assert len(list(response.context["messages"])) == 1
    assert Run.objects.count() == 1


def test_a_run_that_is_going_on_is_neither_repeated_nor_restarted(boss, run) -> None:
    Run.objects.filter(pk=run.pk).update(status=RunStatus.RUNNING, finished_at=None)
    page = Page(boss.get(page_of(run)))
    assert not page.all("form", action=page_of(run, "replay"))
    assert not page.all("form", action=page_of(run, "restart"))


# A run that was split over several workers


@pytest.fixture
def parts(run) -> list[Run]:
    """Two workers share the iterations of the loop."""
    made = [
        Run.objects.create(
            flow=run.flow,
            version=run.version,
            parent=run,
            root=run,
            kind="part",
            part_path="lines",
            part_no=no,
            seq=2,
        )
        for no in range(2)
    ]
    for iteration in (3, 1, 2, 10):
        StepRun.objects.create(
            run=made[iteration % 2],
            seq=iteration,
            path=f"lines/{iteration}/reserve",
            kind="step",
            attempt=0,
            module_id="reserve",
            status="success",
            result={"of": iteration},
        )
    return made


def test_what_its_parts_did_is_shown_in_its_place(boss, run, parts) -> None:
    response = boss.get(page_of(run))
    page = Page(response)
    headings = [line.summary for line, _ in response.context["details"].steps if line.is_heading]
    assert headings == [f"Iteration {number}" for number in (1, 2, 3, 4, 11)]
    assert '"of": 10' in page.text
    assert page.text.index('"of": 10') < page.text.index(
        "The server did not answer.", page.text.index("Steps")
    )


def test_the_values_of_its_parts_have_pages_too(boss, run, parts, login) -> None:
    step = StepRun.objects.filter(run=parts[0]).first()
    assert step is not None
    assert json.loads(boss.get(f"{page_of(run, 'value')}?step={step.pk}&of=result").content)["of"] in (2, 10)
    stranger = Run.objects.create(flow=run.flow)
    assert boss.get(f"{page_of(stranger, 'value')}?step={step.pk}&of=result").status_code == 404


def test_a_page_that_waits_hears_of_its_parts(boss, run, parts) -> None:
    before = boss.get(page_of(run, "state")).json()["seq"]
    Run.objects.filter(pk=parts[1].pk).update(seq=3)
    assert boss.get(page_of(run, "state")).json()["seq"] == before + 1


def test_parts_are_not_in_the_list_and_lead_to_their_run(boss, run, parts) -> None:
    assert boss.get(LIST).context["cl"].result_count == 1
    assert Page(boss.get(page_of(parts[0]))).all("a", href=page_of(run))
