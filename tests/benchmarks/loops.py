"""A loop of 10,000 iterations without effects, in a process of its own: time of each, memory of all.

``python -m tests.benchmarks.loops`` is that process.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import django

from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.timing import peak_memory_mb, spread_of

__all__ = ["figures"]

ITERATIONS = 10_000


def figures(site: Any) -> Iterator[Figure]:
    program = [sys.executable, "-m", "tests.benchmarks.loops"]
    told = json.loads(
        subprocess.run(program, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    )
    assert told["status"] == "success", told
    yield Figure.of(
        f"iteration of {ITERATIONS:,}, SQLite",
        spread_of(told["seconds"], computed=told["computed"]),
        unit="us",
        per=ITERATIONS,
        floor=spread_of([told["floor"]]),
        floor_per=ITERATIONS,
        target=at_most(60),
    )
    yield Figure(
        name=f"peak memory of the process of {ITERATIONS:,} iterations",
        unit="MB",
        median=told["peak_mb"],
        floor=told["idle_mb"],
        target=at_most(200),
    )


def _measure() -> dict[str, Any]:
    """Three runs in this process. ``floor``: the same loop as plain Python, each iteration as a line of
    JSON."""
    from openflow_django.worker.executor import Executor
    from tests.benchmarks import documents
    from tests.benchmarks.site import live_flow, new_run

    flow, executor = live_flow(documents.loop(), path="bench/loop"), Executor()
    executor.advance(new_run(flow, {"items": [1]}).pk)
    idle = peak_memory_mb()
    items = list(range(ITERATIONS))
    begin = time.perf_counter()
    lines = [json.dumps({"path": f"loop/{number}/body", "result": item}) for number, item in enumerate(items)]
    floor = time.perf_counter() - begin
    del lines
    seconds: list[float] = []
    computed: list[float] = []
    statuses: set[str] = set()
    for _ in range(3):
        run = new_run(flow, {"items": items})
        begin, computed_before = time.perf_counter(), time.thread_time()
        executor.advance(run.pk)
        seconds.append(time.perf_counter() - begin)
        computed.append(time.thread_time() - computed_before)
        run.refresh_from_db()
        statuses.add(run.status)
    return {
        "status": " ".join(statuses),
        "seconds": seconds,
        "computed": computed,
        "floor": floor,
        "idle_mb": idle,
        "peak_mb": peak_memory_mb(),
    }


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(_measure()) + "\n")
