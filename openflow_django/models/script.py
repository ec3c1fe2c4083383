"""A script that steps run by its path, in versions that never change."""

from typing import TYPE_CHECKING, Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openflow_django.models.immutable import Immutable, ImmutableQuerySet
from openflow_django.models.json_field import OrderedJSONField
from openflow_django.models.paths import PathManager, validate_path
from openflow_django.models.people import person

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

__all__ = ["Script", "ScriptVersion"]


class Script(models.Model):
    """What a step calls. Without a version pinned by its hash, the step runs the one with the highest
    number."""

    path = models.CharField(
        _("path"),
        max_length=255,
        unique=True,
        validators=[validate_path],
        help_text=_('Its name in steps, such as "shop/shipping_cost".'),
    )
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    created_by = person(_("created by"))
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)

    id: int
    created_by_id: Any
    versions: "RelatedManager[ScriptVersion]"

    objects = PathManager()

    class Meta:
        verbose_name = _("script")
        verbose_name_plural = _("scripts")
        ordering = ("path",)
        permissions = (("author_python", _("Can write scripts in Python")),)

    def __str__(self) -> str:
        return self.path

    def natural_key(self) -> tuple[str]:
        return (self.path,)

    @property
    def latest(self) -> "ScriptVersion | None":
        """The version that steps run, None before the first."""
        return self.versions.order_by("-number").first()


class ScriptVersionManager(models.Manager.from_queryset(ImmutableQuerySet["ScriptVersion"])):
    """Versions, found by path and number in fixtures."""

    def get_by_natural_key(self, path: str, number: int) -> "ScriptVersion":
        return self.get(script__path=path, number=number)


class ScriptVersion(Immutable):
    """One content of a script with the settings it runs under.

    ``schema`` describes the parameters of its ``main`` function; ``digest`` is the hash by which a step pins
    it: SHA-256 over everything that decides what it does.
    """

    refusal = "A version of a script never changes."
    remedy = "Save the changed script as a new version."

    script = models.ForeignKey(Script, models.CASCADE, related_name="versions", verbose_name=_("script"))
    number = models.PositiveIntegerField(_("number"))
    language = models.CharField(_("language"), max_length=30)
    content = models.TextField(_("content"))
    schema = OrderedJSONField(_("schema of the parameters"), default=dict, blank=True)
    timeout_s = models.FloatField(
        _("time limit in seconds"), null=True, blank=True, validators=[MinValueValidator(0)]
    )
    cache_ttl = models.PositiveIntegerField(_("seconds to reuse a result"), null=True, blank=True)
    digest = models.CharField(_("hash"), max_length=64)
    note = models.TextField(_("note"), blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    created_by = person(_("created by"))

    id: int
    script_id: int
    created_by_id: Any

    objects = ScriptVersionManager()

    class Meta(Immutable.Meta):
        verbose_name = _("script version")
        verbose_name_plural = _("script versions")
        default_permissions = ("view",)
        constraints = (models.UniqueConstraint(fields=("script", "number"), name="openflow_script_number"),)
        indexes = (models.Index(fields=("script", "digest"), name="openflow_script_digest"),)

    def __str__(self) -> str:
        return f"{self.script} v{self.number}"

    def natural_key(self) -> tuple[str, int]:
        return (self.script.path, self.number)

    natural_key.dependencies = ["openflow.script"]  # type: ignore[attr-defined]
