"""What is deleted when, and what stays whatever happens."""

from datetime import timedelta

import pytest
from django.utils import timezone

from openflow_django.models import Event, Flow, Run, RunData, StepRun
from openflow_django.services import retention

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def keep(settings):
    def limits(*, days=None, runs=None):
        settings.OPENFLOW = {**settings.OPENFLOW, "RETENTION_DAYS": days, "RETENTION_RUNS": runs}

    return limits


def a_run(flow, *, days, status="success", event=None, **given):
    at = NOW - timedelta(days=days)
    ended = at if status in {"success", "failure", "skipped", "canceled"} else None
    run = Run.objects.create(flow=flow, created_at=at, finished_at=ended, status=status, event=event, **given)
    RunData.objects.create(run=run, input={"secret": 1})
    StepRun.objects.create(run=run, seq=1, path="a", kind="step", module_id="a", status="success")
    return run


def test_finished_runs_go_with_their_rows_when_they_are_too_old(flow, keep):
    keep(days=30)
    event = Event.objects.create(flow=flow, name="n", status="started")
    old = a_run(flow, days=31, event=event)
    a_run(flow, days=31, root=old, parent=old)
    young = a_run(flow, days=29)
    assert retention.prune(now=NOW) == 1
    assert list(Run.objects.all()) == [young]
    assert list(RunData.objects.values_list("run", flat=True)) == [young.pk]
    assert list(StepRun.objects.values_list("run", flat=True)) == [young.pk]
    assert not Event.objects.exists()


@pytest.mark.parametrize("status", ["queued", "running", "suspended", "joining"])
def test_what_has_not_ended_is_never_touched(flow, keep, status):
    keep(days=1, runs=0)
    a_run(flow, days=400, status=status)
    assert retention.prune(now=NOW) == 0
    assert Run.objects.exists()


def test_each_flow_keeps_its_newest(flow, keep):
    keep(runs=2)
    other = Flow.objects.create(path="other", name="other")
    runs = [a_run(flow, days=days) for days in (4, 3, 2, 1)]
    kept = a_run(other, days=9)
    open_run = a_run(flow, days=8, status="suspended")
    assert retention.prune(now=NOW) == 2
    assert set(Run.objects.all()) == {runs[2], runs[3], kept, open_run}


def test_runs_of_the_same_instant_are_counted_apart(flow, keep):
    keep(runs=1)
    runs = [a_run(flow, days=1) for _ in range(3)]
    assert retention.prune(now=NOW) == 2
    assert Run.objects.get() == runs[2]


def test_without_limits_everything_stays(flow, keep):
    keep()
    a_run(flow, days=10_000)
    assert retention.prune(now=NOW) == 0


def test_more_than_one_batch(flow, keep, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    keep(days=1)
    for _ in range(5):
        a_run(flow, days=2)
    assert retention.prune(now=NOW) == 5


def test_events_that_started_nothing_go_by_age(flow, keep):
    keep(days=30)
    old = NOW - timedelta(days=31)
    for status in ("suppressed", "failed", "new"):
        Event.objects.create(flow=flow, name=status, status=status, created_at=old)
    Event.objects.create(flow=flow, name="young", status="failed")
    retention.prune(now=NOW)
    assert set(Event.objects.values_list("name", flat=True)) == {"new", "young"}


def test_nothing_about_an_erased_object_remains(flow):
    def event(key, status="started"):
        return Event.objects.create(
            flow=flow,
            name="n",
            object_type="shop.order",
            object_id=key,
            status=status,
            payload={"mail": "a@b"},
        )

    a_run(flow, days=0, event=event("7"))
    event("7", status="suppressed")
    kept = a_run(flow, days=0, event=event("8"))
    assert retention.erase_object(object_type="shop.order", object_id="7") == 1
    assert not Event.objects.filter(object_id="7").exists()
    assert Run.objects.get() == kept


def test_the_tick_prunes_now_and_then(flow, keep, monkeypatch):
    from openflow_django.worker.tick import chores

    monkeypatch.setattr(retention, "_chore_at", None)
    keep(days=1)
    a_run(flow, days=2)
    chores.get("retention")()
    assert not Run.objects.exists()
    a_run(flow, days=2)
    chores.get("retention")()
    assert Run.objects.exists()
