"""Executes runs: claim, drive, let go; then whatever else is due, until the time for it is over."""

import logging
import time
from contextlib import ExitStack
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from openflow_django import accountability, causality
from openflow_django.conf import settings
from openflow_django.engine.driver import Driver, HistoryInvalid, StepLimitReached
from openflow_django.engine.errors import CANCELED, INTERNAL
from openflow_django.engine.evaluation import Expressions
from openflow_django.engine.interpreter import run_flow
from openflow_django.engine.outcome import UNSET, Outcome, failed
from openflow_django.engine.parking import Parked
from openflow_django.engine.ports import History, Ports
from openflow_django.engine.records import Record
from openflow_django.engine.scope import RunInfo
from openflow_django.exceptions import OpenFlowError
from openflow_django.models import RunKind, RunStatus
from openflow_django.signals import run_finished, run_started
from openflow_django.spec.document import Flow
from openflow_django.spec.parse import parse
from openflow_django.worker.clock import SystemClock
from openflow_django.worker.identity import acting_for, actor_for
from openflow_django.worker.journal import RunJournal
from openflow_django.worker.library import Library, version_document
from openflow_django.worker.rows import read_history
from openflow_django.worker.runners import evaluator, script_runners
from openflow_django.worker.steps import Steps
from openflow_django.worker.store import CancelRequested, Claim, LeaseLost, Store
from openflow_django.worker.waits import Waits

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
            self._execute(claim)
        except LeaseLost:
            logger.warning("run %s is somebody else's now", claim.run.pk, extra=extra)
        except DatabaseError:
            logger.exception("run %s: the database failed, its lease will lapse", claim.run.pk, extra=extra)
            close_old_connections()

    def _execute(self, claim: Claim) -> None:
        journal = RunJournal(self._store, claim)
        if claim.run.claims == 1:
            run_started.send(type(claim.run), run=claim.run)
        if claim.run.crashes > settings.CRASH_LIMIT:
            self._end(
                claim, journal, failed("Crashed", f"the worker died {claim.run.crashes} times in this run")
            )
            return
        try:
            self._end(claim, journal, self._drive(claim, journal))
        except Parked as parked:
            self._park(claim, journal, parked)
        except CancelRequested:
            self._cancel(claim, journal)
        except (StepLimitReached, HistoryInvalid) as error:
            self._end(claim, journal, failed(type(error).__name__, error.message))
        except (LeaseLost, DatabaseError):
            raise
        except Exception as error:
            logger.exception("run %s failed inside the engine", claim.run.pk, extra={"run_id": claim.run.pk})
            self._end(claim, journal, failed(INTERNAL, f"{type(error).__name__}: {error}"))

    def _drive(self, claim: Claim, journal: RunJournal) -> Outcome:
        run, data = claim.run, claim.data
        try:
            flow = self._document(claim)
        except OpenFlowError as error:
            return failed(INTERNAL, error.message)
        history: History = read_history(self._store.using, run_id=run.pk) if run.seq else {}
        driver = Driver(
            ports=Ports(Expressions(evaluator()), self._library),
            steps=Steps(
                runners=script_runners(),
                scripts=self._library,
                actor=lambda: actor_for(run, data.accountability),
                run_key=str(run.public_id),
                max_result_bytes=settings.MAX_RESULT_BYTES,
                max_json_depth=settings.MAX_JSON_DEPTH,
            ),
            journal=journal,
            clock=SystemClock(),
            waits=Waits(run),
            history=history,
            max_steps=settings.MAX_RUN_STEPS,
        )
        with ExitStack() as stack:
            stack.enter_context(causality.caused_by(run))
            stack.enter_context(accountability.acting(acting_for(run, data.accountability)))
            return driver.run(run_flow(flow, data.input, self._info(claim)))

    def _document(self, claim: Claim) -> Flow:
        if claim.data.document is not None:
            return parse(claim.data.document)
        if claim.run.version_id is None:
            raise OpenFlowError("the version this run is pinned to was deleted")
        return version_document(claim.run.version_id, claim.run.document_digest)

    def _info(self, claim: Claim) -> RunInfo:
        run, data = claim.run, claim.data
        started = run.started_at or run.created_at
        return RunInfo(
            run_id=str(run.public_id),
            trigger=data.trigger if run.kind == RunKind.TRIGGER or data.trigger is not None else UNSET,
            accountability=data.accountability,
            env=data.env if isinstance(data.env, dict) else {},
            started_at=started.isoformat(),
            max_iterations=settings.MAX_LOOP_ITERATIONS,
            max_call_depth=settings.MAX_FLOW_DEPTH,
        )

    def _end(self, claim: Claim, journal: RunJournal, outcome: Outcome) -> None:
        status = RunStatus.SUCCESS if outcome.ok else RunStatus.FAILURE
        if outcome.ok and outcome.stop is not None and outcome.stop.skipped:
            status = RunStatus.SKIPPED
        self._finish(claim, journal, outcome, status)

    def _cancel(self, claim: Claim, journal: RunJournal) -> None:
        claim.run.refresh_from_db(fields=["cancel_reason", "canceled_by"])
        who = str(claim.run.canceled_by or "the site")
        outcome = failed(CANCELED, f"Job canceled: {claim.run.cancel_reason or 'no reason given'} by {who}")
        self._finish(claim, journal, outcome, RunStatus.CANCELED)

    def _finish(self, claim: Claim, journal: RunJournal, outcome: Outcome, status: RunStatus) -> None:
        records: list[Record] = journal.take()
        self._store.finish(
            claim,
            seq=journal.seq,
            records=records,
            status=status,
            result=outcome.value,
            error=None if outcome.ok else outcome.error,
        )
        claim.run.status = status
        run_finished.send_robust(type(claim.run), run=claim.run)

    def _park(self, claim: Claim, journal: RunJournal, parked: Parked) -> None:
        status = RunStatus.SUSPENDED if parked.waiting else RunStatus.QUEUED
        ready_at: datetime = parked.due or timezone.now() + timedelta(days=365)
        self._store.park(claim, seq=journal.seq, records=journal.take(), status=status, ready_at=ready_at)
