"""Payloads as they are stored: redacted for people, with the original encrypted beside them.

A run has to go on with exactly the values it had, so what redaction changed is kept in a second column that
nobody is shown. The known secrets that were found travel with it: whoever resumes the run keeps them out of
what it writes, too, also when their variable has changed meanwhile.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from openflow_django.encryption import SealBroken, decrypt, encrypt
from openflow_django.redaction import Redactor
from openflow_django.spec.json import Json
from openflow_django.values import value_class

__all__ = ["Opened", "Sealed", "open_sealed", "seal"]

logger = logging.getLogger("openflow.secrets")

LOST: Final = "-"
"""Stands where an original could not be encrypted: the payload is redacted and cannot be opened again."""


@value_class()
class Sealed:
    """``values`` as people see them, ``sealed`` the text beside them: empty when nothing was redacted."""

    values: Mapping[str, Json]
    sealed: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """``values`` as they were, and the known secrets that are in them."""

    values: Mapping[str, Json]
    secrets: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"<Opened {', '.join(self.values)}>"


def seal(values: Mapping[str, Json], redactor: Redactor) -> Sealed:
    """Redact values that are stored under these names. Never raises: a secret that cannot be encrypted is
    not written at all."""
    originals: dict[str, Json] = {}
    secrets: set[str] = set()
    told: dict[str, Json] = {}
    for name, value in values.items():
        redacted = redactor.inspect(value) if value is not None else None
        if redacted is not None and redacted.changed:
            told[name], originals[name] = redacted.value, value
            secrets |= redacted.secrets
    if not originals:
        return Sealed(values)
    return Sealed(
        {**values, **told}, _encrypted({"values": originals, "secrets": list[Json](sorted(secrets))})
    )


def open_sealed(values: Mapping[str, Json], sealed: str) -> Opened:
    """The values that :func:`seal` was given. Raises SealBroken."""
    if not sealed:
        return Opened(values)
    match json.loads(decrypt(sealed)):
        case {"values": dict(originals), "secrets": list(secrets)}:
            return Opened({**values, **originals}, frozenset(map(str, secrets)))
        case _:
            raise SealBroken


def _encrypted(value: Json) -> str:
    try:
        return encrypt(json.dumps(value, separators=(",", ":")))
    except Exception:
        # The text of the error is not logged: it might quote the value.
        logger.error("a redacted value could not be encrypted, its original is lost", exc_info=False)  # noqa: TRY400
        return LOST
