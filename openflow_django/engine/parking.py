"""Letting go of a run that cannot go on now."""

from collections.abc import Callable, Sequence
from datetime import datetime

from openflow_django.engine.commands import Steps
from openflow_django.engine.outcome import Outcome

__all__ = ["Joining", "Parked", "ended_or_parked"]


class Parked(Exception):
    """Not an error: the run cannot go on now. ``due`` is the time to look again, ``waiting`` that only
    events can
    bring it on before.
    """

    def __init__(self, *, due: datetime | None, waiting: bool = False) -> None:
        super().__init__(f"parked until {due}")
        self.due, self.waiting = due, waiting

    @classmethod
    def first_of(cls, parked: "Sequence[Parked]") -> "Parked":
        """The park of several branches: until the first is due; waiting only where all wait."""
        joining = next((park for park in parked if isinstance(park, Joining)), None)
        if joining is not None:
            return joining
        dues = [park.due for park in parked if park.due is not None]
        return Parked(due=min(dues, default=None), waiting=all(park.waiting for park in parked))


class Joining(Parked):
    """The run waits for its parts: the branches ``shares`` of the fork at ``path``, one share for each
    part."""

    def __init__(self, path: str, shares: Sequence[Sequence[int]]) -> None:
        super().__init__(due=None, waiting=True)
        self.path, self.shares = path, shares


def ended_or_parked(drive: Callable[[Steps], Outcome], start: Callable[[], Steps]) -> Outcome | Parked:
    """Drive one branch as far as it goes."""
    try:
        return drive(start())
    except Parked as parked:
        return parked
