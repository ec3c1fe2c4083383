"""A trigger: what starts a flow."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openflow_django.models.flow import Flow
from openflow_django.models.json_field import OrderedJSONField

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from openflow_django.models.event import Event

__all__ = ["Trigger"]


class Trigger(models.Model):
    """One way to start a flow. ``type`` is a key of the trigger registry; ``options`` belong to that type."""

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="triggers", verbose_name=_("flow"))
    type = models.CharField(_("type"), max_length=50)
    name = models.CharField(_("name"), max_length=200, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    options = OrderedJSONField(_("options"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    id: int
    flow_id: int
    events: "RelatedManager[Event]"

    class Meta:
        verbose_name = _("trigger")
        verbose_name_plural = _("triggers")
        indexes = (models.Index(fields=("type", "enabled"), name="openflow_trigger_type"),)

    def __str__(self) -> str:
        return self.name or self.type
