"""The audit trail: entries in the admin's own log, shown as the history of a flow or a run."""

from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models

from openflow_django.permissions import User

__all__ = ["ADDITION", "CHANGE", "DELETION", "log", "person"]

ADDITION = 1
CHANGE = 2
DELETION = 3
"""Action flags of ``django.contrib.admin.models.LogEntry``."""


def person(user: User | None) -> Any:
    """The user as a foreign key takes it: None for the system and for anonymous visitors."""
    return user if user is not None and user.is_authenticated else None


def log(target: models.Model, *, user: User | None, message: str, flag: int = CHANGE) -> None:
    """Note what ``user`` did to ``target``. Without a person or without the admin there is no entry."""
    actor = person(user)
    if actor is None or not apps.is_installed("django.contrib.admin"):
        return
    entry = apps.get_model("admin", "LogEntry")
    entry.objects.create(
        user_id=actor.pk,
        content_type_id=ContentType.objects.get_for_model(target).pk,
        object_id=str(target.pk),
        object_repr=str(target)[:200],
        action_flag=flag,
        change_message=message,
    )
