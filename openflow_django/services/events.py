"""The outbox: an event is written in the transaction that caused it and started after the commit.

An event is never lost once committed: what a process fails to start, :func:`dispatch_pending` starts later.
"""

import logging
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from openflow_django import accountability as accountabilities
from openflow_django import causality
from openflow_django.conf import settings
from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Event, EventStatus, Run, RunKind
from openflow_django.services import runs
from openflow_django.services.database import home
from openflow_django.signals import event_recorded
from openflow_django.spec.json import JsonInvalid, JsonObject, normalise
from openflow_django.worker.known_secrets import current_redactor, site_redactor
from openflow_django.worker.payloads import conceal, reveal
from openflow_django.worker.tick import chores

__all__ = ["dispatch", "dispatch_pending", "record"]

logger = logging.getLogger("openflow.events")


def record(
    *,
    flow_id: int,
    trigger_id: int | None,
    name: str,
    payload: JsonObject,
    accountability: JsonObject | None = None,
    object_type: str = "",
    object_id: str = "",
    using: str | None = None,
) -> Event | None:
    """Write an event and start its run after the commit.

    ``using`` is the alias on which the occurrence was written. On the alias of this app the event joins the
    open transaction; for any other it is written once that transaction has committed, and None is returned.

    ``accountability`` defaults to that of the request or run going on. An event that follows from more than
    ``MAX_EVENT_DEPTH`` runs is recorded as suppressed; one whose payload cannot be stored, as failed.
    """
    write = partial(
        _write,
        flow_id=flow_id,
        trigger_id=trigger_id,
        name=name,
        payload=payload,
        accountability=accountability or accountabilities.current(),
        object_type=object_type,
        object_id=object_id,
        cause=causality.current(),
    )
    if using is None or using == home():
        return write()
    transaction.on_commit(write, using=using, robust=True)
    return None


def dispatch(event_id: int) -> Run | None:
    """Start the run of an event, once. None when there is nothing to start.

    Safe to call any number of times, from any number of processes: the claim and the run are one
    transaction. What goes wrong is noted on the event, never raised.
    """
    try:
        return _start(event_id)
    except OpenFlowError as error:
        _give_up(event_id, status=EventStatus.FAILED, reason=error.message)
    except Exception as error:
        logger.exception("The run of event %s could not be started.", event_id, extra={"event_id": event_id})
        _note_attempt(event_id, reason=f"{type(error).__name__}: {error}")
    return None


def dispatch_pending(*, limit: int = 100) -> int:
    """Start runs of events that are still new, oldest first; how many were started.

    An event that failed to start is left alone for ``EVENT_RETRY_S`` seconds.
    """
    due = Q(handled_at=None) | Q(handled_at__lte=timezone.now() - timedelta(seconds=settings.EVENT_RETRY_S))
    events = Event.objects.using(home()).filter(due, status=EventStatus.NEW).order_by("id")
    return sum(dispatch(pk) is not None for pk in list(events.values_list("pk", flat=True)[:limit]))


chores.register("events", dispatch_pending)


def _write(
    *,
    flow_id: int,
    trigger_id: int | None,
    name: str,
    payload: JsonObject,
    accountability: JsonObject | None,
    object_type: str,
    object_id: str,
    cause: causality.Causality,
) -> Event:
    event = Event(
        flow_id=flow_id,
        trigger_id=trigger_id,
        name=name[:200],
        accountability=accountability,
        object_type=object_type[:100],
        object_id=object_id[:255],
        depth=cause.depth,
        ancestry=list(cause.ancestry),
    )
    try:
        event.payload = normalise(
            payload, max_bytes=settings.MAX_PAYLOAD_BYTES, max_depth=settings.MAX_JSON_DEPTH
        )
    except JsonInvalid as error:
        event.status, event.reason = EventStatus.FAILED, error.message
    if event.depth > settings.MAX_EVENT_DEPTH:
        event.status = EventStatus.SUPPRESSED
        event.reason = f"{event.depth} runs led here one through the other; {settings.MAX_EVENT_DEPTH} may."
    alias = home()
    conceal(event, site_redactor())
    event.save(using=alias, force_insert=True)
    event_recorded.send(Event, event=event)
    if event.status == EventStatus.NEW:
        transaction.on_commit(partial(dispatch, event.pk), using=alias, robust=True)
    return event


def _start(event_id: int) -> Run | None:
    alias = home()
    events = Event.objects.using(alias)
    with transaction.atomic(using=alias):
        claimed = events.filter(pk=event_id, status=EventStatus.NEW).update(
            status=EventStatus.STARTED, attempts=F("attempts") + 1, handled_at=timezone.now(), reason=""
        )
        if not claimed:
            return None
        event = (
            events.select_related("flow__published_version", "trigger")
            .defer(
                "flow__draft", "flow__description", "flow__published_version__document", "trigger__options"
            )
            .filter(pk=event_id)
            .first()
        )
        reason = _reason_not_to_start(event) if event else "The flow does not exist any more."
        if event is None or reason:
            events.filter(pk=event_id).update(status=EventStatus.SUPPRESSED, reason=reason)
            return None
        reveal(event)
        return runs.start(
            flow=event.flow,
            input=event.payload,
            trigger=event.payload,
            accountability=event.accountability,
            kind=RunKind.TRIGGER,
            event=event,
        )


def _reason_not_to_start(event: Event) -> str:
    if not event.flow.is_live:
        return "The flow was not active any more."
    if event.trigger is not None and not event.trigger.enabled:
        return "The trigger was switched off meanwhile."
    return ""


def _give_up(event_id: int, *, status: EventStatus, reason: str) -> None:
    Event.objects.using(home()).filter(pk=event_id, status=EventStatus.NEW).update(
        status=status, reason=_told(reason), handled_at=timezone.now()
    )


def _note_attempt(event_id: int, *, reason: str) -> None:
    """Count a try that failed; after ``EVENT_MAX_ATTEMPTS`` the event is failed. Trouble here is logged."""
    text = _told(reason)
    events = Event.objects.using(home()).filter(pk=event_id, status=EventStatus.NEW)
    try:
        events.update(attempts=F("attempts") + 1, handled_at=timezone.now(), reason=text)
        if events.filter(attempts__gte=settings.EVENT_MAX_ATTEMPTS).exists():
            _give_up(event_id, status=EventStatus.FAILED, reason=text)
    except Exception:
        logger.exception("Event %s: the failed attempt could not be noted.", event_id)


def _told(reason: str) -> str:
    """A reason as it is kept: without secrets, NUL, and the rest of what is too long."""
    text = current_redactor().redact_text(reason.replace("\x00", "\ufffd"))
    return text[: settings.MAX_ERROR_TEXT]
