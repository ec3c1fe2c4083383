"""Runs: started, tested, stopped. A run is rows; after the commit the queue hears its number."""

import logging
import os
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.conf import settings
from openflow_django.engine.errors import CANCELED
from openflow_django.models import Event, Flow, FlowVersion, Run, RunData, RunKind, RunStatus
from openflow_django.permissions import User
from openflow_django.queues import get_queue
from openflow_django.services import audit
from openflow_django.services.database import home
from openflow_django.services.debouncing import burst_of, join
from openflow_django.services.documents import validate_document
from openflow_django.services.errors import FlowNotLive, RunFinal
from openflow_django.services.inputs import check_run_input
from openflow_django.services.python_steps import require_author
from openflow_django.signals import run_canceled, run_finished, run_queued
from openflow_django.spec.document import Flow as Document
from openflow_django.spec.issues import DocumentInvalid, errors
from openflow_django.spec.json import Json, JsonObject, digest, normalise
from openflow_django.spec.parse import parse
from openflow_django.worker.known_secrets import site_redactor
from openflow_django.worker.library import version_document
from openflow_django.worker.payloads import conceal

__all__ = ["cancel", "create", "environment", "start", "start_test", "wake"]

logger = logging.getLogger("openflow.runs")

PARKED = (RunStatus.QUEUED, RunStatus.SUSPENDED, RunStatus.JOINING)
NORMAL_PRIORITY = 100


def start(
    *,
    flow: Flow,
    input: Any,
    kind: RunKind,
    version: FlowVersion | None = None,
    trigger: Any = None,
    accountability: Any = None,
    user: User | None = None,
    event: Event | None = None,
    idempotency_key: str | None = None,
    ready_at: datetime | None = None,
) -> Run:
    """Create a run of a live flow, pinned to ``version`` or the published one, and wake a worker.

    With an ``idempotency_key`` that the flow has seen before, the run of that time is returned and nothing
    is started. ``ready_at`` lets the run begin later. A flow that is debounced may give the run that waits
    already, changed to the new input.

    Raises:
        NotPermitted: the user may not start the flow.
        FlowNotLive: the flow is inactive or was never published.
        FieldsInvalid: the input does not fit the flow's schema.
        JsonInvalid: input, trigger or accountability is not JSON or is too large.
    """
    if user is not None:
        permissions.require(permissions.can_run(user, flow), _("start this flow"))
    if not flow.is_live:
        raise FlowNotLive(
            _("The flow %(path)s is not active.") % {"path": flow.path},
            hint=_("Publish a version and activate the flow first."),
        )
    version = version or flow.published_version
    document = version_document(version.pk, version.digest) if version else None
    given = _stored(input)
    if document is not None:
        check_run_input(flow, document, given, triggered=kind == RunKind.TRIGGER)
    burst = burst_of(flow, document.value, given) if document else None
    joined = join(burst, given, trigger=_stored(trigger)) if burst else None
    if joined is not None:
        return joined
    now = timezone.now()
    run = Run(
        flow=flow,
        version=version,
        document_digest=version.digest if version else "",
        event=event,
        kind=kind,
        queue=_queue_of(document),
        priority=_priority_of(document) if document else NORMAL_PRIORITY,
        debounce_key=burst.key if burst else "",
        ready_at=burst.due(now) if burst else ready_at or now,
        idempotency_key=idempotency_key,
        started_by=audit.person(user),
    )
    data = RunData(
        run=run,
        input=given,
        trigger=_stored(trigger),
        accountability=_stored(accountability),
        env=environment(),
    )
    return create(run, data=data, user=user)


def start_test(
    flow: Flow,
    *,
    input: Any,
    user: User | None,
    document: Any = None,
    trigger: Any = None,
    accountability: Any = None,
) -> Run:
    """Run a document, the draft as it is now where none is given, also of an inactive flow. Its effects are
    real.

    Raises:
        NotPermitted: the user may not both edit and start the flow, or not write the Python in the document.
        DocumentInvalid: the document has errors.
        FieldsInvalid: the input does not fit the flow's schema.
        JsonInvalid: the document or the input is not JSON or is too large.
    """
    if user is not None:
        allowed = permissions.can_edit(user, flow) and permissions.can_run(user, flow)
        permissions.require(allowed, _("test this flow"))
    tried = flow.draft if document is None else _document(document)
    require_author(user, tried, before=flow.draft)
    issues = validate_document(tried)
    if errors(issues):
        raise DocumentInvalid(issues)
    given = _stored(input)
    check_run_input(flow, parse(tried), given, triggered=trigger is not None)
    run = Run(
        flow=flow,
        document_digest=digest(tried),
        kind=RunKind.TEST,
        queue=settings.DEFAULT_QUEUE_NAME,
        started_by=audit.person(user),
    )
    data = RunData(
        run=run,
        document=tried,
        input=given,
        trigger=_stored(trigger),
        accountability=_stored(accountability),
        env=environment(),
    )
    return create(run, data=data, user=user)


def cancel(run: Run, *, user: User | None, reason: str = "") -> Run:
    """Stop a run and its parts: what waits ends at once, what executes at its next checkpoint.

    Raises:
        NotPermitted: the user may not cancel the run.
        RunFinal: it has ended already.
    """
    if user is not None:
        permissions.require(permissions.can_cancel(user, run), _("cancel this run"))
    alias = home()
    with transaction.atomic(using=alias):
        if not _stop(run.pk, user=user, reason=reason):
            raise RunFinal(_("The run has ended already."))
        for part in (
            Run.objects.using(alias).filter(root=run, finished_at=None).exclude(pk=run.pk).order_by("pk")
        ):
            _stop(part.pk, user=user, reason=reason)
        run.refresh_from_db(using=alias)
        audit.log(run, user=user, message=_("Canceled. %(reason)s") % {"reason": reason})
        run_canceled.send(Run, run=run, user=user, reason=reason)
        if run.is_final:
            run_finished.send(Run, run=run)
    return run


def wake(run: Run) -> None:
    """Tell the queue about a run that is due, once the transaction has committed.

    Losing the call costs time, never the run: what the queue raises is logged, and the next tick finds the
    row.
    """
    if run.ready_at <= timezone.now():
        transaction.on_commit(partial(_ring, run.pk, queue=run.queue, priority=run.priority), using=home())


def create(run: Run, *, data: RunData, user: User | None) -> Run:
    """Write a new run with its data and wake a worker after the commit: where every way to start a run ends.

    A run with an idempotency key that the flow has seen before is not written: the earlier one is returned.
    """
    alias = home()
    if settings.RUN_TIMEOUT_S is not None:
        run.deadline_at = run.ready_at + timedelta(seconds=settings.RUN_TIMEOUT_S)
    try:
        with transaction.atomic(using=alias):
            run.save(using=alias, force_insert=True)
            data.run = run
            conceal(data, site_redactor())
            data.save(using=alias, force_insert=True)
            if run.kind != RunKind.TRIGGER:
                audit.log(run, user=user, message=_("Started."), flag=audit.ADDITION)
            run_queued.send(Run, run=run, user=user)
            wake(run)
    except IntegrityError:
        earlier = _earlier(run)
        if earlier is None:
            raise
        return earlier
    return run


def _ring(run_id: int, *, queue: str, priority: int) -> None:
    try:
        get_queue().enqueue(run_id, queue=queue, priority=priority)
    except Exception:
        logger.exception("No worker could be woken for run %s.", run_id, extra={"run_id": run_id})


def _earlier(run: Run) -> Run | None:
    """The run that holds the idempotency key already."""
    if run.idempotency_key is None:
        return None
    runs = Run.objects.using(home())
    return runs.filter(flow_id=run.flow_id, idempotency_key=run.idempotency_key).first()


def _stop(pk: int, *, user: User | None, reason: str) -> bool:
    now = timezone.now()
    runs = Run.objects.using(home()).filter(pk=pk)
    asked = {"cancel_requested_at": now, "cancel_reason": reason, "canceled_by": audit.person(user)}
    if runs.filter(status__in=PARKED).update(status=RunStatus.CANCELED, finished_at=now, pending=0, **asked):
        message = f"Job canceled: {reason or 'no reason given'} by {asked['canceled_by'] or 'the site'}"
        error: JsonObject = {"name": CANCELED, "message": message}
        RunData.objects.using(home()).filter(run=pk).update(error=site_redactor().redact(error))
        return True
    return bool(runs.filter(status=RunStatus.RUNNING).update(**asked))


def _stored(value: Any) -> Json:
    return normalise(value, max_bytes=settings.MAX_PAYLOAD_BYTES, max_depth=settings.MAX_JSON_DEPTH)


def _document(value: Any) -> Json:
    return normalise(value, max_bytes=settings.MAX_DOCUMENT_BYTES, max_depth=settings.MAX_JSON_DEPTH)


def environment() -> dict[str, str]:
    """The allowed variables of the environment, as they are now: what a run that starts sees as ``$env``."""
    return {name: os.environ[name] for name in settings.ENV_ALLOW_LIST if name in os.environ}


def _priority_of(document: Document) -> int:
    """The place in the queue a document asks for. OpenFlow's highest number goes first, ours last."""
    return NORMAL_PRIORITY - (document.value.priority or 0)


def _queue_of(document: Document | None) -> str:
    """The queue that the document's ``tag`` names, where the site serves one of that name."""
    tag = document.extra.get("tag") if document else None
    return tag if isinstance(tag, str) and tag in settings.QUEUES else settings.DEFAULT_QUEUE_NAME
