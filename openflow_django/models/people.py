"""Columns that say who did something."""

from typing import Any

from django.conf import settings
from django.db import models

__all__ = ["person"]


def person(verbose_name: Any) -> "models.ForeignKey[Any, Any]":
    """A user, or nobody: what somebody did stays when the account is deleted."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=verbose_name,
    )
