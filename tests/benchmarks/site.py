"""What is done in the measured site: flows published, runs started, workers kept."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openflow_django.models import Flow, Run, RunKind
from openflow_django.services import flows, runs
from openflow_django.spec.json import digest

__all__ = ["Site", "live_flow", "new_run", "wait_for", "workers"]

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """``rows``: how many runs the list page is measured with."""

    folder: Path
    rows: int


def live_flow(document: Any, *, path: str) -> Flow:
    """Publish a flow and activate it."""
    flow = flows.create_flow(path=path, name=path, document=document, user=None)
    flows.publish(flow, digest=digest(flow.draft), user=None)
    flows.activate(flow, user=None)
    flow.refresh_from_db()
    return flow


def new_run(flow: Flow, given: Any = None) -> Run:
    """Start a run; nobody has claimed it yet."""
    return runs.start(flow=flow, input={} if given is None else given, kind=RunKind.API)


@contextmanager
def workers(site: Site, *, processes: int) -> Iterator[None]:
    """``manage.py openflow_worker`` with so many worker processes, until the end of the block."""
    env = {**os.environ, "OPENFLOW_BENCH_QUEUE": "django_q", "OPENFLOW_BENCH_WORKERS": str(processes)}
    with (site.folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "openflow_worker"],
            cwd=ROOT,
            env=env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(condition: Callable[[], Any], *, seconds: float, what: str) -> Any:
    """What ``condition`` gives as soon as it is true. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := condition():
            return found
        time.sleep(0.01)
    raise TimeoutError(f"waited {seconds} s for {what}")
