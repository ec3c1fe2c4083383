"""The page of a run that is still going."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from openflow_django.models import Flow, Run, RunData, StepRun

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_it_shows_each_step_as_it_ends_and_keeps_what_was_opened(visit) -> None:
    flow = Flow.objects.select_related("published_version").get(path="orders/paid")
    now = timezone.now()
    run = Run.objects.create(
        flow=flow,
        version=flow.published_version,
        status="running",
        started_at=now - timedelta(seconds=3),
        seq=1,
    )
    RunData.objects.create(run=run, input={"order": 7}, trigger={"key": 7})

    def ended(seq: int, step: str) -> None:
        values = {"path": step, "module_id": step, "kind": "step", "attempt": 0, "status": "success"}
        StepRun.objects.create(
            run=run, seq=seq, **values, started_at=now, duration_us=900, result={"of": step}
        )
        Run.objects.filter(pk=run.pk).update(seq=seq)

    ended(1, "lines")
    page = visit(f"/admin/openflow/run/{run.pk}/change/")
    expect(page.get_by_text("Refreshes by itself")).to_be_visible()
    page.locator("#step-lines summary").first.click()
    ended(2, "customer")
    expect(page.locator("#step-customer")).to_be_visible(timeout=10_000)
    expect(page.get_by_text('"of": "lines"').first).to_be_visible()

    Run.objects.filter(pk=run.pk).update(status="success", finished_at=timezone.now())
    expect(page.locator(".openflow-head").get_by_text("succeeded")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("Refreshes by itself")).to_have_count(0)
