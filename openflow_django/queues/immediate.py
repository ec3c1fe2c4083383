"""Runs the flow at once in the caller's process: for tests and for commands that want the result."""

import threading

from django.utils.module_loading import import_string

from openflow_django.queues.base import TASK

__all__ = ["Immediate"]


class Immediate:
    """A wake-up is the work. A wake-up that comes while one is being answered waits for its end: no run
    inside a run."""

    transactional = False

    def __init__(self) -> None:
        self._local = threading.local()

    def enqueue(self, run_id: int, *, queue: str = "default", priority: int = 100) -> None:
        waiting: list[int] = self._local.__dict__.setdefault("waiting", [])
        waiting.append(run_id)
        if len(waiting) > 1:
            return
        advance = import_string(TASK)
        try:
            while waiting:
                advance(waiting[0])
                waiting.pop(0)
        finally:
            waiting.clear()
