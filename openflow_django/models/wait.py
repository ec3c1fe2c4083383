"""A wait: a run holds back its next step until people have answered.

Of a run that is spread over parts, waits and answers belong to the run that people see.
"""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openflow_django.models.json_field import OrderedJSONField
from openflow_django.models.people import person
from openflow_django.models.run import Run

__all__ = ["Answer", "Wait", "WaitStatus"]


class WaitStatus(models.TextChoices):
    """``open`` becomes one of the others, once."""

    OPEN = "open", _("open")
    RESUMED = "resumed", _("resumed")
    DISAPPROVED = "disapproved", _("disapproved")
    TIMED_OUT = "timed_out", _("timed out")


class Wait(models.Model):
    """One step of one run that waits for answers, with what its document asks of those who answer.

    ``required`` approvals let the run go on, one refusal ends the wait. ``groups`` are names of groups of
    which an
    approver must be in one; ``form`` is the JSON Schema of the payload, null when there is none.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="waits", verbose_name=_("run"))
    path = models.CharField(_("path"), max_length=500)
    step_id = models.CharField(_("step"), max_length=100)
    status = models.CharField(_("status"), max_length=12, choices=WaitStatus, default=WaitStatus.OPEN)
    required = models.PositiveIntegerField(_("approvals needed"), default=1)
    form = OrderedJSONField(_("form"), null=True, blank=True)
    groups = OrderedJSONField(_("groups"), default=list, blank=True)
    user_auth_required = models.BooleanField(_("only signed-in people"), default=False)
    self_approval_disabled = models.BooleanField(_("not by whoever started the run"), default=False)
    hide_cancel = models.BooleanField(_("cannot be refused"), default=False)
    created_at = models.DateTimeField(_("asked at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    resolved_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    id: int
    run_id: int

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        default_permissions = ("view",)
        constraints = (models.UniqueConstraint(fields=("run", "path"), name="openflow_wait_path"),)
        indexes = (models.Index(fields=("status", "expires_at"), name="openflow_wait_open"),)

    def __str__(self) -> str:
        return f"{self.run_id}/{self.path}"


class Answer(models.Model):
    """What one person said to a wait, which may not have begun yet. Kept also when it came too late to count.

    ``key`` names who answered or by which link: nobody counts twice.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="answers", verbose_name=_("run"))
    path = models.CharField(_("path"), max_length=500)
    approved = models.BooleanField(_("approved"))
    payload = OrderedJSONField(_("payload"), null=True, blank=True)
    sealed = models.TextField(
        blank=True,
        default="",
        editable=False,
        help_text=_("What was redacted for people and the run needs, encrypted."),
    )
    reason = models.TextField(_("reason"), blank=True)
    approver = models.CharField(_("approver"), max_length=200, blank=True)
    user = person(_("user"))
    key = models.CharField(_("key"), max_length=64)
    created_at = models.DateTimeField(_("answered at"), default=timezone.now)

    id: int
    run_id: int
    user_id: Any

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        default_permissions = ("view",)
        constraints = (models.UniqueConstraint(fields=("run", "path", "key"), name="openflow_answer_key"),)

    def __str__(self) -> str:
        return self.approver
