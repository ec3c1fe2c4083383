"""A published version of a flow. It never changes, so a run pinned to it can always be resumed."""

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openflow_django.exceptions import OpenFlowError
from openflow_django.models.flow import Flow
from openflow_django.models.json_field import OrderedJSONField
from openflow_django.models.people import person

__all__ = ["FlowVersion", "FlowVersionQuerySet", "VersionImmutable"]


class VersionImmutable(OpenFlowError):
    """A published version was about to be changed."""

    code = "version_immutable"


class FlowVersionQuerySet(models.QuerySet["FlowVersion"]):
    """Versions; they are created and deleted, never updated."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse.

        Raises:
            VersionImmutable: always.
        """
        raise _immutable()


class FlowVersionManager(models.Manager.from_queryset(FlowVersionQuerySet)):
    """Versions, found by path and number in fixtures."""

    def get_by_natural_key(self, path: str, number: int) -> "FlowVersion":
        return self.get(flow__path=path, number=number)


class FlowVersion(models.Model):
    """One published document of a flow."""

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

    class Meta:
        verbose_name = _("flow version")
        verbose_name_plural = _("flow versions")
        default_permissions = ("view", "delete")
        constraints = (models.UniqueConstraint(fields=("flow", "number"), name="openflow_version_number"),)

    def __str__(self) -> str:
        return f"{self.flow} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the version.

        Raises:
            VersionImmutable: when it is in the database already.
        """
        if not self._state.adding:
            raise _immutable()
        super().save(*args, **kwargs)

    def natural_key(self) -> tuple[str, int]:
        return (self.flow.path, self.number)

    natural_key.dependencies = ["openflow.flow"]  # type: ignore[attr-defined]


def _immutable() -> VersionImmutable:
    return VersionImmutable(
        "A published version never changes.", hint="Change the draft and publish it again."
    )
