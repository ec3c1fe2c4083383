"""An event: a trigger matched. The table is the outbox between the site's transactions and the runs."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openflow_django.models.flow import Flow
from openflow_django.models.json_field import OrderedJSONField
from openflow_django.models.trigger import Trigger

if TYPE_CHECKING:
    from openflow_django.models.run import Run

__all__ = ["Event", "EventStatus"]


class EventStatus(models.TextChoices):
    """``new`` becomes ``started`` with its run, else ``suppressed`` or ``failed``, each with a reason."""

    NEW = "new", _("new")
    STARTED = "started", _("started")
    SUPPRESSED = "suppressed", _("suppressed")
    FAILED = "failed", _("failed")


class Event(models.Model):
    """Something happened that starts a flow, recorded in the transaction in which it happened."""

    # No constraints in the database: a process may not yet know that a trigger was deleted, and an event must
    # never be what breaks a transaction of the site.
    trigger = models.ForeignKey(
        Trigger,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="events",
        db_constraint=False,
        verbose_name=_("trigger"),
    )
    flow = models.ForeignKey(
        Flow, models.CASCADE, related_name="events", db_constraint=False, verbose_name=_("flow")
    )
    name = models.CharField(_("name"), max_length=200, help_text=_('Such as "shop.order.updated".'))
    payload = OrderedJSONField(_("payload"), default=dict, blank=True)
    accountability = OrderedJSONField(_("accountability"), null=True, blank=True)
    sealed = models.TextField(
        blank=True,
        default="",
        editable=False,
        help_text=_("What was redacted for people and the run needs, encrypted."),
    )
    object_type = models.CharField(_("object type"), max_length=100, blank=True)
    object_id = models.CharField(_("object id"), max_length=255, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=EventStatus, default=EventStatus.NEW)
    reason = models.TextField(_("reason"), blank=True)
    depth = models.PositiveIntegerField(
        _("depth"), default=0, help_text=_("How many runs led to this event, one through the other.")
    )
    ancestry = OrderedJSONField(_("ancestry"), default=list, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    handled_at = models.DateTimeField(_("handled at"), null=True, blank=True)

    id: int
    trigger_id: int | None
    flow_id: int
    run: "Run"

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        default_permissions = ("view", "delete")
        indexes = (
            models.Index(fields=("status", "id"), name="openflow_event_status"),
            models.Index(fields=("object_type", "object_id"), name="openflow_event_object"),
        )

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"
