"""A slot: one of the places that a concurrency limit gives. Taken as a row, so that two workers never share
it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

__all__ = ["Slot"]


class Slot(models.Model):
    """Place ``number`` under ``key``. Free when ``until`` has passed, or when the run that holds it has
    ended.

    With a time window it stays taken until the window is over, without one until the run or step has ended.
    """

    key = models.CharField(_("key"), max_length=255)
    number = models.PositiveIntegerField(_("number"))
    run_id = models.BigIntegerField(_("run"))
    until = models.DateTimeField(_("taken until"), default=timezone.now)

    id: int

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        default_permissions = ("view",)
        constraints = (models.UniqueConstraint(fields=("key", "number"), name="openflow_slot_number"),)
        indexes = (models.Index(fields=("run_id",), name="openflow_slot_run"),)

    def __str__(self) -> str:
        return f"{self.key} {self.number}"
