"""One change of one object, as far as it is known, and the logic of not knowing.

Before the write some values are still unknown. Every question about a change is therefore answered with
True, False or None for "cannot be told yet" (Kleene's three values), so that a trigger can be ruled out
before anything is asked of the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from openflow_django.triggers.fields import Values
from openflow_django.triggers.values import ABSENT, UNKNOWN, same

__all__ = ["ACTIONS", "Action", "Change", "Verdict", "all_of", "any_of"]

Action: TypeAlias = Literal["created", "updated", "deleted", "m2m_changed"]

ACTIONS: tuple[Action, ...] = ("created", "updated", "deleted", "m2m_changed")

Verdict: TypeAlias = bool | None
"""True, False, or None: cannot be told yet."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """``before`` is None when the object was not there, ``after`` when it is gone; a name missing from
    either is not known.

    ``written`` holds the only fields the change can have touched, None when it can be any.
    """

    action: Action
    before: Values | None
    after: Values | None
    written: frozenset[str] | None = None

    def old(self, name: str) -> Any:
        """The value before: canonical, ``UNKNOWN``, or ``ABSENT`` when the object was not there."""
        return ABSENT if self.before is None else self.before.get(name, UNKNOWN)

    def new(self, name: str) -> Any:
        """The value after: canonical, ``UNKNOWN``, or ``ABSENT`` when the object is gone."""
        return ABSENT if self.after is None else self.after.get(name, UNKNOWN)

    def last(self, name: str) -> Any:
        """The value after or, of an object that is gone, the last it had."""
        return self.old(name) if self.after is None else self.new(name)

    def changed(self, name: str) -> Verdict:
        """Whether the two sides differ. A creation and a deletion change every field."""
        if self.before is None or self.after is None:
            return True
        if self.written is not None and name not in self.written:
            return False
        old, new = self.old(name), self.new(name)
        return None if old is UNKNOWN or new is UNKNOWN else not same(old, new)


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """False if any is False, else None if any is None, else True."""
    outcome: Verdict = True
    for verdict in verdicts:
        if verdict is False:
            return False
        if verdict is None:
            outcome = None
    return outcome


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """True if any is True, else None if any is None, else False."""
    outcome: Verdict = False
    for verdict in verdicts:
        if verdict:
            return True
        if verdict is None:
            outcome = None
    return outcome
