"""What is kept and for how long: finished runs are pruned by age and number, or erased with their object.

Runs that have not ended are never touched. A run goes with its steps, payloads, parts and event.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from openflow_django.conf import settings
from openflow_django.models import FINAL_STATUSES, Event, EventStatus, Flow, Run
from openflow_django.services.database import home
from openflow_django.worker.blanking import blank_due
from openflow_django.worker.tick import chores

__all__ = ["CHORE_EVERY_S", "erase_object", "prune"]

BATCH = 500
"""Runs deleted in one transaction, so that workers wait for the lock only a moment."""

CHORE_EVERY_S = 600.0
"""Pause in seconds between two rounds of pruning by the tick of one process."""

_chore_at: float | None = None


def prune(*, now: datetime | None = None) -> int:
    """Delete finished runs older than ``RETENTION_DAYS`` and those of each flow beyond ``RETENTION_RUNS``.

    Events that started no run are deleted at the same age. Returns the number of runs deleted, parts not
    counted.
    """
    deleted = 0
    if settings.RETENTION_DAYS is not None:
        oldest = (now or timezone.now()) - timedelta(days=settings.RETENTION_DAYS)
        deleted += _delete(_finished().filter(finished_at__lt=oldest))
        _delete_events(Event.objects.using(home()).filter(created_at__lt=oldest, run=None))
    if settings.RETENTION_RUNS is not None:
        deleted += sum(_delete(runs) for runs in _surplus(settings.RETENTION_RUNS))
    return deleted


def erase_object(*, object_type: str, object_id: str) -> int:
    """Delete everything kept about one object of the site: its events and the finished runs they started.

    ``object_type`` is ``"app.model"``, ``object_id`` the primary key as text. Returns the number of runs
    deleted.
    """
    events = Event.objects.using(home()).filter(object_type=object_type, object_id=object_id)
    deleted = _delete(_finished().filter(event__in=events))
    _delete_events(events.filter(run=None))
    return deleted


def _finished() -> QuerySet[Run]:
    return Run.objects.using(home()).filter(root=None, status__in=FINAL_STATUSES)


def _surplus(kept: int) -> Iterator[QuerySet[Run]]:
    """The finished runs of each flow beyond the newest ``kept``."""
    for flow_id in Flow.objects.using(home()).values_list("pk", flat=True):
        runs = _finished().filter(flow=flow_id)
        newest_surplus = runs.order_by("-created_at", "-pk").values_list("created_at", "pk")[kept : kept + 1]
        for created_at, pk in newest_surplus:
            yield runs.filter(created_at__lte=created_at).exclude(created_at=created_at, pk__gt=pk)


def _delete(runs: QuerySet[Run]) -> int:
    deleted = 0
    while batch := dict(runs.order_by("pk").values_list("pk", "event_id")[:BATCH]):
        with transaction.atomic(using=home()):
            Run.objects.using(home()).filter(pk__in=batch).delete()
            Event.objects.using(home()).filter(pk__in=[event for event in batch.values() if event]).delete()
        deleted += len(batch)
    return deleted


def _delete_events(events: QuerySet[Event]) -> None:
    handled = events.exclude(status=EventStatus.NEW)
    while batch := list(handled.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        Event.objects.using(home()).filter(pk__in=batch).delete()


def _chore() -> None:
    global _chore_at
    if _chore_at is None or time.monotonic() - _chore_at >= CHORE_EVERY_S:
        _chore_at = time.monotonic()
        prune()


chores.register("retention", _chore)
chores.register("blanking", blank_due)
