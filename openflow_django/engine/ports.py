"""What a driver needs of the outside. Production, tests, dry runs and simulation differ only here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from openflow_django.engine.agent_ports import AgentProvider, NoProvider
from openflow_django.engine.caching import NoCache, ResultCache
from openflow_django.engine.commands import Pending, Resumption, RunStep, WaitForEvents
from openflow_django.engine.evaluation import Expressions
from openflow_django.engine.records import LogEntry, Record, RecordKey
from openflow_django.spec.document import Flow
from openflow_django.spec.json import Json, JsonObject
from openflow_django.values import value_class

__all__ = [
    "Bounds",
    "Clock",
    "FlowLibrary",
    "History",
    "Journal",
    "Ports",
    "StepResult",
    "StepRunner",
    "Waits",
]

History = Mapping[RecordKey, Record]
"""What has already happened in a run."""


class FlowLibrary(Protocol):
    """The flows a step may call by path."""

    def latest(self, path: str) -> Json:
        """A JSON reference to the version to run now. Raises OpenFlowError when there is none."""
        ...

    def load(self, reference: Json) -> Flow:
        """The flow behind a reference that :meth:`latest` gave, now or long ago."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """What computing a decision may use."""

    expressions: Expressions
    flows: FlowLibrary
    cache: ResultCache = field(default_factory=NoCache)
    agents: AgentProvider = field(default_factory=NoProvider)


@value_class(kw_only=True)
class StepResult:
    """What doing a leaf step gave. ``error`` is its error object when it failed, ``rejection`` the bare
    error value, if another."""

    ok: bool
    value: Json = None
    error: Json = None
    rejection: Json = None
    args: JsonObject | None = None
    logs: tuple[LogEntry, ...] = ()


@value_class()
class Bounds:
    """``effects``: whether the step may change something outside the run; it is then checkpointed before and
    after. ``time_limit_s``: the longest time, in seconds, that it can take by its limits."""

    effects: bool
    time_limit_s: float


class StepRunner(Protocol):
    """Does the work of leaf steps."""

    def bounds(self, command: RunStep) -> Bounds:
        """What the driver has to know before the step begins."""
        ...

    def run(self, command: RunStep, ports: Ports) -> StepResult:
        """Evaluate the inputs and do the work. Never raises for what the step does."""
        ...


class Journal(Protocol):
    """Where records go. Any method may raise to end the drive: the lease is lost, the run was cancelled."""

    def record(self, record: Record) -> None:
        """Keep a record: at the latest when the next :meth:`flush` returns it is durable."""
        ...

    def flush(self) -> None:
        """Make all records durable."""
        ...

    def hold(self, seconds: float) -> None:
        """Something that can take ``seconds`` begins: make sure that the run stays ours meanwhile."""
        ...


class Clock(Protocol):
    """Time as the run sees it."""

    def now(self) -> datetime:
        """The time now, aware, in UTC."""
        ...

    def wait_until(self, due: datetime, *, alone: bool) -> bool:
        """Wait in place until ``due`` where that is sensible. False: it is not, the run must be parked.

        ``alone``: nothing else of the run could go on meanwhile.
        """
        ...

    def monotonic_us(self) -> int:
        """Microseconds of a clock that never steps, for durations."""
        ...


class Waits(Protocol):
    """The events that people send to a waiting run."""

    def poll(self, command: WaitForEvents) -> Resumption | Pending:
        """How the wait ended, or that it goes on. Called again with an equal command at every resume of
        the run."""
        ...
