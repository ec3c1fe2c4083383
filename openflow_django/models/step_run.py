"""A step run: one recorded step of a run. The row, written once, is checkpoint, log and history."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from openflow_django.models.json_field import OrderedJSONField
from openflow_django.models.run import Run

__all__ = ["StepRun"]


class StepRun(models.Model):
    """What one attempt at one step of a run did.

    ``path`` names the step and its iterations (``"a"``, ``"loop/3/b"``), ``seq`` the order of recording,
    ``duration_us`` its time in microseconds, ``planned_delay`` a decided wait in seconds.
    """

    # No constraint in the database on the hot path; retention deletes by run.
    run = models.ForeignKey(
        Run, models.CASCADE, related_name="steps", db_constraint=False, db_index=False, verbose_name=_("run")
    )
    seq = models.PositiveIntegerField(_("order"))
    path = models.CharField(_("path"), max_length=500)
    kind = models.CharField(_("kind"), max_length=20)
    attempt = models.PositiveIntegerField(_("attempt"), default=1)
    module_id = models.CharField(_("step"), max_length=100)
    status = models.CharField(_("status"), max_length=20)
    input = OrderedJSONField(_("input"), null=True, blank=True)
    result = OrderedJSONField(_("result"), null=True, blank=True)
    error = OrderedJSONField(_("error"), null=True, blank=True)
    logs = OrderedJSONField(_("log"), default=list, blank=True)
    sealed = models.TextField(
        blank=True,
        default="",
        editable=False,
        help_text=_("What was redacted for people and the run needs, encrypted."),
    )
    planned_delay = models.FloatField(_("planned delay"), null=True, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    duration_us = models.BigIntegerField(_("duration in microseconds"), default=0)

    id: int
    run_id: int

    class Meta:
        verbose_name = _("step run")
        verbose_name_plural = _("step runs")
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(fields=("run", "path", "kind", "attempt"), name="openflow_step_attempt"),
            models.UniqueConstraint(fields=("run", "seq"), name="openflow_step_seq"),
        )

    def __str__(self) -> str:
        return self.path
