"""Approvals: who may answer a waiting run, and what an answer does. Every door asks here: admin, link, API.

A run waits after a step of its flow. Answers are rows; the worker judges them when the run goes on.
"""

from dataclasses import dataclass
from typing import Final

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.conf import settings
from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Answer, Run, RunStatus, Wait, WaitStatus
from openflow_django.permissions import NotPermitted, User
from openflow_django.services import audit, runs
from openflow_django.services.database import home
from openflow_django.services.inputs import check_value
from openflow_django.signals import run_answered
from openflow_django.spec.json import Json, normalise
from openflow_django.worker.known_secrets import site_redactor
from openflow_django.worker.payloads import conceal
from openflow_django.worker.store import Store

__all__ = ["AnswerRefused", "Link", "answer", "link_token", "may_answer", "open_waits", "read_link"]

SALT: Final = "openflow.approval"


class AnswerRefused(OpenFlowError):
    """The answer does not count: the wait is over, or this person or link has answered already."""

    code = "answer_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a signed link stands for: one answer to one step of one run. ``approver`` is the name it was made
    for."""

    run: Run
    path: str
    approver: str
    key: str


def link_token(*, run_id: str, path: str, approver: str = "") -> str:
    """The token of a link for one answer, made before or while the run waits. ``run_id`` is the run's public
    id."""
    return signing.dumps([run_id, path, approver], salt=SALT, compress=True)


def read_link(token: str) -> Link:
    """What a token stands for. Raises AnswerRefused for one that is forged, too old, or whose run is gone."""
    try:
        run_id, path, approver = signing.loads(token, salt=SALT, max_age=settings.APPROVAL_LINK_S)
        run = Run.objects.using(home()).select_related("flow").get(public_id=run_id)
    except (signing.BadSignature, Run.DoesNotExist, ValueError) as error:
        raise AnswerRefused(_("This link is not valid any more.")) from error
    return Link(run=run, path=path, approver=approver, key=f"link:{approver}"[:64])


def open_waits(user: User) -> QuerySet[Wait]:
    """Waits of runs that the user may see and that still wait, oldest first."""
    visible = permissions.visible_runs(user).values("pk")
    waits = Wait.objects.filter(status=WaitStatus.OPEN, run__in=visible, expires_at__gt=timezone.now())
    return waits.select_related("run__flow").order_by("created_at")


def may_answer(wait: Wait, *, user: User | None, link: Link | None = None) -> str | None:
    """Why this person may not answer the wait, as a sentence; None when they may. The one policy.

    By a link the link itself is the right; without one the user needs the permission to approve. A wait may
    ask that
    the person is signed in, is in one of its groups, and did not start the run.
    """
    known = user if user is not None and user.is_authenticated and user.is_active else None
    if link is None and (known is None or not permissions.can_approve(known, wait.run)):
        return _("You may not approve this run.")
    if known is None and (wait.user_auth_required or wait.groups or wait.self_approval_disabled):
        return _("Sign in to answer.")
    if known is not None and wait.self_approval_disabled and _started_by(wait.run, known):
        return _("Whoever started the run may not approve it.")
    if wait.groups and not _in_a_group(known, wait.groups):
        return _("Only members of these groups may answer: %(groups)s.") % {"groups": ", ".join(wait.groups)}
    return None


def answer(
    wait: Wait,
    *,
    approved: bool,
    user: User | None,
    payload: Json = None,
    reason: str = "",
    link: Link | None = None,
) -> Answer:
    """Write an answer and let the run look at it.

    Raises:
        NotPermitted: :func:`may_answer` says why.
        AnswerRefused: the wait is over, cannot be refused, or this person or link has answered already.
        FieldsInvalid: the payload does not fit the form.
    """
    refusal = may_answer(wait, user=user, link=link)
    if refusal is not None:
        raise NotPermitted(refusal)
    if not approved and wait.hide_cancel:
        raise AnswerRefused(_("This step cannot be refused."))
    person = audit.person(user)
    if approved:
        payload = normalise(payload, max_bytes=settings.MAX_PAYLOAD_BYTES, max_depth=settings.MAX_JSON_DEPTH)
        check_value(payload, schema=wait.form)
    alias = home()
    with transaction.atomic(using=alias):
        current = Wait.objects.using(alias).select_for_update().get(pk=wait.pk)
        if current.status != WaitStatus.OPEN or current.expires_at <= timezone.now() or wait.run.is_final:
            raise AnswerRefused(_("This run does not wait for an answer any more."))
        given = _write(current, approved=approved, user=person, payload=payload, reason=reason, link=link)
        message = _("Approved the step %(step)s.") if approved else _("Refused the step %(step)s.")
        audit.log(wait.run, user=user, message=message % {"step": wait.step_id})
        run_answered.send(Run, run=wait.run, answer=given, user=user)
        _resume(wait.run)
    return given


def _write(
    wait: Wait, *, approved: bool, user: User | None, payload: Json, reason: str, link: Link | None
) -> Answer:
    name = user.get_username() if user is not None else (link.approver if link else "")
    key = f"user:{user.pk}" if user is not None else (link.key if link else "anonymous")
    given = Answer(
        run_id=wait.run_id,
        path=wait.path,
        approved=approved,
        payload=payload,
        reason=site_redactor().redact_text(reason)[:2000],
        approver=name[:200],
        user=user,
        key=key[:64],
    )
    conceal(given, site_redactor())
    try:
        with transaction.atomic(using=home()):
            given.save(using=home(), force_insert=True)
            return given
    except IntegrityError as error:
        raise AnswerRefused(_("You have answered already.")) from error


def _resume(run: Run) -> None:
    """Wake the run, or the part of it that waits."""
    waiting = Run.objects.using(home()).filter(
        Q(pk=run.pk) | Q(parent=run), status__in=(RunStatus.SUSPENDED, RunStatus.QUEUED)
    )
    for parked in waiting:
        if Store().resume(parked.pk):
            parked.ready_at = timezone.now()
            runs.wake(parked)


def _started_by(run: Run, user: User) -> bool:
    if run.started_by_id is not None:
        return run.started_by_id == user.pk
    accountability = run.data.accountability
    return isinstance(accountability, dict) and accountability.get("user") == str(user.pk)


def _in_a_group(user: User | None, groups: list[str]) -> bool:
    if user is None:
        return False
    if getattr(user, "is_superuser", False):
        return True
    own = getattr(user, "groups", None)
    return own is not None and own.filter(name__in=groups).exists()
