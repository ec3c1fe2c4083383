"""Waits of a run, from the database: opened by the executor, answered through services, ended here."""

from datetime import timedelta
from typing import Literal

from django.db import router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from openflow_django.engine.commands import Pending, Resumption, WaitForEvents
from openflow_django.models import Answer, Run, Wait, WaitStatus
from openflow_django.spec.forms import form_schema
from openflow_django.worker.payloads import reveal

__all__ = ["Waits", "judged"]


class Waits:
    """Port :class:`~openflow_django.engine.ports.Waits` of one run; of a part, it asks on behalf of the
    whole."""

    def __init__(self, run: Run) -> None:
        self._run = run.parent or run
        self._using = router.db_for_write(Wait)

    def poll(self, command: WaitForEvents) -> Resumption | Pending:
        """Open the wait if it is new, and judge its answers. The judgement is written with the status of the
        wait: answers
        that come after it do not count.
        """
        with transaction.atomic(using=self._using):
            wait = self._open(command)
            resumption = judged(wait, self._answers(wait))
            if isinstance(resumption, Resumption) and wait.status == WaitStatus.OPEN:
                Wait.objects.using(self._using).filter(pk=wait.pk).update(
                    status=resumption.kind, resolved_at=timezone.now()
                )
            return resumption

    def _open(self, command: WaitForEvents) -> Wait:
        suspend = command.suspend
        wait, _ = (
            Wait.objects.using(self._using)
            .select_for_update()
            .get_or_create(
                run_id=self._run.pk,
                path=command.path,
                defaults={
                    "step_id": command.step_id,
                    "required": suspend.required_events,
                    "form": form_schema(suspend.resume_form),
                    "groups": list(command.groups),
                    "user_auth_required": suspend.user_auth_required or bool(command.groups),
                    "self_approval_disabled": suspend.self_approval_disabled,
                    "hide_cancel": suspend.hide_cancel,
                    "expires_at": timezone.now() + timedelta(seconds=command.timeout_s),
                },
            )
        )
        return wait

    def _answers(self, wait: Wait) -> QuerySet[Answer]:
        answers = Answer.objects.using(self._using).filter(run_id=wait.run_id, path=wait.path).order_by("id")
        return answers if wait.resolved_at is None else answers.filter(created_at__lte=wait.resolved_at)

    def have_ended(self) -> bool:
        """Whether an answer has ended an open wait since it was polled: the run must not stay parked then."""
        waits = Wait.objects.using(self._using).filter(run_id=self._run.pk, status=WaitStatus.OPEN)
        return any(isinstance(judged(wait, self._answers(wait)), Resumption) for wait in waits)


def judged(wait: Wait, answers: QuerySet[Answer]) -> Resumption | Pending:
    """What the answers so far come to (OpenFlow semantics section 8)."""
    given = list(answers)
    refused = next((answer for answer in given if not answer.approved), None)
    approved = [answer for answer in given if answer.approved]
    if refused is not None:
        return _ended("disapproved", given, who=refused.approver or "anonymous", reason=refused.reason)
    if len(approved) >= wait.required:
        return _ended("resumed", approved)
    if wait.expires_at <= timezone.now():
        return _ended("timed_out", approved)
    return Pending(wait.expires_at)


def _ended(
    kind: Literal["resumed", "disapproved", "timed_out"],
    counted: list[Answer],
    *,
    who: str = "anonymous",
    reason: str = "",
) -> Resumption:
    for answer in counted:
        reveal(answer)
    payloads = tuple(answer.payload for answer in counted)
    return Resumption(
        kind, payloads, tuple(answer.approver or "anonymous" for answer in counted), who, reason
    )
