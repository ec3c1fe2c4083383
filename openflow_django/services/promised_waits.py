"""The wait that a document promises for a step, before the run has come to it: what an early answer is
judged by."""

from datetime import timedelta
from functools import partial

from django.db.models import Q, QuerySet
from django.utils import timezone

from openflow_django.conf import settings
from openflow_django.engine.places import places
from openflow_django.engine.records import Kind
from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Run, RunData, StepRun, Wait
from openflow_django.services.database import home
from openflow_django.spec.document import Flow, Module
from openflow_django.spec.forms import form_schema
from openflow_django.worker.drive import document_of
from openflow_django.worker.library import Library

__all__ = ["module_at", "promised_wait"]


def promised_wait(run: Run, path: str) -> Wait | None:
    """A wait that is no row yet; None where the step at ``path`` does not wait, or has done so already.

    Whom its document names by an expression is not known yet: such a wait only says that people have to be
    known.
    """
    module = module_at(run, path)
    suspend = module.suspend if module is not None else None
    if module is None or suspend is None or not suspend.required_events:
        return None
    if _records(run, path).filter(kind=Kind.WAIT).exists():
        return None
    asks_who = suspend.user_auth_required or suspend.user_groups_required is not None
    return Wait(
        run=run,
        path=path,
        step_id=module.id,
        required=suspend.required_events,
        form=form_schema(suspend.resume_form),
        user_auth_required=asks_who,
        self_approval_disabled=suspend.self_approval_disabled,
        hide_cancel=suspend.hide_cancel,
        expires_at=timezone.now() + timedelta(seconds=settings.APPROVAL_LINK_S),
    )


def module_at(run: Run, path: str) -> Module | None:
    """The step of the run's document at ``path``, called flows included. None where there is no such step, or
    no document any more.
    """
    try:
        document = document_of(run, RunData.objects.using(home()).only("document").get(run=run))
        found = places(path, document.value.modules, called=partial(_called, run))
    except (OpenFlowError, RunData.DoesNotExist):
        return None
    return found[-1].module if found else None


def _called(run: Run, path: str) -> Flow | None:
    """The flow that the step at ``path`` has called; a retry calls the same."""
    calls = _records(run, path).filter(kind=Kind.CALL, status="success")
    call = calls.order_by("attempt").values_list("result", flat=True).first()
    return Library().load(call.get("flow")) if isinstance(call, dict) else None


def _records(run: Run, path: str) -> QuerySet[StepRun]:
    """What is recorded under a path, by the run or by one of its parts."""
    return StepRun.objects.using(home()).filter(Q(run=run) | Q(run__parent=run), path=path)
