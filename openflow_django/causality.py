"""What led to what: the run being executed now, so that events it causes know their depth and ancestry.

The executor wraps the execution of a run in :func:`caused_by`; whoever records an event asks :func:`current`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

__all__ = ["OUTSIDE", "Causality", "CausingRun", "caused_by", "current"]


class CausingRun(Protocol):
    """A run as far as causality goes: a ``models.Run``, typed as loosely as fields of models are.

    ``event`` is the event that started it, or None; a child run has the event of its ``root``.
    """

    @property
    def public_id(self) -> Any: ...

    @property
    def event(self) -> Any: ...

    @property
    def root(self) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Causality:
    """How many runs led here, and which: public ids, oldest first."""

    depth: int = 0
    ancestry: tuple[str, ...] = ()


OUTSIDE = Causality()
"""Nothing led here: no run is being executed."""


class _Cause:
    """A run whose event is looked up only when somebody asks."""

    def __init__(self, run: CausingRun) -> None:
        self.run = run

    @cached_property
    def causality(self) -> Causality:
        event = self.run.event or (self.run.root.event if self.run.root else None)
        depth, ancestry = (event.depth, tuple(event.ancestry)) if event else (0, ())
        return Causality(depth=depth + 1, ancestry=(*ancestry, str(self.run.public_id)))


_cause: ContextVar[_Cause | None] = ContextVar("openflow_cause", default=None)


@contextmanager
def caused_by(run: CausingRun) -> Iterator[None]:
    """Everything recorded inside this block is a consequence of ``run``. Costs no query by itself."""
    token = _cause.set(_Cause(run))
    try:
        yield
    finally:
        _cause.reset(token)


def current() -> Causality:
    """The causality of an event recorded now; :data:`OUTSIDE` when no run is being executed."""
    cause = _cause.get()
    return cause.causality if cause else OUTSIDE
