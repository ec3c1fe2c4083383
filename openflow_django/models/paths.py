"""Paths: the names by which flows, variables, resources and scripts are called."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["PathManager", "validate_path"]

validate_path = RegexValidator(
    r"\A[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*\Z",
    _("Use letters, digits, hyphens and underscores, in parts joined by single slashes."),
)


class PathManager(models.Manager):
    """Rows found by path in fixtures."""

    def get_by_natural_key(self, path: str) -> models.Model:
        return self.get(path=path)
