"""Running again what ran before: whole, or from a step with the results up to there."""

from django.db import transaction
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.engine.restart import RestartRefused, records_before
from openflow_django.models import Run, RunData, RunKind
from openflow_django.permissions import User
from openflow_django.services import audit, runs
from openflow_django.services.database import home
from openflow_django.services.errors import FlowNotLive
from openflow_django.spec.document import Flow
from openflow_django.spec.parse import parse
from openflow_django.worker.known_secrets import run_redactor
from openflow_django.worker.library import Library, version_document
from openflow_django.worker.payloads import reveal
from openflow_django.worker.rows import insert_records
from openflow_django.worker.store import Store

__all__ = ["replay", "restart"]


def replay(run: Run, *, user: User | None) -> Run:
    """Start a new run with the version, input, trigger and accountability of an earlier one.

    Raises:
        NotPermitted: the user may not replay the run.
        FlowNotLive: its flow is gone, inactive, or the version was deleted.
    """
    data = _repeatable(run, user=user)
    copy, copied = _copy(run, data, kind=RunKind.MANUAL, user=user)
    return runs.create(copy, data=copied, user=user)


def restart(run: Run, *, path: str, user: User | None) -> Run:
    """Start a new run that takes over what an ended one had done before ``path``, and does the rest again.

    ``path`` names a step, an iteration or a branch as the run recorded it: ``"b"``, ``"loop/3/b"``,
    ``"loop/3"``.

    Raises:
        NotPermitted: the user may not replay the run.
        FlowNotLive: its flow is gone, inactive, or the version was deleted.
        RestartRefused: the run has not ended, or never came to that place.
    """
    data = _repeatable(run, user=user)
    if not run.is_final or run.parent_id is not None:
        raise RestartRefused(_("Only a run that has ended can be restarted."))
    redactor = run_redactor(run.flow_id)
    history = Store().history(run, redactor=redactor)
    kept = records_before(path, history, _document(run, data), load=Library().load)
    copy, copied = _copy(run, data, kind=RunKind.RESTART, user=user)
    copy.restart_path, copy.seq = path, len(kept)
    with transaction.atomic(using=home()):
        again = runs.create(copy, data=copied, user=user)
        insert_records(home(), run_id=again.pk, first_seq=1, records=kept, redactor=redactor)
    return again


def _repeatable(run: Run, *, user: User | None) -> RunData:
    if user is not None:
        permissions.require(permissions.can_replay(user, run), _("replay this run"))
    data = RunData.objects.using(home()).get(run=run)
    reveal(data)
    if run.flow is None:
        raise FlowNotLive(_("The flow of this run was deleted."))
    if data.document is not None:
        return data
    if not run.flow.is_live:
        raise FlowNotLive(_("The flow %(path)s is not active.") % {"path": run.flow.path})
    if run.version is None:
        raise FlowNotLive(_("The version of this run was deleted."))
    return data


def _copy(run: Run, data: RunData, *, kind: RunKind, user: User | None) -> tuple[Run, RunData]:
    # A document that nobody published acts as whoever runs it, never as the flow does.
    is_test = data.document is not None
    copy = Run(
        flow=run.flow,
        version=run.version,
        document_digest=run.document_digest,
        original=run,
        kind=RunKind.TEST if is_test else kind,
        queue=run.queue,
        priority=run.priority,
        started_by=audit.person(user),
    )
    copied = RunData(
        run=copy,
        document=data.document,
        input=data.input,
        trigger=data.trigger,
        accountability=data.accountability,
        env=runs.environment(),
    )
    return copy, copied


def _document(run: Run, data: RunData) -> Flow:
    if data.document is not None or run.version_id is None:
        return parse(data.document)
    return version_document(run.version_id, run.document_digest)
