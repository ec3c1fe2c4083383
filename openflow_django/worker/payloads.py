"""The payloads of runs, events and answers: sealed when they are written, opened when they are used."""

from collections.abc import Mapping
from typing import Any, Final

from openflow_django.models import Answer, Event, RunData
from openflow_django.redaction import Redactor
from openflow_django.sealing import open_sealed, seal

__all__ = ["conceal", "reveal"]

COLUMNS: Final[Mapping[type, tuple[str, ...]]] = {
    RunData: ("input", "trigger", "accountability", "env"),
    Event: ("payload", "accountability"),
    Answer: ("payload",),
}
"""What is sealed of each. Result and error of a run are for people only: they are redacted and no more."""


def conceal(row: RunData | Event | Answer, redactor: Redactor) -> None:
    """Redact the payloads of a row that is about to be written, and keep what they were in ``sealed``."""
    sealed = seal(_values(row), redactor)
    for name, value in sealed.values.items():
        setattr(row, name, value)
    row.sealed = sealed.sealed


def reveal(row: RunData | Event | Answer, redactor: Redactor | None = None) -> None:
    """Give a row in memory the payloads it had before it was concealed; ``redactor`` learns the secrets in
    them. The row must not be saved any more. Raises SealBroken."""
    opened = open_sealed(_values(row), row.sealed)
    for name, value in opened.values.items():
        setattr(row, name, value)
    if redactor is not None:
        for secret in opened.secrets:
            redactor.learn(secret)


def _values(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS[type(row)]}
