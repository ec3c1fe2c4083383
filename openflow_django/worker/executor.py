"""Executes runs: claim, drive, let go; then whatever else is due, until the time for it is over."""

import logging
import time

from django.db import DatabaseError, close_old_connections

from openflow_django.conf import settings
from openflow_django.engine.driver import HistoryInvalid, StepLimitReached
from openflow_django.engine.errors import INTERNAL
from openflow_django.engine.forks import PartDone
from openflow_django.engine.outcome import Outcome, failed
from openflow_django.engine.parking import Joining, Parked
from openflow_django.exceptions import OpenFlowError
from openflow_django.models import RunKind
from openflow_django.signals import run_started
from openflow_django.worker.drive import drive
from openflow_django.worker.endings import Endings
from openflow_django.worker.journal import RunJournal
from openflow_django.worker.known_secrets import redacting
from openflow_django.worker.library import Library
from openflow_django.worker.store import CancelRequested, Claim, LeaseLost, Store

__all__ = ["Executor"]

logger = logging.getLogger("openflow.worker")


class Executor:
    """One worker's hands. Holds no open transaction while a step runs."""

    def __init__(self) -> None:
        self._store = Store()
        self._library = Library()

    def advance(self, run_id: int) -> None:
        """Do what is due of this run, then drain its queue for at most ``DRAIN_S`` seconds."""
        claim = self._store.claim(run_id)
        queue = claim.run.queue if claim else settings.DEFAULT_QUEUE_NAME
        if claim is not None:
            self.execute(claim)
        self.drain(queue)

    def drain(self, queue: str) -> int:
        """Execute due runs of a queue until there are none or the time is over. Returns how many."""
        until, done = time.monotonic() + settings.DRAIN_S, 0
        while time.monotonic() < until:
            claim = self._claim_next(queue)
            if claim is None:
                break
            self.execute(claim)
            done += 1
        return done

    def _claim_next(self, queue: str) -> Claim | None:
        for run_id in self._store.next_due(queue=queue):
            claim = self._store.claim(run_id)
            if claim is not None:
                return claim
        return None

    def execute(self, claim: Claim) -> None:
        """Drive a claimed run until it ends or lets go. Whatever happens inside a flow ends in its rows, not
        here."""
        extra = {"run_id": claim.run.pk, "flow_id": claim.run.flow_id}
        try:
            with redacting(claim.redactor):
                woken = self._execute(claim)
        except LeaseLost:
            logger.warning("run %s is somebody else's now", claim.run.pk, extra=extra)
        except DatabaseError:
            logger.exception("run %s: the database failed, its lease will lapse", claim.run.pk, extra=extra)
            close_old_connections()
        else:
            parent = self._store.claim(woken) if woken is not None else None
            if parent is not None:
                self.execute(parent)

    def _execute(self, claim: Claim) -> int | None:
        """The id of the run that this one woke: its parent, when the last part has ended."""
        journal = RunJournal(self._store, claim)
        end = Endings(self._store, claim, journal)
        if claim.run.claims == 1 and claim.run.kind != RunKind.PART:
            run_started.send(type(claim.run), run=claim.run)
        if claim.run.crashes > settings.CRASH_LIMIT:
            return end.finish(failed("Crashed", f"the worker died {claim.run.crashes} times in this run"))
        try:
            return end.finish(self._outcome(claim, journal))
        except Joining as joining:
            return end.split(joining)
        except Parked as parked:
            return end.park(parked)
        except CancelRequested:
            return end.cancel()

    def _outcome(self, claim: Claim, journal: RunJournal) -> Outcome:
        try:
            return drive(claim, journal=journal, store=self._store, library=self._library)
        except PartDone:
            return Outcome(None)
        except (StepLimitReached, HistoryInvalid) as error:
            return failed(type(error).__name__, error.message)
        except OpenFlowError as error:
            return failed(INTERNAL, error.message)
        except (Parked, CancelRequested, LeaseLost, DatabaseError):
            raise
        except Exception as error:
            logger.exception("run %s failed inside the engine", claim.run.pk, extra={"run_id": claim.run.pk})
            return failed(INTERNAL, f"{type(error).__name__}: {error}")
