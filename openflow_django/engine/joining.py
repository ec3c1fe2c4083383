"""Putting the outcomes of parallel iterations and branches together."""

from collections.abc import Sequence

from openflow_django.engine.outcome import Outcome

__all__ = ["joined"]


def joined(outcomes: Sequence[Outcome], tolerated: Sequence[bool]) -> Outcome:
    """All have ended: the list of their results. It fails when one failed whose failure is not tolerated.

    A failure that the failure module recovered from is none. An early stop ended only its own branch.
    """
    settled = [outcome.settled() for outcome in outcomes]
    failures = [
        outcome for outcome, allowed in zip(settled, tolerated, strict=True) if not (outcome.ok or allowed)
    ]
    values = [outcome.value for outcome in settled]
    return Outcome(values, ok=not failures, handled=any(outcome.handled for outcome in failures))
