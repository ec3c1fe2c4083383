"""What time brings: runs that have become due, leases that lapsed, wake-ups that were lost, and registered
chores.

Any number of tickers may run at once: a tick only rings, and claims decide.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import router
from django.db.models import Q, QuerySet
from django.utils import timezone

from openflow_django.models import Run, RunStatus
from openflow_django.queues import get_queue
from openflow_django.registry import Registry

__all__ = ["Chore", "Ticker", "chores"]

logger = logging.getLogger("openflow.worker")

Chore = Callable[[], object]

chores: Registry[Chore] = Registry("chore")
"""Work that every tick does after the runs, each in its own guard: the outbox, schedules, retention."""

OVERDUE = timedelta(seconds=5)
AGAIN = timedelta(seconds=10)
LIMIT = 100


class Ticker:
    """Rings for what has become due since its last tick; for all that is overdue, now and then."""

    def __init__(self) -> None:
        self._ticked_at = timezone.now()
        self._swept_at: datetime | None = None

    def tick(self) -> int:
        """One pass. Returns how many runs were rung for."""
        now = timezone.now()
        rung = self._ring(Q(ready_at__gt=self._ticked_at, ready_at__lte=now))
        if self._swept_at is None or now - self._swept_at >= AGAIN:
            rung += self._ring(Q(ready_at__lte=now - OVERDUE))
            rung += self._ring_lapsed(now)
            self._swept_at = now
        self._ticked_at = now
        for name, chore in chores.items():
            try:
                chore()
            except Exception:
                logger.exception("the chore %s failed", name)
        return rung

    def _ring(self, due: Q) -> int:
        parked = (RunStatus.QUEUED, RunStatus.SUSPENDED)
        return _ring_all(Run.objects.filter(due, status__in=parked).order_by("priority", "ready_at"))

    def _ring_lapsed(self, now: datetime) -> int:
        return _ring_all(
            Run.objects.filter(status=RunStatus.RUNNING, lease_until__lt=now).order_by("lease_until")
        )


def _ring_all(runs: QuerySet[Run]) -> int:
    due = list(runs.using(router.db_for_write(Run)).values_list("id", "queue", "priority")[:LIMIT])
    for run_id, queue, priority in due:
        get_queue().enqueue(run_id, queue=queue, priority=priority)
    return len(due)
