"""Answering the interpreter's commands: from history where the run has been before, else by doing the work
and recording it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import Any

from openflow_django.engine.commands import (
    Decide,
    Decision,
    Fork,
    LoadFlow,
    Note,
    Pending,
    Resumption,
    RunStep,
    Sleep,
    Steps,
    WaitForEvents,
)
from openflow_django.engine.errors import EXECUTION
from openflow_django.engine.forks import Forks, InPlace
from openflow_django.engine.outcome import Outcome, failed
from openflow_django.engine.parking import Parked
from openflow_django.engine.policies import MAX_DELAY_S
from openflow_django.engine.ports import Clock, History, Journal, Ports, StepRunner, Waits
from openflow_django.engine.records import Kind, Record
from openflow_django.exceptions import OpenFlowError
from openflow_django.spec.document import Flow
from openflow_django.spec.json import Json

__all__ = ["Driver", "HistoryInvalid", "StepLimitReached"]


class StepLimitReached(OpenFlowError):
    """The run did more steps than the site allows."""

    code = "step_limit_reached"


class HistoryInvalid(OpenFlowError):
    """The recorded history does not fit this program."""

    code = "history_invalid"


@dataclass(slots=True)
class Driver:
    """Drives one run. ``max_steps`` bounds the records of the run."""

    ports: Ports
    steps: StepRunner
    journal: Journal
    clock: Clock
    waits: Waits
    history: History = field(default_factory=dict[Any, Record])
    forks: Forks = field(default_factory=lambda: InPlace(time.monotonic))
    max_steps: int = 100_000
    random: Random = field(default_factory=SystemRandom)
    _forks: int = field(default=0, init=False)
    _recorded: int = field(default=0, init=False)
    _answers: dict[type, Callable[[Any], Any]] = field(init=False)

    def __post_init__(self) -> None:
        self._answers = {
            RunStep: self._run_step,
            Decide: self._decide,
            Sleep: self._sleep,
            WaitForEvents: self._wait,
            Fork: self._fork,
            LoadFlow: self._load_flow,
            Note: self._note,
        }

    def run(self, flow: Steps) -> Outcome:
        """Drive to the end. Raises Parked where the run must let go, and whatever the journal raises."""
        self._recorded = len(self.history)
        return self._drive(flow)

    def _drive(self, flow: Steps) -> Outcome:
        answers = self._answers
        answer: Any = None
        send = flow.send
        while True:
            try:
                command = send(answer)
            except StopIteration as end:
                return end.value
            answer = answers[type(command)](command)

    def _record(self, record: Record) -> None:
        self._recorded += 1
        if self._recorded > self.max_steps:
            raise StepLimitReached(f"the run did more than {self.max_steps} steps (setting MAX_RUN_STEPS)")
        self.journal.record(record)

    def _run_step(self, command: RunStep) -> Outcome:
        record = self.history.get((command.path, Kind.STEP, command.attempt))
        if record is None:
            record = self._do_step(command)
        args = record.input if isinstance(record.input, dict) else None
        if record.status == "success":
            return Outcome(record.result, args=args)
        rejection = record.error if record.result is None else record.result
        return Outcome({"error": record.error}, ok=False, rejection=rejection, args=args)

    def _begin(self) -> None:
        """Something that history does not know begins."""
        if self.forks.replaying:
            raise Parked(due=None, waiting=True)

    def _do_step(self, command: RunStep) -> Record:
        self._begin()
        bounds = self.steps.bounds(command)
        self.journal.hold(bounds.time_limit_s)
        if bounds.effects:
            self.journal.flush()
        started, begin = self.clock.now(), self.clock.monotonic_us()
        result = self.steps.run(command, self.ports)
        record = Record(
            path=command.path,
            kind=Kind.STEP,
            attempt=command.attempt,
            step_id=command.module.id,
            status="success" if result.ok else "failure",
            input=result.args,
            result=result.value if result.ok else result.rejection,
            error=None if result.ok else result.error,
            logs=result.logs,
            planned_delay=command.planned_delay,
            started_at=started,
            duration_us=self.clock.monotonic_us() - begin,
        )
        self._record(record)
        if bounds.effects:
            self.journal.flush()
        return record

    def _decide(self, command: Decide) -> Decision:
        record = self.history.get((command.path, command.kind, command.attempt))
        if record is None:
            record = self._compute(command)
        if record.status == "success":
            return Decision(record.result)
        return Decision(failure=Outcome({"error": record.error}, ok=False, rejection=record.error))

    def _compute(self, command: Decide) -> Record:
        self._begin()
        started, begin = self.clock.now(), self.clock.monotonic_us()
        value: Json = None
        error: Json = None
        try:
            value = command.compute(self.ports)
        except OpenFlowError as failure:
            error = failed(EXECUTION, failure.message, step_id=command.step_id).error
        record = Record(
            path=command.path,
            kind=command.kind,
            attempt=command.attempt,
            step_id=command.step_id,
            status="success" if error is None else "failure",
            result=value,
            error=error,
            started_at=started,
            duration_us=self.clock.monotonic_us() - begin,
        )
        self._record(record)
        return record

    def _sleep(self, command: Sleep) -> float:
        if command.seconds <= 0:
            return 0.0
        record = self.history.get((command.path, command.kind, command.attempt))
        if record is None:
            record = self._lie_down(command)
        due = datetime.fromisoformat(str(record.result))
        if due > self.clock.now():
            self.journal.flush()
            if not self.clock.wait_until(due, alone=not self._forks):
                raise Parked(due=due)
        return record.planned_delay or 0.0

    def _lie_down(self, command: Sleep) -> Record:
        self._begin()
        percent = self.random.uniform(0, command.jitter_percent) * self.random.choice((-1, 1))
        seconds = command.seconds * (1 + percent / 100)
        if command.jitter_percent:
            seconds = max(0.0, min(seconds, MAX_DELAY_S))
        now = self.clock.now()
        record = Record(
            path=command.path,
            kind=command.kind,
            attempt=command.attempt,
            step_id=command.step_id,
            status="success",
            result=(now + timedelta(seconds=seconds)).isoformat(),
            planned_delay=seconds,
            started_at=now,
        )
        self._record(record)
        return record

    def _wait(self, command: WaitForEvents) -> Resumption:
        record = self.history.get((command.path, Kind.WAIT, 0))
        if record is not None:
            return _resumption(record.result)
        self._begin()
        started = self.clock.now()
        resumption = self.waits.poll(command)
        if isinstance(resumption, Pending):
            raise Parked(due=resumption.until, waiting=True)
        record = Record(
            path=command.path,
            kind=Kind.WAIT,
            attempt=0,
            step_id=command.step_id,
            status="success" if resumption.kind == "resumed" else "failure",
            result={
                "kind": resumption.kind,
                "payloads": list(resumption.payloads),
                "approvers": list(resumption.approvers),
                "who": resumption.who,
                "reason": resumption.reason,
            },
            started_at=started,
        )
        self._record(record)
        return resumption

    def _fork(self, command: Fork) -> list[Outcome]:
        self._forks += 1
        try:
            return self.forks.run(command, self._drive)
        finally:
            self._forks -= 1

    def _load_flow(self, command: LoadFlow) -> Flow:
        return self.ports.flows.load(command.reference)

    def _note(self, command: Note) -> None:
        if (command.path, command.kind, command.attempt) in self.history or self.forks.replaying:
            return
        record = Record(
            path=command.path,
            kind=command.kind,
            attempt=command.attempt,
            step_id=command.step_id,
            status=command.status,
            input=command.input,
            result=command.result if command.status == "success" else None,
            error=command.error,
            planned_delay=command.planned_delay,
            started_at=self.clock.now(),
        )
        self._record(record)


def _resumption(recorded: Json) -> Resumption:
    match recorded:
        case {
            "kind": kind,
            "payloads": [*payloads],
            "approvers": [*approvers],
            "who": str(who),
            "reason": str(reason),
        }:
            names = tuple(str(name) for name in approvers)
            return Resumption(_KINDS[str(kind)], tuple(payloads), names, who, reason)
        case _:
            raise HistoryInvalid("the record of a wait cannot be read")


_KINDS: dict[str, Any] = {"resumed": "resumed", "disapproved": "disapproved", "timed_out": "timed_out"}
