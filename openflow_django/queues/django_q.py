"""django-q2 as the doorbell."""

import os
import threading
from contextlib import nullcontext

from django.db import DEFAULT_DB_ALIAS, transaction
from django_q.brokers import Broker, get_broker
from django_q.conf import Conf
from django_q.tasks import async_task

from openflow_django.queues.base import TASK

__all__ = ["DjangoQ", "default_to_database"]

BROKERS = ("BROKER_CLASS", "IRON_MQ", "SQS", "ORM", "MONGO", "REDIS", "DJANGO_REDIS")


def default_to_database() -> None:
    """Keep the queue in the site's database where ``Q_CLUSTER`` names no broker; django-q2 would look for
    Redis then."""
    if not any(getattr(Conf, name, None) for name in BROKERS):
        Conf.ORM = DEFAULT_DB_ALIAS


class DjangoQ:
    """Enqueues one small task per wake-up: nothing saved, never retried, never timed out by the engine."""

    transactional = False

    def __init__(self) -> None:
        default_to_database()
        self._local = threading.local()

    def enqueue(self, run_id: int, *, queue: str = "default", priority: int = 100) -> None:
        options = {
            "broker": self._broker(queue),
            "save": False,
            "ack_failure": True,
            "timeout": -1,
            "task_name": f"openflow {run_id}",
        }
        # Outside of a transaction its ORM broker closes the connection first, and opening it again costs more
        # than the task.
        with transaction.atomic(using=Conf.ORM) if Conf.ORM else nullcontext():
            async_task(TASK, run_id, q_options=options)

    def _broker(self, queue: str) -> Broker:
        """One broker per thread and process: making one costs a connection with some of them."""
        brokers: dict[tuple[int, str], Broker] = self._local.__dict__.setdefault("brokers", {})
        key = (os.getpid(), queue)
        if key not in brokers:
            brokers[key] = get_broker() if queue == "default" else get_broker(queue)
        return brokers[key]
