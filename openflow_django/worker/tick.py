"""What time brings: runs that have become due, leases that lapsed, wake-ups that were lost, registered
chores.

Any number of tickers may run at once: a tick only rings, and claims decide.
"""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db import router
from django.db.models import Q
from django.utils import timezone

from openflow_django.models import Run, RunStatus
from openflow_django.queues import get_queue
from openflow_django.registry import Registry
from openflow_django.worker.store import Store

__all__ = ["Chore", "Ticker", "chores"]

logger = logging.getLogger("openflow.worker")

Chore = Callable[[], object]

chores: Registry[Chore] = Registry("chore")
"""Work that every tick does after the runs, each in its own guard: the outbox, schedules, retention."""

GRACE = timedelta(seconds=2)
"""A run that is due for no longer than this is left to the wake-up it was given when it became due."""

AGAIN_S = 10.0
LIMIT = 200


class Ticker:
    """Rings once for what has become due since its last tick, and again every ten seconds while nobody takes
    it."""

    def __init__(self) -> None:
        self._ticked_at = timezone.now()
        self._rung: dict[int, float] = {}

    def tick(self) -> int:
        """One pass. Returns how many runs were rung for."""
        Store().release_dead()
        now = timezone.now()
        parked = Q(status__in=(RunStatus.QUEUED, RunStatus.SUSPENDED))
        became_due = parked & Q(ready_at__gt=self._ticked_at, ready_at__lte=now)
        overdue = parked & Q(ready_at__lte=now - GRACE)
        lapsed = Q(status=RunStatus.RUNNING, lease_until__lt=now)
        self._ticked_at = now
        rung = sum(self._ring(_due(condition)) for condition in (became_due, overdue, lapsed))
        for name, chore in chores.items():
            try:
                chore()
            except Exception:
                logger.exception("the chore %s failed", name)
        return rung

    def _ring(self, runs: Iterable[tuple[int, str, int]]) -> int:
        now, queue = time.monotonic(), get_queue()
        self._rung = {run_id: at for run_id, at in self._rung.items() if now - at < AGAIN_S}
        fresh = [run for run in runs if run[0] not in self._rung]
        for run_id, name, priority in fresh:
            queue.enqueue(run_id, queue=name, priority=priority)
            self._rung[run_id] = now
        return len(fresh)


def _due(condition: Q) -> list[tuple[int, str, int]]:
    runs = (
        Run.objects.using(router.db_for_write(Run)).filter(condition).order_by("priority", "ready_at", "id")
    )
    return list(runs.values_list("id", "queue", "priority")[:LIMIT])
