"""Encrypting everything anew after the keys have changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from openflow_django.encryption import SealBroken, is_current, reencrypt
from openflow_django.models import Answer, Event, RunData, StepRun, Variable
from openflow_django.services.database import home

__all__ = ["Rotation", "rotate_secrets"]

SEALED: Final[tuple[Any, ...]] = (Variable, Event, RunData, StepRun, Answer)
"""Models with a column ``sealed``."""

BATCH: Final = 500


@dataclass(slots=True)
class Rotation:
    """How many values were encrypted anew, were under the first key already, and could not be read."""

    rotated: int = 0
    current: int = 0
    unreadable: int = 0


def rotate_secrets() -> Rotation:
    """Encrypt with the first key what another key encrypted. May be interrupted and run again at any time:
    both keys are in the settings meanwhile, and a value that changes under it is left to its new owner."""
    done = Rotation()
    for model in SEALED:
        for pk, sealed in _sealed(model):
            if is_current(sealed):
                done.current += 1
                continue
            try:
                again = reencrypt(sealed)
            except SealBroken:
                done.unreadable += 1
                continue
            done.rotated += model.objects.using(home()).filter(pk=pk, sealed=sealed).update(sealed=again)
    return done


def _sealed(model: Any) -> Iterator[tuple[Any, str]]:
    rows = model.objects.using(home()).exclude(sealed="").order_by("pk").values_list("pk", "sealed")
    batch = list(rows[:BATCH])
    while batch:
        yield from batch
        batch = list(rows.filter(pk__gt=batch[-1][0])[:BATCH])
