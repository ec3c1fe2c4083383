"""What the interpreter asks of whoever drives it.

Each command carries the path of its step, unique within the run together with its kind and attempt. It is
answered from
the recorded history or, where there is none, by doing the work and recording the answer.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from openflow_django.engine.outcome import Outcome
from openflow_django.engine.records import Kind
from openflow_django.spec.document import Module, Suspend
from openflow_django.spec.json import Json, JsonObject
from openflow_django.values import value_class

if TYPE_CHECKING:
    from openflow_django.engine.ports import Ports
    from openflow_django.engine.scope import Scope

__all__ = [
    "Command",
    "Decide",
    "Decision",
    "Ending",
    "Entry",
    "Fork",
    "LoadFlow",
    "Note",
    "Pending",
    "Resumption",
    "RunStep",
    "Sleep",
    "Steps",
    "WaitForEvents",
]

Entry = Literal["main", "preprocessor"]


@value_class()
class RunStep:
    """Run a leaf step: evaluate its inputs (unless ``args`` are given), do its work. Answer: Outcome."""

    path: str
    module: Module
    scope: "Scope"
    attempt: int = 0
    args: JsonObject | None = None
    planned_delay: float | None = None
    entry: Entry = "main"


@value_class()
class Decision:
    """The answer to :class:`Decide`: a value, or the failure that computing it ended in."""

    value: Json = None
    failure: Outcome | None = None


@value_class()
class Decide:
    """Compute something that an expression decides. Recorded, so that a replay never evaluates it again.
    Answer: Decision.

    ``compute`` may raise :class:`~openflow_django.engine.evaluation.ExpressionFailed`.
    """

    path: str
    kind: Kind
    step_id: str
    compute: "Callable[[Ports], Json]"
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class LoadFlow:
    """Load the flow that an earlier decision chose. Not recorded: ``reference`` names one immutable version.
    Answer: Flow."""

    reference: Json


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait. Answer: the seconds planned, jitter included: plus or minus up to ``jitter_percent`` of
    ``seconds``."""

    path: str
    kind: Kind
    step_id: str
    seconds: float
    attempt: int = 0
    jitter_percent: float = 0.0


@dataclass(frozen=True, slots=True)
class Resumption:
    """How a wait for people ended. ``payloads`` oldest first; ``approvers`` their names; ``who``
    disapproved, and why."""

    kind: Literal["resumed", "disapproved", "timed_out"]
    payloads: tuple[Json, ...] = ()
    approvers: tuple[str, ...] = ()
    who: str = "anonymous"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """The wait goes on. ``until``: when its time limit ends, None where nobody watches the clock."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitForEvents:
    """Wait until enough people approved, one disapproved, or ``timeout_s`` seconds passed. Answer:
    Resumption."""

    path: str
    step_id: str
    suspend: Suspend
    timeout_s: float
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fork:
    """Run all branches to their ends, at most ``parallelism`` at a time. Answer: their outcomes, in order."""

    path: str
    step_id: str
    branches: "Sequence[Callable[[], Steps]]"
    parallelism: int | None = None


@value_class()
class Note:
    """Record what became of a step that has no work of its own: a container, a skipped or mocked step.
    Answer: None."""

    path: str
    kind: Kind
    step_id: str
    status: Literal["success", "failure", "skipped"]
    result: Json = None
    error: Json = None
    attempt: int = 0
    planned_delay: float | None = None
    input: Json = None


Command = RunStep | Decide | Sleep | WaitForEvents | Fork | LoadFlow | Note
Steps = Generator[Command, Any, Outcome]
"""A running list of steps: yields commands, is sent their answers, returns its outcome."""
Ending = Generator[Command, Any, Outcome | None]
"""Work after a step that may end the level: returns the level's outcome, or None to go on."""
