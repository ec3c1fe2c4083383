"""Settings that protect: the guard of requests, retention, middleware in order, rights on the queue."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission
from django.core import checks
from django.db import DatabaseError, router

from openflow_django.conf import settings
from openflow_django.encryption import SHORTEST_KEY, are_keys

__all__ = [
    "check_django_q_rights",
    "check_guard",
    "check_middleware",
    "check_own_keys",
    "check_retention",
    "check_secret_keys",
]

MIDDLEWARE = "openflow_django.middleware.accountability_middleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"


@checks.register("openflow", checks.Tags.security)
def check_guard(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """E040: outside of development every flow could call into the private network."""
    if settings.HTTP_GUARD or django_settings.DEBUG:
        return []
    return [
        checks.Error(
            "OPENFLOW['HTTP_GUARD'] is off: flows can call private and local addresses.",
            hint="Remove it, and name what flows may reach in HTTP_ALLOWED_HOSTS or HTTP_ALLOWED_NETWORKS.",
            id="openflow.E040",
        )
    ]


@checks.register("openflow")
def check_retention(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """W040: inputs and results, and the personal data in them, are kept for ever."""
    if settings.RETENTION_DAYS is not None or settings.RETENTION_RUNS is not None:
        return []
    return [
        checks.Warning(
            "Runs and their payloads are kept for ever.",
            hint="Set RETENTION_DAYS or RETENTION_RUNS in OPENFLOW.",
            id="openflow.W040",
        )
    ]


@checks.register("openflow")
def check_middleware(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """W041: middleware that asks for the user before there is one."""
    order: Sequence[str] = django_settings.MIDDLEWARE
    if MIDDLEWARE not in order:
        return []
    if AUTHENTICATION in order and order.index(AUTHENTICATION) < order.index(MIDDLEWARE):
        return []
    return [
        checks.Warning(
            f"{MIDDLEWARE} stands before AuthenticationMiddleware, so events will not know the user.",
            hint="Move it below AuthenticationMiddleware.",
            id="openflow.W041",
        )
    ]


@checks.register("openflow", checks.Tags.security)
def check_secret_keys(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """E041: a key that could be guessed, or is none: no secret is encrypted with it."""
    if are_keys(settings.SECRET_KEYS):
        return []
    return [
        checks.Error(
            f"OPENFLOW['SECRET_KEYS'] is not a list of texts of at least {SHORTEST_KEY} characters.",
            hint="Make a key with: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
            id="openflow.E041",
        )
    ]


@checks.register("openflow", checks.Tags.security, deploy=True)
def check_own_keys(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """W043: secrets are only as safe as ``SECRET_KEY``, and unreadable once it is changed."""
    if settings.SECRET_KEYS:
        return []
    return [
        checks.Warning(
            "Secrets of flows are encrypted with a key derived from SECRET_KEY.",
            hint="Give OPENFLOW['SECRET_KEYS'] a key of its own, then run openflow_rotate_secrets.",
            id="openflow.W043",
        )
    ]


@checks.register("openflow", checks.Tags.database, checks.Tags.security)
def check_django_q_rights(
    app_configs: Any, databases: Sequence[str] | None = None, **_: Any
) -> list[checks.CheckMessage]:
    """W042: whoever edits django-q2's tables through the admin chooses the functions that workers call."""
    alias = router.db_for_read(Permission)
    if alias not in (databases or ()) or not apps.is_installed("django_q"):
        return []
    rights = Permission.objects.using(alias).filter(
        content_type__app_label="django_q", codename__regex="^(add|change)_", group__isnull=False
    )
    try:
        groups = list(rights.values_list("group__name", flat=True).distinct().order_by("group__name"))
    except DatabaseError:
        return []
    if not groups:
        return []
    return [
        checks.Warning(
            f"Groups may add or change rows of django-q2: {', '.join(groups)}.",
            hint="Take them back: such a row names a function that a worker will call.",
            id="openflow.W042",
        )
    ]
