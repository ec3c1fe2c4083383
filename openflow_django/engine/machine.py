"""What the step kinds need of the interpreter, so that each kind can live in a module of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from openflow_django.engine.commands import Entry, Note, Steps
from openflow_django.engine.outcome import Outcome
from openflow_django.engine.records import Kind
from openflow_django.engine.scope import FlowContext, Scope
from openflow_django.spec.document import Flow, Module
from openflow_django.spec.json import Json, JsonObject
from openflow_django.values import value_class

__all__ = ["MAX_PREFIX", "Attempt", "Machine"]

MAX_PREFIX: Final = 360
"""The longest readable path in front of a step, in characters. A longer one stands as its hash: paths are
keys of rows."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The way back into the interpreter: run a list of steps (modules, scope, path prefix), or a called
    flow."""

    level: Callable[[Sequence[Module], Scope, str], Steps]
    call: Callable[[Flow, Json, FlowContext, str], Steps]


@value_class()
class Attempt:
    """One attempt at one step. ``number`` counts from 0; ``args`` are the arguments of the attempt before,
    ``entry``
    is the function that a script runs."""

    module: Module
    scope: Scope
    path: str
    number: int = 0
    args: JsonObject | None = None
    planned_delay: float | None = None
    entry: Entry = "main"

    @property
    def prefix(self) -> str:
        """The path in front of the steps inside this one: a retry of a container runs its body under another
        path."""
        prefix = f"{self.path}#{self.number}/" if self.number else f"{self.path}/"
        return prefix if len(prefix) <= MAX_PREFIX else f"~{sha256(prefix.encode()).hexdigest()[:32]}/"

    def note(self, outcome: Outcome) -> Note:
        """The record of a container that has ended with ``outcome``."""
        return Note(
            self.path,
            Kind.CONTAINER,
            self.module.id,
            "success" if outcome.ok else "failure",
            result=outcome.value,
            error=None if outcome.ok else outcome.error,
            attempt=self.number,
            planned_delay=self.planned_delay,
            input=self.args,
        )
