"""A variable: a text that flows read by its path. A secret one is kept encrypted and never shown again."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from openflow_django.models.flow import Flow
from openflow_django.models.json_field import OrderedJSONField
from openflow_django.models.paths import PathManager, validate_path
from openflow_django.models.people import person

__all__ = ["Variable"]


class Variable(models.Model):
    """``value`` holds the text of a plain variable, ``sealed`` the encrypted text of a secret one.

    ``flows`` may read it: none listed means every flow for a plain variable and no flow for a secret one.
    ``hosts`` are those that a secret may be sent to.
    """

    path = models.CharField(
        _("path"),
        max_length=255,
        unique=True,
        validators=[validate_path],
        help_text=_(
            'Its name in flows, such as "shop/api_key": variable("shop/api_key") or $var:shop/api_key.'
        ),
    )
    is_secret = models.BooleanField(_("secret"), default=False)
    value = models.TextField(_("value"), blank=True)
    sealed = models.TextField(_("encrypted value"), blank=True, editable=False)
    description = models.TextField(_("description"), blank=True)
    flows = models.ManyToManyField(
        Flow,
        blank=True,
        related_name="variables",
        verbose_name=_("flows that may read it"),
        help_text=_("None chosen: every flow; of a secret: no flow."),
    )
    hosts = OrderedJSONField(
        _("hosts a secret may be sent to"),
        default=list,
        blank=True,
        help_text=_('Names such as "api.example.com" or "*.example.com". None: it is sent nowhere.'),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    created_by = person(_("created by"))
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    updated_by = person(_("changed by"))

    id: int
    created_by_id: Any
    updated_by_id: Any

    objects = PathManager()

    class Meta:
        verbose_name = _("variable")
        verbose_name_plural = _("variables")
        ordering = ("path",)
        permissions = (
            ("manage_secrets", _("Can create, change and delete secrets and say who may use them")),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(is_secret=True, value="") | models.Q(is_secret=False, sealed=""),
                name="openflow_secret_is_sealed",
            ),
        )

    def __str__(self) -> str:
        return self.path

    def natural_key(self) -> tuple[str]:
        return (self.path,)
