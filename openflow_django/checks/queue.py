"""What wakes workers: the queue chosen, django-q2's own settings, the cache it reports through."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core import checks
from django.db import router

from openflow_django.conf import settings
from openflow_django.models import Run
from openflow_django.queues import queues

__all__ = ["check_cache", "check_cluster", "check_queue"]

LOCAL_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
DEFAULT_RETRY_S = 60


@checks.register("openflow")
def check_queue(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """E020: no queue of that name. E021: the queue of django-q2 without its app."""
    if settings.QUEUE not in queues:
        hint = f"Registered are: {', '.join(queues.keys())}."
        return [
            checks.Error(
                f"OPENFLOW['QUEUE'] names no queue: {settings.QUEUE!r}.", hint=hint, id="openflow.E020"
            )
        ]
    if _uses_django_q() and not apps.is_installed("django_q"):
        hint = "Add 'django_q' to INSTALLED_APPS and run migrate, or choose another queue."
        return [
            checks.Error(
                "OPENFLOW['QUEUE'] is django_q, which is not installed.", hint=hint, id="openflow.E021"
            )
        ]
    return []


@checks.register("openflow")
def check_cluster(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """W021 to W023: ``Q_CLUSTER`` as the workers need it."""
    return list(_cluster_messages(_cluster())) if _uses_django_q() else []


@checks.register("openflow")
def check_cache(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """W024: a cache in the memory of one process hides the state of the cluster from the others."""
    name = _cluster().get("cache", "default")
    backend = getattr(django_settings, "CACHES", {}).get(name, {}).get("BACKEND")
    if not _uses_django_q() or django_settings.DEBUG or backend != LOCAL_MEMORY:
        return []
    return [
        checks.Warning(
            f"The cache {name!r} lives in the memory of one process; workers do not share it.",
            hint="Use a cache that processes share: Redis, Memcached, the database or files.",
            id="openflow.W024",
        )
    ]


def _cluster_messages(cluster: Mapping[str, Any]) -> Iterator[checks.CheckMessage]:
    timeout, retry = cluster.get("timeout"), cluster.get("retry", DEFAULT_RETRY_S)
    if timeout and retry <= timeout:
        yield checks.Warning(
            f"Q_CLUSTER repeats tasks after {retry} s, but they may take {timeout} s: long ones run twice.",
            hint='Set "retry" above "timeout". Runs themselves are protected by their lease.',
            id="openflow.W021",
        )
    if cluster.get("sync") and not django_settings.DEBUG:
        yield checks.Warning(
            "Q_CLUSTER runs tasks inside the process that asks for them.",
            hint='Remove "sync" outside of tests, and run: manage.py openflow_worker',
            id="openflow.W022",
        )
    alias = cluster.get("orm")
    if alias and alias != router.db_for_write(Run):
        yield checks.Warning(
            f"The queue is kept in the database {alias!r}, the runs in {router.db_for_write(Run)!r}.",
            hint='Nothing is lost, but runs start later than need be: name one database in Q_CLUSTER["orm"].',
            id="openflow.W023",
        )


def _uses_django_q() -> bool:
    return settings.QUEUE == "django_q"


def _cluster() -> Mapping[str, Any]:
    found = getattr(django_settings, "Q_CLUSTER", {})
    return found if isinstance(found, Mapping) else {}
