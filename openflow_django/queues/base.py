"""The port to task engines."""

from typing import Final, Protocol

from openflow_django.conf import settings
from openflow_django.registry import Registry

__all__ = ["TASK", "Queue", "get_queue", "queues"]

TASK: Final = "openflow_django.worker.tasks.advance"
"""The one function any task engine is asked to call; its one argument is a run id."""


class Queue(Protocol):
    """Wakes a worker. ``transactional``: a wake-up joins the caller's transaction, so it never arrives too
    early."""

    transactional: bool

    def enqueue(self, run_id: int, *, queue: str = "default", priority: int = 100) -> None:
        """Ask some worker of ``queue`` to look at the run. May be lost: the run's row is the truth.

        Raises what the engine raises when it cannot be reached; callers log that and go on.
        """
        ...


queues: Registry[Queue] = Registry("queue")
"""The task engines that can wake workers, by the name used in the setting ``QUEUE``."""


def get_queue() -> Queue:
    """The queue of this site (setting ``QUEUE``)."""
    return queues.get(settings.QUEUE)
