"""Waiting for a run in the caller's process: what a synchronous caller is given, and when."""

import time
from dataclasses import dataclass

from openflow_django.models import Run, RunData, StepRun
from openflow_django.services.database import home
from openflow_django.spec.json import Json
from openflow_django.worker.drive import document_of

__all__ = ["Answer", "answer_of", "wait_for"]

POLL_S = 0.02
SLOWEST_POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a synchronous caller gets. ``early``: the flow's ``early_return`` step has answered, the run goes
    on."""

    status: str
    result: Json
    early: bool = False


def answer_of(run: Run) -> Answer | None:
    """The answer of a run as it stands now, None while there is none yet."""
    current = Run.objects.using(home()).filter(pk=run.pk).first()
    if current is None:
        return Answer("canceled", None)
    data = RunData.objects.using(home()).get(run=current)
    if current.is_final:
        return Answer(current.status, data.result)
    step_id = document_of(current, data).value.early_return
    if not step_id:
        return None
    steps = StepRun.objects.using(home()).filter(run=current, path=step_id, kind__in=("step", "container"))
    step = steps.exclude(status="failure").order_by("-seq").first()
    return Answer(step.status, step.result, early=True) if step else None


def wait_for(run: Run, *, timeout_s: float) -> Answer | None:
    """Block until the run answers, for at most ``timeout_s`` seconds; None when it has not by then."""
    until, pause = time.monotonic() + timeout_s, POLL_S
    while True:
        answer = answer_of(run)
        remaining = until - time.monotonic()
        if answer is not None or remaining <= 0:
            return answer
        time.sleep(min(pause, remaining))
        pause = min(pause * 1.5, SLOWEST_POLL_S)
