"""Blanking what steps leave behind: ``delete_after_use`` and ``delete_after_secs`` (OpenFlow semantics
section 5).

When a run has ended, arguments, result and logs of such steps are emptied, at once or after their time. The
result
of the run itself stays.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from django.db import router
from django.db.models import Q
from django.utils import timezone

from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Run, RunData, StepRun
from openflow_django.spec.document import Flow
from openflow_django.spec.walk import walk
from openflow_django.worker.drive import document_of
from openflow_django.worker.library import version_document

__all__ = ["blank_after", "blank_due"]

Plan = dict[str, float]
"""Seconds after the end of the run, by step id."""

BATCH = 100


def blank_after(run: Run, data: RunData) -> None:
    """The run has just ended: blank what is due, and note when the rest will be."""
    try:
        plan = _plan_of(run, data)
    except OpenFlowError:
        return
    if plan:
        _blank(run, plan, ended_at=timezone.now())


def blank_due() -> int:
    """Blank what has become due since. Returns the number of runs looked at. A chore of every tick."""
    runs = Run.objects.using(router.db_for_write(Run)).filter(blank_at__lte=timezone.now())
    due = list(runs.order_by("blank_at")[:BATCH])
    for run in due:
        plan = _plan_of(run, RunData.objects.using(runs.db).get(run=run))
        _blank(run, plan, ended_at=run.finished_at or timezone.now())
    return len(due)


def _plan_of(run: Run, data: RunData) -> Plan:
    """Raises OpenFlowError when the version of the run was deleted."""
    if data.document is None and run.version_id is not None:
        return _plan_of_version(run.version_id, run.document_digest)
    return _plan(document_of(run, data))


@lru_cache(maxsize=256)
def _plan_of_version(version_id: int, digest: str) -> Plan:
    return _plan(version_document(version_id, digest))


def _plan(flow: Flow) -> Plan:
    plan: Plan = {}
    for visit in walk(flow):
        module = visit.module
        if module.delete_after_use:
            plan[module.id] = 0.0
        elif module.delete_after_secs is not None:
            plan[module.id] = float(module.delete_after_secs)
    return plan


def _blank(run: Run, plan: Plan, *, ended_at: datetime) -> None:
    using, now = router.db_for_write(StepRun), timezone.now()
    dues = {step_id: ended_at + timedelta(seconds=seconds) for step_id, seconds in plan.items()}
    over = [step_id for step_id, due in dues.items() if due <= now]
    if over:
        steps = StepRun.objects.using(using).filter(Q(run=run) | Q(run__parent=run), module_id__in=over)
        steps.update(input={}, result={}, logs=[], sealed="")
    later = [due for due in dues.values() if due > now]
    Run.objects.using(using).filter(pk=run.pk).update(blank_at=min(later, default=None))
