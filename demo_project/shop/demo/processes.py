"""The processes of the demo: started in groups of their own, and ended with everything they started."""

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from demo_project.shop.demo.home import PROJECT

__all__ = ["ProcessEndedError", "ended_on_signals", "manage", "watch"]

GRACE_S = 10.0
"""How long a process may take to end after SIGTERM before its whole group is killed."""

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ProcessEndedError(Exception):
    """A process of the demo ended by itself. The message names it and where its output is."""


@contextmanager
def manage(*arguments: str, log: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``manage.py ARGUMENTS`` for the time of the block; its output goes to ``log``.

    The process leads a session of its own, so that Ctrl-C in the terminal reaches the demo only, which then
    ends the process and whatever it started.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(PROJECT / "manage.py"), *arguments],
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def watch(
    processes: Mapping[str, subprocess.Popen[bytes]],
    *,
    until: Callable[[], bool],
    pause_s: float,
    limit_s: float = math.inf,
) -> bool:
    """Look at the processes and at the condition every ``pause_s`` seconds.

    True as soon as the condition holds, False when that took ``limit_s`` seconds. Raises
    :class:`ProcessEndedError` when one of the processes is gone.
    """
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        for name, process in processes.items():
            if process.poll() is not None:
                raise ProcessEndedError(f"The {name} ended with exit code {process.returncode}.")
        if until():
            return True
        time.sleep(pause_s)
    return False


@contextmanager
def ended_on_signals() -> Iterator[None]:
    """Inside the block Ctrl-C, a closed terminal and SIGTERM all raise :class:`KeyboardInterrupt`."""
    previous = {number: signal.signal(number, _interrupt) for number in ENDING_SIGNALS}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: object) -> None:
    # A second Ctrl-C must not interrupt the tidying up that the first one started.
    _ignore(ENDING_SIGNALS)
    raise KeyboardInterrupt


def _ignore(numbers: Iterable[signal.Signals]) -> None:
    for number in numbers:
        signal.signal(number, signal.SIG_IGN)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
