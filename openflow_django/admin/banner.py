"""The notice on every page of this app while no worker is alive: runs are accepted, but nothing executes
them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from openflow_django.conf import settings as openflow_settings
from openflow_django.models import Worker

__all__ = ["COMMAND", "WorkerNotice", "worker_notice"]

COMMAND = "python manage.py openflow_worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerNotice:
    """Nobody works. ``last_seen_at`` is the last sign of a worker, None where there never was one."""

    last_seen_at: datetime | None
    command: str = COMMAND


def worker_notice() -> WorkerNotice | None:
    """The notice to show, None while a worker was seen within ``OPENFLOW["WORKER_SEEN_S"]`` seconds. One
    query.
    """
    last_seen_at = Worker.objects.order_by("-last_seen_at").values_list("last_seen_at", flat=True).first()
    alive_since = timezone.now() - timedelta(seconds=openflow_settings.WORKER_SEEN_S)
    if last_seen_at is not None and last_seen_at >= alive_since:
        return None
    return WorkerNotice(last_seen_at=last_seen_at)
