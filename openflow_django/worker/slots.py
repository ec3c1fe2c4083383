"""Concurrency limits: at most so many runs or steps under a key, or so many starts within a time window."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, router, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from openflow_django.engine.keys import render_key
from openflow_django.engine.parking import Parked
from openflow_django.models import FINAL_STATUSES, Run, Slot
from openflow_django.spec.document import FlowValue, RawScript
from openflow_django.spec.json import Json, JsonObject, digest

__all__ = ["Limit", "SlotGate", "Slots", "flow_limit"]

HELD = timedelta(days=365)
RETRY = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Limit:
    """``places`` under ``key``; each taken for ``window_s`` seconds, or while it is used where that is
    zero."""

    key: str
    places: int
    window_s: float = 0.0


def flow_limit(flow_id: int, value: FlowValue, flow_input: Json) -> Limit | None:
    """The limit that a flow sets for its runs."""
    if not value.concurrent_limit:
        return None
    key = render_key(value.concurrency_key or "", flow_input)
    return Limit(
        _short(f"flow:{flow_id}:{key}"), value.concurrent_limit, value.concurrency_time_window_s or 0.0
    )


def _step_limit(flow_id: int, script: RawScript, args: JsonObject) -> Limit | None:
    if not script.concurrent_limit:
        return None
    name = script.custom_concurrency_key or script.path or digest(script.content)
    key = f"script:{render_key(name, args)}" if script.custom_concurrency_key else f"step:{flow_id}:{name}"
    return Limit(_short(key), script.concurrent_limit, script.concurrency_time_window_s or 0.0)


def _short(key: str) -> str:
    return key if len(key) <= 255 else key[:180] + digest(key)


class SlotGate:
    """Port :class:`~openflow_django.worker.steps.Gate`: a step whose limit is reached parks its run."""

    def __init__(self, run: Run) -> None:
        self._slots, self._flow_id = Slots(run.pk), run.flow_id or 0

    @contextmanager
    def hold(self, script: RawScript, args: JsonObject) -> Iterator[None]:
        limit = _step_limit(self._flow_id, script, args)
        if limit is None:
            yield
            return
        again_at = self._slots.take(limit)
        if again_at is not None:
            raise Parked(due=again_at)
        try:
            yield
        finally:
            self._slots.free(limit)


class Slots:
    """Takes and frees the slots of one run."""

    def __init__(self, run_id: int) -> None:
        self._run_id = run_id
        self._using = router.db_for_write(Slot)

    def take(self, limit: Limit) -> datetime | None:
        """None when a place was free and is ours now, else the time at which to ask again."""
        now = timezone.now()
        until = now + (timedelta(seconds=limit.window_s) if limit.window_s else HELD)
        if self._take_free(limit, now=now, until=until) or self._open_another(limit, until=until):
            return None
        soonest = self._slots(key=limit.key).order_by("until").values_list("until", flat=True).first()
        return soonest if limit.window_s and soonest else now + RETRY

    def free(self, limit: Limit) -> None:
        """Give a place back that is held while it is used."""
        if not limit.window_s:
            self._slots(key=limit.key, run_id=self._run_id).update(until=timezone.now())

    def _take_free(self, limit: Limit, *, now: datetime, until: datetime) -> bool:
        ended = Run.objects.using(self._using).filter(status__in=FINAL_STATUSES).values("pk")
        mine = Q(run_id=self._run_id, until__gt=now + HELD / 2)
        free = Q(until__lte=now) | (Q(until__gt=now + HELD / 2) & Q(run_id__in=ended))
        slots = self._slots(key=limit.key, number__lt=limit.places)
        if not limit.window_s and slots.filter(mine).exists():
            return True
        for number, was in slots.filter(free).values_list("number", "until")[: limit.places]:
            taken = self._slots(key=limit.key, number=number, until=was)
            if taken.update(run_id=self._run_id, until=until):
                return True
        return False

    def _open_another(self, limit: Limit, *, until: datetime) -> bool:
        known = set(self._slots(key=limit.key).values_list("number", flat=True))
        for number in range(limit.places):
            if number in known:
                continue
            try:
                with transaction.atomic(using=self._using):
                    Slot.objects.using(self._using).create(
                        key=limit.key, number=number, run_id=self._run_id, until=until
                    )
            except IntegrityError:
                continue
            return True
        return False

    def _slots(self, **lookup: object) -> QuerySet[Slot]:
        return Slot.objects.using(self._using).filter(**lookup)
