"""Spreading a fork over workers: the run waits while its parts, runs of their own, drive a share of the
branches each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from openflow_django.conf import settings
from openflow_django.engine.commands import Fork
from openflow_django.engine.parking import Joining

__all__ = ["Splitter"]


@dataclass(slots=True)
class Splitter:
    """Port :class:`~openflow_django.engine.forks.Splitting`: by what the first branches took, not by their
    number.

    ``spread`` holds the forks that this run has already spread: what their parts left undone is done here.
    """

    spread: frozenset[str] = field(default_factory=frozenset[str])

    def split(self, command: Fork, remaining: Sequence[int], *, spent_s: float, done: int) -> None:
        parts = min(settings.FORK_PARTS, len(remaining), command.parallelism or len(remaining))
        worth = spent_s / done * len(remaining) >= settings.FORK_MIN_S
        if worth and parts > 1 and command.path not in self.spread:
            raise Joining(command.path, [list(remaining[first::parts]) for first in range(parts)])
