"""The journal of a run: buffers its records and writes them in fenced batches."""

import time
from datetime import datetime

from django.utils import timezone

from openflow_django.conf import settings
from openflow_django.engine.records import Record
from openflow_django.worker.store import Claim, Store

__all__ = ["RunJournal"]

_MARGIN_S = 10.0


class RunJournal:
    """Port :class:`~openflow_django.engine.ports.Journal` over the store. Raises LeaseLost and
    CancelRequested."""

    def __init__(self, store: Store, claim: Claim) -> None:
        self._store, self._claim = store, claim
        self._buffer: list[Record] = []
        self._flushed_at = time.monotonic()
        self._ours_until = _monotonic(claim.run.lease_until or timezone.now())
        self._lease_s = 0.0
        self._rows, self._interval_s = settings.FLUSH_ROWS, settings.FLUSH_MS / 1000
        self.seq: int = claim.run.seq

    def record(self, record: Record) -> None:
        self._buffer.append(record)
        if len(self._buffer) >= self._rows or time.monotonic() - self._flushed_at >= self._interval_s:
            self.flush()

    def flush(self) -> None:
        if self._buffer:
            self._checkpoint()

    def hold(self, seconds: float) -> None:
        if self._ours_until < time.monotonic() + seconds + _MARGIN_S:
            # From now on each checkpoint renews for as long: the next step may well take the same time.
            self._lease_s = max(self._lease_s, seconds + 2 * _MARGIN_S)
            self._checkpoint()

    def take(self) -> list[Record]:
        """The records not yet written: for the write that ends this worker's hold on the run."""
        taken, self._buffer = self._buffer, []
        return taken

    def _checkpoint(self) -> None:
        lease_until = self._store.checkpoint(
            self._claim, seq=self.seq, records=self._buffer, lease_s=self._lease_s
        )
        self.seq += len(self._buffer)
        self._buffer = []
        self._flushed_at, self._ours_until = time.monotonic(), _monotonic(lease_until)


def _monotonic(at: datetime) -> float:
    """A time of the day as one of the monotonic clock, which is asked before every step."""
    return time.monotonic() + (at - timezone.now()).total_seconds()
