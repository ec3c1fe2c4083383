"""The table of watched models of this process: which triggers listen to the saves of which model.

It is read from the database after a change made here has committed, at the start of a request when it is
older than a second, when a connection is opened, and, when it is older than ``WATCH_REFRESH_S``, at the start
of a run and after a matched event. A save by itself never reads it, so it costs no query. A long-lived
process that does none of this calls :func:`refresh_when_older` between two pieces of work.
"""

import logging
import threading
import time
from contextlib import nullcontext
from typing import Any, TypeAlias

from django.core.signals import request_started
from django.db import DatabaseError, connections, transaction
from django.db.backends.signals import connection_created
from django.db.models.signals import post_delete, post_save

from openflow_django.conf import settings
from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Flow, FlowStatus, Trigger
from openflow_django.services import events
from openflow_django.services.database import home
from openflow_django.signals import flow_published, flow_status_changed, run_started, trigger_changed
from openflow_django.spec.json import JsonObject
from openflow_django.triggers import MatchedEvent, ModelWatch, compile_watch, receivers

__all__ = ["REQUEST_AGE_S", "forget", "refresh", "refresh_when_older", "start"]

logger = logging.getLogger("openflow.triggers")

REQUEST_AGE_S = 1.0
"""Age in seconds at which the start of a request reads the table again."""

MODEL_EVENT = "model_event"
"""Type of the triggers that watch models."""

Row: TypeAlias = tuple[int, int, JsonObject]

_lock = threading.Lock()
_rows: tuple[Row, ...] = ()
_read_at: float | None = None


def start() -> None:
    """Connect to what makes the table stale. Called once, when Django is ready; reads nothing yet."""
    uid = "openflow.watch"
    request_started.connect(_on_request, dispatch_uid=uid)
    connection_created.connect(_on_connection, dispatch_uid=uid)
    run_started.connect(_on_work, dispatch_uid=uid)
    for signal in (flow_published, flow_status_changed, trigger_changed):
        signal.connect(_on_change, dispatch_uid=uid)
    for model in (Flow, Trigger):
        post_save.connect(_on_change, sender=model, dispatch_uid=uid)
        post_delete.connect(_on_change, sender=model, dispatch_uid=uid)


def refresh() -> None:
    """Read the table now and connect what it says. Never raises: without tables there is nothing to watch."""
    global _rows, _read_at
    if not _lock.acquire(blocking=False):
        return
    try:
        rows = _read()
        if rows != _rows or _read_at is None:
            receivers.connect(_watches(rows), sink)
            _rows = rows
    except DatabaseError:
        logger.debug("The table of watched models cannot be read yet.", exc_info=True)
    except Exception:
        logger.exception("The table of watched models could not be refreshed.")
    finally:
        _read_at = time.monotonic()
        _lock.release()


def refresh_when_older(seconds: float) -> None:
    """Read the table when it was never read or that is longer ago than this."""
    if _read_at is None or time.monotonic() - _read_at > seconds:
        refresh()


def forget() -> None:
    """Watch nothing until the table is read again. For tests, whose rows vanish without a commit."""
    global _rows, _read_at
    with _lock:
        receivers.disconnect()
        _rows, _read_at = (), None


def sink(match: MatchedEvent) -> None:
    """Record a matched event, inside the transaction that caused it."""
    events.record(
        flow_id=match.flow_id,
        trigger_id=match.trigger_id,
        name=match.name,
        payload=match.payload,
        object_type=match.object_type,
        object_id=match.object_id,
        using=match.using,
    )
    transaction.on_commit(_on_work, using=match.using, robust=True)


def _read() -> tuple[Row, ...]:
    """``(trigger id, flow id, options)`` of every trigger that may fire."""
    alias = home()
    connection = connections[alias]
    if connection.needs_rollback:
        return _rows
    rows = Trigger.objects.using(alias).filter(
        type=MODEL_EVENT, enabled=True, flow__status=FlowStatus.ACTIVE, flow__published_version__isnull=False
    )
    # In an open transaction a savepoint keeps a missing table from breaking it; else a transaction is not
    # needed.
    with transaction.atomic(using=alias) if connection.in_atomic_block else nullcontext():
        return tuple(rows.order_by("pk").values_list("pk", "flow_id", "options"))


def _watches(rows: tuple[Row, ...]) -> list[ModelWatch]:
    watches: list[ModelWatch] = []
    for trigger_id, flow_id, options in rows:
        try:
            watches.append(compile_watch(options, trigger_id=trigger_id, flow_id=flow_id))
        except OpenFlowError as error:
            logger.warning("Trigger %s of flow %s watches nothing: %s", trigger_id, flow_id, error.message)
    return watches


def _on_request(**_: Any) -> None:
    refresh_when_older(REQUEST_AGE_S)


def _on_connection(*, connection: Any, **_: Any) -> None:
    if connection.alias == home():
        refresh_when_older(REQUEST_AGE_S)


def _on_work(**_: Any) -> None:
    refresh_when_older(settings.WATCH_REFRESH_S)


def _on_change(**_: Any) -> None:
    transaction.on_commit(refresh, using=home(), robust=True)
