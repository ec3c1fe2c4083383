"""Approvals: who may answer a waiting run, and what an answer does. Every door asks here: admin, link, API.

A run waits after a step of its flow. Answers are rows; the worker judges them when the run goes on.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.approval_links import LinkInvalid, read_token
from openflow_django.conf import settings
from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Answer, Run, RunStatus, Wait, WaitStatus
from openflow_django.permissions import NotPermitted, User
from openflow_django.services import audit, runs
from openflow_django.services.database import home
from openflow_django.services.inputs import check_value
from openflow_django.services.promised_waits import promised_wait
from openflow_django.signals import run_answered
from openflow_django.spec.json import Json, digest, normalise
from openflow_django.worker.known_secrets import site_redactor
from openflow_django.worker.payloads import conceal
from openflow_django.worker.store import Store

__all__ = [
    "AnswerRefused",
    "Link",
    "answer",
    "approvals_so_far",
    "asks_who",
    "has_answered",
    "is_open",
    "may_answer",
    "open_waits",
    "read_link",
    "wait_behind",
]


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

    @property
    def key(self) -> str:
        """What its answer is known by."""
        return f"link:{digest(self.approver)[:40]}"


def read_link(token: str) -> Link:
    """What a token stands for. Raises AnswerRefused for one that is forged, too old, or whose run is gone."""
    try:
        ticket = read_token(token)
        run = Run.objects.using(home()).select_related("flow", "started_by").get(public_id=ticket.run_id)
    except (LinkInvalid, Run.DoesNotExist, ValidationError, ValueError) as error:
        raise AnswerRefused(_("This link is not valid any more.")) from error
    return Link(run=run, path=ticket.path, approver=ticket.approver)


def wait_behind(link: Link, *, user: User | None) -> Wait:
    """The wait that the link answers. Raises AnswerRefused where there is nothing (more) to answer.

    While the run has not come to the step it is no row yet: the answer counts as soon as the run does.
    """
    waits = Wait.objects.using(home()).select_related("run__flow", "run__started_by")
    wait = waits.filter(run=link.run, path=link.path).first() or promised_wait(link.run, link.path)
    if wait is None or not is_open(wait) or has_answered(wait, user=_known(user), link=link):
        raise AnswerRefused(_("This link is not valid any more."))
    return wait


def open_waits(user: User) -> QuerySet[Wait]:
    """Waits of runs that the user may see and that still wait, oldest first."""
    visible = permissions.visible_runs(user).values("pk")
    waits = Wait.objects.filter(status=WaitStatus.OPEN, run__in=visible, expires_at__gt=timezone.now())
    return waits.select_related("run__flow").order_by("created_at")


def is_open(wait: Wait) -> bool:
    """Whether the wait still takes answers."""
    return wait.status == WaitStatus.OPEN and wait.expires_at > timezone.now() and not wait.run.is_final


def approvals_so_far(wait: Wait) -> int:
    """How many have approved."""
    given = Answer.objects.using(home()).filter(run_id=wait.run_id, path=wait.path, approved=True)
    return given.count()


def has_answered(wait: Wait, *, user: Any, link: Link | None = None) -> bool:
    """Whether this person, or this link, has answered: also the one by the other."""
    own = Q(key=_key(wait, user=user, link=link))
    if user is not None:
        own |= Q(user=user)
    return Answer.objects.using(home()).filter(own, run_id=wait.run_id, path=wait.path).exists()


def may_answer(wait: Wait, *, user: User | None, link: Link | None = None) -> str | None:
    """Why this person may not answer the wait, as a sentence; None when they may. The one policy.

    By a link the link itself is the right; without one the user needs the permission to approve. A wait may
    ask that the person is signed in, is in one of its groups, and did not start the run; then it takes no
    answer before it has begun.
    """
    known = _known(user)
    if link is None and (known is None or not permissions.can_approve(known, wait.run)):
        return _("You may not approve this run.")
    if asks_who(wait) and wait.pk is None:
        return _("This step asks who answers, so it takes answers once it waits. Open the link again then.")
    if asks_who(wait) and known is None:
        return _("Sign in to answer.")
    if known is not None and wait.self_approval_disabled and _started_by(wait.run, known):
        return _("Whoever started the run may not approve it.")
    if wait.groups and not _in_a_group(known, wait.groups):
        return _("Only members of these groups may answer: %(groups)s.") % {"groups": ", ".join(wait.groups)}
    return None


def asks_who(wait: Wait) -> bool:
    """Whether whoever answers has to be known: a link alone is not enough."""
    return bool(wait.user_auth_required or wait.groups or wait.self_approval_disabled)


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
    if approved:
        payload = normalise(payload, max_bytes=settings.MAX_PAYLOAD_BYTES, max_depth=settings.MAX_JSON_DEPTH)
        check_value(payload, schema=wait.form)
    alias, known = home(), _known(user)
    with transaction.atomic(using=alias):
        if not is_open(_locked(wait)):
            raise AnswerRefused(_("This run does not wait for an answer any more."))
        if has_answered(wait, user=known, link=link):
            raise AnswerRefused(_("You have answered already."))
        given = _write(wait, approved=approved, user=known, payload=payload, reason=reason, link=link)
        message = _("Approved the step %(step)s.") if approved else _("Refused the step %(step)s.")
        audit.log(wait.run, user=known, message=message % {"step": wait.step_id})
        run_answered.send(Run, run=wait.run, answer=given, user=known)
        _resume(wait.run, of=(RunStatus.SUSPENDED, RunStatus.QUEUED))
        # A worker that parks the run right now does not see this answer before the commit.
        transaction.on_commit(partial(_resume, wait.run, of=(RunStatus.SUSPENDED,)), using=alias)
    return given


def _known(user: User | None) -> Any:
    """The person, None for a visitor and for somebody who was disabled."""
    return user if user is not None and user.is_authenticated and user.is_active else None


def _locked(wait: Wait) -> Wait:
    """The wait as it is now, held until the end of the transaction. Of one that has not begun, its run is
    held."""
    waits = Wait.objects.using(home()).filter(run_id=wait.run_id, path=wait.path)
    if wait.pk is not None:
        current = waits.select_for_update().first()
        if current is None:
            raise AnswerRefused(_("This run does not wait for an answer any more."))
        return current
    wait.run = Run.objects.using(home()).select_for_update().get(pk=wait.run_id)
    return waits.first() or wait


def _key(wait: Wait, *, user: Any, link: Link | None) -> str:
    """A link answers once, whoever uses it, unless the wait tells people apart."""
    if link is not None and not (asks_who(wait) and user is not None):
        return link.key
    return f"user:{user.pk}"[:64]


def _write(wait: Wait, *, approved: bool, user: Any, payload: Json, reason: str, link: Link | None) -> Answer:
    name = user.get_username() if user is not None else (link.approver if link else "")
    given = Answer(
        run_id=wait.run_id,
        path=wait.path,
        approved=approved,
        payload=payload,
        reason=site_redactor().redact_text(reason)[:2000],
        approver=name[:200],
        user=user,
        key=_key(wait, user=user, link=link),
    )
    conceal(given, site_redactor())
    try:
        with transaction.atomic(using=home()):
            given.save(using=home(), force_insert=True)
            return given
    except IntegrityError as error:
        raise AnswerRefused(_("You have answered already.")) from error


def _resume(run: Run, *, of: tuple[RunStatus, ...]) -> None:
    """Wake the run, or the part of it that waits, where it stands in one of these statuses."""
    waiting = Run.objects.using(home()).filter(Q(pk=run.pk) | Q(parent=run), status__in=of)
    for parked in waiting:
        if Store().resume(parked.pk):
            parked.ready_at = timezone.now()
            runs.wake(parked)


def _started_by(run: Run, user: User) -> bool:
    """Whether the run is the user's own doing: by hand, by what triggered it, or by a run that it repeats."""
    accountability = run.data.accountability
    if isinstance(accountability, dict) and accountability.get("user") == str(user.pk):
        return True
    found: Run | None = run
    while found is not None:
        if found.started_by_id == user.pk:
            return True
        found = found.original
    return False


def _in_a_group(user: User | None, groups: list[str]) -> bool:
    if user is None:
        return False
    if getattr(user, "is_superuser", False):
        return True
    own = getattr(user, "groups", None)
    return own is not None and own.filter(name__in=groups).exists()
