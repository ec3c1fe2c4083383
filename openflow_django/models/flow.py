"""A flow: its draft, the version that is live, and under whose rights it acts."""

from typing import TYPE_CHECKING, Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openflow_django.models.json_field import OrderedJSONField
from openflow_django.models.paths import validate_path
from openflow_django.models.people import person

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from openflow_django.models.event import Event
    from openflow_django.models.run import Run
    from openflow_django.models.trigger import Trigger
    from openflow_django.models.version import FlowVersion

__all__ = ["Flow", "FlowManager", "FlowStatus", "RunAs", "minimal_document"]


class FlowStatus(models.TextChoices):
    """Whether triggers of a flow answer."""

    ACTIVE = "active", _("active")
    INACTIVE = "inactive", _("inactive")


class RunAs(models.TextChoices):
    """Whose rights bound what the steps of a flow may do."""

    CALLER = "caller", _("whoever started the run")
    USER = "user", _("a chosen user")
    NOBODY = "nobody", _("nobody")


def minimal_document() -> dict[str, Any]:
    """The smallest valid OpenFlow document, the draft of a new flow."""
    return {"summary": "", "value": {"modules": []}}


class FlowManager(models.Manager["Flow"]):
    """Flows, found by path in fixtures."""

    def get_by_natural_key(self, path: str) -> "Flow":
        return self.get(path=path)


class Flow(models.Model):
    """A flow people edit. What runs is ``published_version``; what the builder shows is ``draft``."""

    path = models.CharField(
        _("path"),
        max_length=255,
        unique=True,
        validators=[validate_path],
        help_text=_('Its name in calls, files and addresses, such as "orders/paid".'),
    )
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    icon = models.CharField(
        _("icon"),
        max_length=50,
        blank=True,
        validators=[RegexValidator(r"\A[a-z0-9_-]*\Z", _("Not an icon name."))],
    )
    color = models.CharField(
        _("color"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"\A(#[0-9A-Fa-f]{3,8}|[a-z]*)\Z", _("Write a color as #RRGGBB."))],
    )
    status = models.CharField(_("status"), max_length=10, choices=FlowStatus, default=FlowStatus.INACTIVE)
    draft = OrderedJSONField(_("draft"), default=minimal_document)
    draft_revision = models.PositiveIntegerField(
        _("draft revision"), default=1, help_text=_("Rises by one with every saved draft.")
    )
    draft_updated_at = models.DateTimeField(_("draft saved at"), default=timezone.now)
    draft_updated_by = person(_("draft saved by"))
    published_version = models.ForeignKey(
        "openflow.FlowVersion",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published version"),
    )
    run_as = models.CharField(_("acts as"), max_length=10, choices=RunAs, default=RunAs.CALLER)
    run_as_user = person(_("acting user"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    created_by = person(_("created by"))
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    id: int
    draft_updated_by_id: Any
    published_version_id: int | None
    run_as_user_id: Any
    created_by_id: Any
    versions: "RelatedManager[FlowVersion]"
    triggers: "RelatedManager[Trigger]"
    events: "RelatedManager[Event]"
    runs: "RelatedManager[Run]"

    objects = FlowManager()

    class Meta:
        verbose_name = _("flow")
        verbose_name_plural = _("flows")
        ordering = ("path",)
        permissions = (
            ("publish_flow", _("Can publish flows and change what starts them")),
            ("run_flow", _("Can start flows")),
            ("assign_run_as", _("Can let a flow act as another user")),
        )

    def __str__(self) -> str:
        return self.name or self.path

    def natural_key(self) -> tuple[str]:
        return (self.path,)

    @property
    def is_live(self) -> bool:
        """Whether triggers may start this flow: it is active and has a published version."""
        return self.status == FlowStatus.ACTIVE and self.published_version_id is not None
