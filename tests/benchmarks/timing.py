"""Measuring: spreads of times, statements, memory."""

import gc
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

__all__ = ["Spread", "Statements", "counted", "peak_memory_mb", "spread_of", "timed"]

TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE SAVEPOINT")


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, 95th percentile and the shortest, in seconds; ``cpu`` is the median processor time of this
    process."""

    median: float
    p95: float
    best: float
    cpu: float | None = None


def timed(
    work: Callable[[], object],
    *,
    times: int,
    prepare: Callable[[], object] | None = None,
    warm: int = 1,
    limit_s: float = 20.0,
) -> Spread:
    """What one call of ``work`` takes. Stops early after ``limit_s``, but never before three calls."""
    for _ in range(warm):
        if prepare is not None:
            prepare()
        work()
    taken: list[float] = []
    computed: list[float] = []
    until = time.perf_counter() + limit_s
    # A collection in the middle would count for whatever happens to run.
    gc.collect()
    gc.disable()
    try:
        while len(taken) < times and (len(taken) < 3 or time.perf_counter() < until):
            if prepare is not None:
                prepare()
            begin, computed_before = time.perf_counter(), time.thread_time()
            work()
            taken.append(time.perf_counter() - begin)
            computed.append(time.thread_time() - computed_before)
    finally:
        gc.enable()
    return spread_of(taken, computed=computed)


def spread_of(taken: Sequence[float], *, computed: Sequence[float] = ()) -> Spread:
    ordered = sorted(taken)
    late = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    cpu = statistics.median(computed) if computed else None
    return Spread(statistics.median(ordered), late, ordered[0], cpu)


@dataclass(slots=True)
class Statements:
    """How many statements were sent to a database."""

    count: int = 0


@contextmanager
def counted(alias: str = "default") -> Iterator[Statements]:
    """Count the statements of this thread, without those that begin and end transactions."""
    statements = Statements()

    def count(execute, sql, params, many, context):
        statements.count += not sql.startswith(TRANSACTION)
        return execute(sql, params, many, context)

    with connections[alias].execute_wrapper(count):
        yield statements


def peak_memory_mb() -> float:
    """The largest this process has ever been, in megabytes.

    Linux counts what the parent was before this program began into ``ru_maxrss``, but not into ``VmHWM``.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
