"""Debouncing: a burst of starts becomes one run with the last input (OpenFlow semantics section 9)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from openflow_django.engine.keys import render_key
from openflow_django.models import Flow, Run, RunData, RunStatus
from openflow_django.services.database import home
from openflow_django.spec.document import FlowValue
from openflow_django.spec.json import Json, digest
from openflow_django.worker.known_secrets import site_redactor
from openflow_django.worker.payloads import conceal, reveal

__all__ = ["Burst", "burst_of", "join"]


class Burst:
    """The burst that a start belongs to: the flow's rules under one key."""

    def __init__(self, flow: Flow, value: FlowValue, given: Json) -> None:
        self.rules = value
        self.key = digest([flow.pk, render_key(value.debounce_key or "", given)])

    def due(self, begun_at: datetime) -> datetime:
        """When the run of a burst that began then may start, if nothing more comes."""
        now = timezone.now()
        due = now + timedelta(seconds=self.rules.debounce_delay_s or 0)
        longest = self.rules.max_total_debouncing_time
        return due if longest is None else max(now, min(due, begun_at + timedelta(seconds=longest)))


def burst_of(flow: Flow, value: FlowValue, given: Json) -> Burst | None:
    """The burst of a start with this input, None where the flow is not debounced."""
    return Burst(flow, value, given) if value.debounce_delay_s else None


def join(burst: Burst, given: Json, *, trigger: Json) -> Run | None:
    """The pending run that takes this start in, changed to the new input; None where a run of its own is
    needed.

    A run that a worker has claimed is never changed: what arrives late begins the next burst.
    """
    alias, most = home(), burst.rules.max_total_debounces_amount
    with transaction.atomic(using=alias):
        runs = Run.objects.using(alias).filter(debounce_key=burst.key, status=RunStatus.QUEUED, claims=0)
        pending = runs.select_for_update().order_by("-pk").first()
        if pending is None or (most is not None and pending.debounces >= most):
            return None
        due = burst.due(pending.created_at)
        if not runs.filter(pk=pending.pk).update(ready_at=due, debounces=F("debounces") + 1):
            return None
        data = RunData.objects.using(alias).get(run=pending)
        reveal(data)
        data.input = _accumulated(data.input, given, burst.rules.debounce_args_to_accumulate)
        data.trigger = trigger
        conceal(data, site_redactor())
        data.save(using=alias, update_fields=["input", "trigger", "accountability", "env", "sealed"])
    pending.refresh_from_db(using=alias)
    return pending


def _accumulated(before: Json, given: Json, names: tuple[str, ...]) -> Json:
    """The new input, with the lists of the named arguments put behind those collected so far."""
    if not names or not isinstance(before, dict) or not isinstance(given, dict):
        return given
    collected = {name: [*_listed(before.get(name)), *_listed(given.get(name))] for name in names}
    return {**given, **collected}


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [] if value is None else [value]
