"""A queue that only remembers whom it was to wake."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from openflow_django.queues import queues
from openflow_django.services import watch

__all__ = ["Bell", "hung"]


class Bell:
    """``rung`` lists the runs, in the order in which they were put into the queue."""

    transactional = False

    def __init__(self) -> None:
        self.rung: list[int] = []

    def enqueue(self, run_id: int, *, queue: str = "default", priority: int = 100) -> None:
        self.rung.append(run_id)


@contextmanager
def hung(settings: Any) -> Iterator[Bell]:
    """The bell is the queue of the site inside of the block."""
    bell = Bell()
    settings.OPENFLOW = {"QUEUE": "bell"}
    with queues.temporarily("bell", bell):
        yield bell
    watch.forget()
