"""How a worker lets go of a run: finished, parked, spread over parts, or cancelled."""

from datetime import datetime, timedelta

from django.utils import timezone

from openflow_django.engine.errors import CANCELED
from openflow_django.engine.outcome import Outcome, failed
from openflow_django.engine.parking import Joining, Parked
from openflow_django.models import RunKind, RunStatus
from openflow_django.queues import get_queue
from openflow_django.signals import run_finished
from openflow_django.worker.blanking import blank_after
from openflow_django.worker.journal import RunJournal
from openflow_django.worker.store import Claim, Store
from openflow_django.worker.waits import Waits

__all__ = ["Endings"]

FAR = timedelta(days=365)


class Endings:
    """Of one claimed run. Each method writes what the journal still holds and may return a run that is due
    now.

    All raise LeaseLost.
    """

    def __init__(self, store: Store, claim: Claim, journal: RunJournal) -> None:
        self._store, self._claim, self._journal = store, claim, journal

    def finish(self, outcome: Outcome) -> int | None:
        """The run has come to its outcome."""
        status = RunStatus.SUCCESS if outcome.ok else RunStatus.FAILURE
        if outcome.ok and outcome.stop is not None and outcome.stop.skipped:
            status = RunStatus.SKIPPED
        return self._finish(outcome, status)

    def cancel(self) -> int | None:
        """Somebody asked for the run to stop, and it has."""
        run = self._claim.run
        run.refresh_from_db(fields=["cancel_reason", "canceled_by"])
        who = str(run.canceled_by or "the site")
        outcome = failed(CANCELED, f"Job canceled: {run.cancel_reason or 'no reason given'} by {who}")
        return self._finish(outcome, RunStatus.CANCELED)

    def park(self, parked: Parked) -> int | None:
        """The run cannot go on before a time or an event. One that arrived meanwhile makes it due at once."""
        status = RunStatus.SUSPENDED if parked.waiting else RunStatus.QUEUED
        ready_at: datetime = parked.due or timezone.now() + FAR
        self._store.park(
            self._claim,
            seq=self._journal.seq,
            records=self._journal.take(),
            status=status,
            ready_at=ready_at,
        )
        run = self._claim.run
        return run.pk if Waits(run).have_ended() and self._store.resume(run.pk) else None

    def split(self, joining: Joining) -> None:
        """The run waits for its parts; they are due now."""
        run = self._claim.run
        parts = self._store.split(
            self._claim,
            seq=self._journal.seq,
            records=self._journal.take(),
            path=joining.path,
            shares=joining.shares,
        )
        for part_id in parts[1:]:
            get_queue().enqueue(part_id, queue=run.queue, priority=run.priority)

    def _finish(self, outcome: Outcome, status: RunStatus) -> int | None:
        run, records = self._claim.run, self._journal.take()
        if run.kind == RunKind.PART:
            return self._store.finish_part(self._claim, seq=self._journal.seq, records=records, status=status)
        self._store.finish(
            self._claim,
            seq=self._journal.seq,
            records=records,
            status=status,
            result=outcome.value,
            error=None if outcome.ok else outcome.error,
        )
        run.status = status
        blank_after(run, self._claim.data)
        run_finished.send_robust(type(run), run=run)
        return None
