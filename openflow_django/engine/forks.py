"""Where the branches of a fork run: here one after another, or spread over parts of the run that other
workers take.

A part is another run over the same flow: it replays the history up to the fork and then drives its own
branches.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from openflow_django.engine.commands import Fork, Steps
from openflow_django.engine.outcome import Outcome
from openflow_django.engine.parking import Parked, ended_or_parked

__all__ = ["Forks", "InPlace", "OnePart", "PartDone", "Splitting"]

Drive = Callable[[Steps], Outcome]


class Forks(Protocol):
    """How a driver answers :class:`~openflow_django.engine.commands.Fork`."""

    @property
    def replaying(self) -> bool:
        """Whether the run has not yet come to where its own work begins: nothing new may be done before
        that."""
        ...

    def run(self, command: Fork, drive: Drive) -> list[Outcome]:
        """The outcomes of all branches, in order. Raises Parked while some cannot go on."""
        ...


class Splitting(Protocol):
    """Decides when a fork is worth spreading."""

    def split(self, command: Fork, remaining: Sequence[int], *, spent_s: float, done: int) -> None:
        """Raise Parked to hand the ``remaining`` branches on; return to go on here.

        ``spent_s``: seconds that the ``done`` branches driven just now took.
        """
        ...


@dataclass(slots=True)
class InPlace:
    """All branches in this process. One that parks lets the next go on; the run parks when all that could
    did."""

    seconds: Callable[[], float]
    splitting: Splitting | None = None
    replaying: bool = False

    def run(self, command: Fork, drive: Drive) -> list[Outcome]:
        outcomes: list[Outcome] = []
        parked: list[Parked] = []
        begin, count = self.seconds(), len(command.branches)
        for index, start in enumerate(command.branches):
            if command.parallelism is not None and len(parked) >= command.parallelism:
                break
            ended = ended_or_parked(drive, start)
            if isinstance(ended, Parked):
                parked.append(ended)
                continue
            outcomes.append(ended)
            if self.splitting is not None and not parked and index + 1 < count:
                spent = self.seconds() - begin
                self.splitting.split(command, range(index + 1, count), spent_s=spent, done=index + 1)
        if parked:
            raise Parked.first_of(parked)
        return outcomes


class PartDone(Exception):
    """Not an error: the part has driven all its branches to their ends."""


@dataclass(slots=True)
class OnePart:
    """The branches ``indexes`` of the fork at ``path``, and nothing else."""

    path: str
    indexes: Sequence[int]
    replaying: bool = field(default=True, init=False)

    def run(self, command: Fork, drive: Drive) -> list[Outcome]:
        if command.path == self.path:
            self.replaying = False
            branches = [command.branches[index] for index in self.indexes]
            InPlace(_no_clock).run(Fork(command.path, command.step_id, branches), drive)
            raise PartDone
        if not self.replaying:
            return InPlace(_no_clock).run(command, drive)
        return self._towards(command, drive)

    def _towards(self, command: Fork, drive: Drive) -> list[Outcome]:
        """A fork around the one sought: replay its branches; those that are not recorded to their end are
        not ours."""
        ended = [ended_or_parked(drive, start) for start in command.branches]
        parked = [end for end in ended if isinstance(end, Parked)]
        if parked:
            raise Parked.first_of(parked)
        return [end for end in ended if isinstance(end, Outcome)]


def _no_clock() -> float:
    return 0.0
