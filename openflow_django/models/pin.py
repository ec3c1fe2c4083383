"""A pin: a result that one person's tests take instead of running a step."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from openflow_django.models.flow import Flow
from openflow_django.models.json_field import OrderedJSONField

__all__ = ["Pin"]


class Pin(models.Model):
    """Data of the editor, per person and flow: no part of the document, and no run but a test sees it."""

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="pins", verbose_name=_("flow"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("user")
    )
    step_id = models.CharField(_("step"), max_length=100)
    value = OrderedJSONField(_("result"))
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    id: int
    flow_id: int
    user_id: Any

    class Meta:
        verbose_name = _("pinned result")
        verbose_name_plural = _("pinned results")
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("flow", "user", "step_id"), name="openflow_pin_step"),)

    def __str__(self) -> str:
        return self.step_id
