"""One realm of the JavaScript engine, inside the child: a fresh global object, its limits, and the doors into
it."""

import math
import time
from collections.abc import Mapping
from types import ModuleType
from typing import Any

__all__ = ["LimitReached", "Realm"]

MAX_PROMISE_JOBS = 10_000
LONG_S = 3600.0


class Realm:
    """A fresh global object with our functions in it and nothing else; one step is evaluated in it.

    ``sources`` are the files of the folder ``javascript`` by name; ``base`` is the one that is evaluated
    first, its value is the function behind :meth:`enter`.
    """

    def __init__(
        self,
        engine: ModuleType,
        sources: Mapping[str, str],
        limits: Mapping[str, Any],
        *,
        base: str = "realm",
    ) -> None:
        self.until = math.inf
        """The processor time of this process at which the realm is stopped."""
        self._engine = engine
        self._sources = sources
        self._context = engine.Context()
        self._context.set_memory_limit(limits["memory_bytes"])
        self._context.set_max_stack_size(limits["stack_bytes"])
        self._door = self._context.eval(sources[base])

    def enter(self, door: str, *arguments: Any) -> Any:
        """Go through one of the doors of the base. Raises LimitReached."""
        return self.call(self._door, door, *arguments)

    def function(self, name: str) -> Any:
        """The function in ``javascript/<name>.js``."""
        return self._context.eval(self._sources[name])

    def extend(self, name: str, argument: str) -> Any:
        """Let the function in ``javascript/<name>.js`` work in the realm. Raises LimitReached."""
        return self.enter("extend", self.function(name), argument)

    def call(self, function: Any, *arguments: Any) -> Any:
        """Call a function of the realm. Raises LimitReached."""
        left = self.until - time.process_time()
        if left <= 0:
            raise LimitReached("cpu_s")
        self._context.set_time_limit(min(left, LONG_S))
        try:
            return function(*arguments)
        except self._engine.JSException as error:
            # What passes every catch in there is an interruption; else no memory was left for the error
            # itself.
            raise LimitReached("cpu_s" if "interrupted" in str(error) else "memory_bytes") from error

    def settle(self) -> None:
        """Run what promises have scheduled. Raises LimitReached."""
        for _ in range(MAX_PROMISE_JOBS):
            if not self.call(self._context.execute_pending_job):
                return
        raise LimitReached("promise_jobs")


class LimitReached(Exception):
    """The engine stopped foreign code; ``field`` is the limit it broke."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field
