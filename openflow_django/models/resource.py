"""A resource: a JSON object of a named type, such as the address of a server with what it takes to log in."""

from typing import TYPE_CHECKING, Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openflow_django.models.flow import Flow
from openflow_django.models.json_field import OrderedJSONField
from openflow_django.models.paths import PathManager, validate_path
from openflow_django.models.people import person

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

__all__ = ["Resource", "ResourceType"]


class ResourceTypeManager(models.Manager["ResourceType"]):
    """Types, found by name in fixtures."""

    def get_by_natural_key(self, name: str) -> "ResourceType":
        return self.get(name=name)


class ResourceType(models.Model):
    """What resources of one kind have in common: a JSON Schema that their values fit."""

    name = models.CharField(
        _("name"),
        max_length=100,
        unique=True,
        validators=[RegexValidator(r"\A[a-z][a-z0-9_]*\Z", _("Use small letters, digits and underscores."))],
        help_text=_('Such as "postgresql". Scripts ask for it as resource-postgresql.'),
    )
    description = models.TextField(_("description"), blank=True)
    schema = OrderedJSONField(
        _("schema"),
        default=dict,
        blank=True,
        help_text=_("A JSON Schema. Empty: any value fits."),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    id: int
    resources: "RelatedManager[Resource]"

    objects = ResourceTypeManager()

    class Meta:
        verbose_name = _("resource type")
        verbose_name_plural = _("resource types")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.name,)


class Resource(models.Model):
    """``value`` may hold texts such as ``"$var:shop/api_key"`` and ``"$res:shop/server"`` at any depth: they
    are replaced when a flow reads it. ``flows`` may do so: none listed means every flow."""

    path = models.CharField(
        _("path"),
        max_length=255,
        unique=True,
        validators=[validate_path],
        help_text=_('Its name in flows, such as "shop/database": resource("shop/database").'),
    )
    type = models.ForeignKey(ResourceType, models.PROTECT, related_name="resources", verbose_name=_("type"))
    value = OrderedJSONField(
        _("value"),
        default=dict,
        null=True,
        blank=True,
        help_text=_('Write secrets as "$var:path of a secret variable".'),
    )
    description = models.TextField(_("description"), blank=True)
    flows = models.ManyToManyField(
        Flow,
        blank=True,
        related_name="resources",
        verbose_name=_("flows that may read it"),
        help_text=_("None chosen: every flow."),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    created_by = person(_("created by"))
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    updated_by = person(_("changed by"))

    id: int
    type_id: int
    created_by_id: Any
    updated_by_id: Any

    objects = PathManager()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        ordering = ("path",)

    def __str__(self) -> str:
        return self.path

    def natural_key(self) -> tuple[str]:
        return (self.path,)
