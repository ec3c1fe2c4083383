"""The secrets of this site as a process knows them: what redactors look for, and where each may be sent.

Read from the database when a variable was changed here, else when the last reading is older than ten
seconds. What a run looks up itself is read anew and added, so a run never writes a secret it has just read.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from django.db import DatabaseError, connections, router, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save

from openflow_django.conf import settings
from openflow_django.encryption import SealBroken, decrypt
from openflow_django.models import Variable
from openflow_django.redaction import REDACTED_NAMES, Redactor, SensitiveNames

__all__ = [
    "KnownSecret",
    "current_redactor",
    "flow_secrets",
    "forget",
    "redacting",
    "run_redactor",
    "sensitive_names",
    "site_redactor",
]

logger = logging.getLogger("openflow.secrets")

AGE_S: Final = 10.0
"""Age in seconds at which what was read is read again."""


@dataclass(frozen=True, slots=True)
class KnownSecret:
    """``flows``: ids of those that may read it; ``hosts``: patterns of those it may be sent to."""

    path: str
    value: str = field(repr=False)
    flows: frozenset[int]
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    secrets: tuple[KnownSecret, ...]
    at: float


_lock = threading.Lock()
_reading: _Reading | None = None
_is_stale = True


def site_redactor() -> Redactor:
    """Knows every secret of the site. Shared: it must not learn."""
    return _shared(_known(), sensitive_names())


def run_redactor(flow_id: int | None) -> Redactor:
    """For one run: knows the secrets that its flow may read, and learns what else it comes across."""
    return Redactor((secret.value for secret in flow_secrets(flow_id)), names=sensitive_names())


def flow_secrets(flow_id: int | None) -> list[KnownSecret]:
    """The secrets that a flow may read."""
    return [secret for secret in _known() if flow_id in secret.flows]


def sensitive_names() -> SensitiveNames:
    """The names of the setting ``REDACTED_NAMES``."""
    return _names(tuple(getattr(settings, "REDACTED_NAMES", REDACTED_NAMES)))


_current: ContextVar[Redactor | None] = ContextVar("openflow_redactor", default=None)


@contextmanager
def redacting(redactor: Redactor) -> Iterator[None]:
    """What is logged inside this block passes this redactor."""
    token = _current.set(redactor)
    try:
        yield
    finally:
        _current.reset(token)


def current_redactor() -> Redactor:
    """That of the run going on; outside of one, what this process last read of the site's secrets. Never
    asks the database: errors of the database are logged, too."""
    return _current.get() or _shared(_reading.secrets if _reading else (), sensitive_names())


def forget() -> None:
    """Read the secrets again before they are used next."""
    global _is_stale
    _is_stale = True


def _known() -> tuple[KnownSecret, ...]:
    global _reading, _is_stale
    now = time.monotonic()
    if _reading is not None and not _is_stale and now - _reading.at < AGE_S:
        return _reading.secrets
    with _lock:
        _is_stale = False
        found = _read()
        _reading = _Reading(found if found is not None else (_reading.secrets if _reading else ()), now)
        return _reading.secrets


def _read() -> tuple[KnownSecret, ...] | None:
    """The secrets, None where they cannot be read now."""
    alias = router.db_for_write(Variable)
    connection = connections[alias]
    if connection.needs_rollback:
        return None
    links = Variable.flows.through.objects.using(alias)
    try:
        # In an open transaction a savepoint keeps a missing table from breaking it.
        with transaction.atomic(using=alias) if connection.in_atomic_block else nullcontext():
            rows = list(
                Variable.objects.using(alias)
                .filter(is_secret=True)
                .values_list("pk", "path", "sealed", "hosts")
            )
            flows: dict[int, set[int]] = {}
            if rows:
                for pk, flow_id in links.filter(variable__is_secret=True).values_list(
                    "variable_id", "flow_id"
                ):
                    flows.setdefault(pk, set()).add(flow_id)
    except DatabaseError:
        return None
    return tuple(
        KnownSecret(path, value, frozenset(flows.get(pk, ())), tuple(hosts))
        for pk, path, sealed, hosts in rows
        if (value := _value(path, sealed)) is not None
    )


def _value(path: str, sealed: str) -> str | None:
    try:
        return decrypt(sealed)
    except SealBroken as error:
        logger.warning("The secret %s cannot be read, so it cannot be kept out of logs: %s", path, error)
        return None


@lru_cache(maxsize=4)
def _shared(secrets: tuple[KnownSecret, ...], names: SensitiveNames) -> Redactor:
    return Redactor((secret.value for secret in secrets), names=names)


@lru_cache(maxsize=4)
def _names(words: tuple[str, ...]) -> SensitiveNames:
    return SensitiveNames(words)


def _on_change(**_: Any) -> None:
    forget()
    transaction.on_commit(forget, using=router.db_for_write(Variable), robust=True)


for _signal, _sender in (
    (post_save, Variable),
    (post_delete, Variable),
    (m2m_changed, Variable.flows.through),
):
    _signal.connect(_on_change, sender=_sender, dispatch_uid="openflow.known_secrets")
