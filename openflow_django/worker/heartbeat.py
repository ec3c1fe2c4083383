"""The sign of life of a worker: one row per process, so that people see whether anything runs their flows."""

import os
import socket
from collections.abc import Sequence
from datetime import timedelta

from django.db import router
from django.utils import timezone

from openflow_django.conf import settings
from openflow_django.models import Worker

__all__ = ["Heartbeat"]


class Heartbeat:
    """Of this process, which serves ``queues``."""

    def __init__(self, queues: Sequence[str]) -> None:
        self._queues = list(queues)
        self._started_at = timezone.now()
        self._name = f"{socket.gethostname()}:{os.getpid()}:{self._started_at:%Y%m%dT%H%M%S}"

    def beat(self) -> None:
        """Say that this worker lives, and forget those that have been silent for long."""
        now, workers = timezone.now(), Worker.objects.using(router.db_for_write(Worker))
        workers.update_or_create(
            name=self._name,
            defaults={
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "queues": self._queues,
                "started_at": self._started_at,
                "last_seen_at": now,
            },
        )
        workers.filter(last_seen_at__lt=now - timedelta(seconds=10 * settings.WORKER_SEEN_S)).delete()

    def stop(self) -> None:
        """Say that this worker is gone."""
        Worker.objects.using(router.db_for_write(Worker)).filter(name=self._name).delete()
