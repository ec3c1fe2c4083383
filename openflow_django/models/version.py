"""A published version of a flow. It never changes, so a run pinned to it can always be resumed."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openflow_django.models.flow import Flow
from openflow_django.models.immutable import Immutable, ImmutableQuerySet
from openflow_django.models.json_field import OrderedJSONField
from openflow_django.models.people import person

__all__ = ["FlowVersion"]


class FlowVersionManager(models.Manager.from_queryset(ImmutableQuerySet["FlowVersion"])):
    """Versions, found by path and number in fixtures."""

    def get_by_natural_key(self, path: str, number: int) -> "FlowVersion":
        return self.get(flow__path=path, number=number)


class FlowVersion(Immutable):
    """One published document of a flow."""

    refusal = "A published version never changes."
    remedy = "Change the draft and publish it again."

    flow = models.ForeignKey(Flow, models.CASCADE, related_name="versions", verbose_name=_("flow"))
    number = models.PositiveIntegerField(_("number"))
    document = OrderedJSONField(_("document"))
    digest = models.CharField(_("digest"), max_length=64, help_text=_("SHA-256 of the canonical document."))
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(_("published at"), default=timezone.now)
    created_by = person(_("published by"))

    id: int
    flow_id: int
    created_by_id: Any

    objects = FlowVersionManager()

    class Meta(Immutable.Meta):
        verbose_name = _("flow version")
        verbose_name_plural = _("flow versions")
        default_permissions = ("view", "delete")
        constraints = (models.UniqueConstraint(fields=("flow", "number"), name="openflow_version_number"),)

    def __str__(self) -> str:
        return f"{self.flow} v{self.number}"

    def natural_key(self) -> tuple[str, int]:
        return (self.flow.path, self.number)

    natural_key.dependencies = ["openflow.flow"]  # type: ignore[attr-defined]
