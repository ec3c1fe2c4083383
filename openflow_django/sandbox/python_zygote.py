"""The program that Python scripts are forked from: clean, small, with the standard library at hand.

It starts and ends jobs and never sees what they work on: source, arguments and result travel between the
parent and the job directly, so nothing of one job is in the memory of the next.
"""

import gc
import importlib
import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from openflow_django.sandbox import harden, python_job
from openflow_django.sandbox.descriptors import DescriptorChannel
from openflow_django.sandbox.frames import ChannelClosed

__all__ = ["main"]

# Loaded before the first job, for speed; and because their libraries are out of reach of a job.
PRELOADED = """
_strptime asyncio base64 bz2 collections.abc copy csv ctypes dataclasses datetime decimal difflib
email.message enum fractions functools hashlib heapq hmac html inspect io itertools json logging lzma math
operator os pathlib random re secrets sqlite3 ssl statistics string struct textwrap time traceback types
typing unicodedata urllib.parse uuid xml.etree.ElementTree zlib zoneinfo
"""

PACKAGES = frozenset({"site-packages", "dist-packages"})
MAX_REQUEST_BYTES = 1 << 20


def main(descriptor: int) -> None:
    """Start and end jobs until the parent closes its end."""
    channel = DescriptorChannel(descriptor)
    _, parts = channel.receive(max_bytes=MAX_REQUEST_BYTES)
    limits: dict[str, Any] = json.loads(parts[0])
    for name in PRELOADED.split():
        with suppress(ImportError):
            importlib.import_module(name)
    zygote = Zygote(channel, limits)
    channel.send("g", [json.dumps({"layers": zygote.seal()}).encode()])
    zygote.serve()


class Zygote:
    """Forks jobs, ends them, reaps what they leave behind."""

    def __init__(self, channel: DescriptorChannel, limits: dict[str, Any]) -> None:
        self._channel = channel
        self._limits = limits
        self._jobs: set[int] = set()

    def seal(self) -> dict[str, str]:
        """Protect this process; returns that and what a job will be protected by."""
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 2)
        os.close(null)
        os.environ["TZ"] = "UTC"
        time.tzset()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        layers = {"hidden": harden.hide_process(), "reaper": harden.adopt_orphans()}
        harden.restrict_files(read=[*_library(), *python_job.DATA, "/proc"], write=[self._limits["folder"]])
        harden.script_filter(os.uname().machine)
        self._limits["used_bytes"] = python_job.address_space()
        gc.collect()
        gc.freeze()
        return {**layers, **self._layers_of_a_job()}

    def serve(self) -> None:
        """Until the parent closes its end."""
        while True:
            try:
                tag, parts = self._channel.receive(max_bytes=MAX_REQUEST_BYTES)
            except ChannelClosed:
                self._end_all()
                return
            if tag == "f":
                self._start(json.loads(parts[0]))
            else:
                self._end(int(parts[0]))

    def _start(self, settings: dict[str, Any]) -> None:
        descriptors = self._channel.take_descriptors()
        origin = os.getpid()
        pid = os.fork()
        if pid == 0:
            python_job.main(descriptors, settings, self._limits, origin=origin)
        for descriptor in descriptors:
            os.close(descriptor)
        self._jobs.add(pid)
        self._channel.send("a", [str(pid).encode()])

    def _end(self, pid: int) -> None:
        """Kill a job and all its processes; reply how it ended."""
        ended: dict[str, Any] = {}
        if pid in self._jobs:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
            self._jobs.discard(pid)
            self._sweep()
            ended = {"status": os.waitstatus_to_exitcode(status), "cpu_s": usage.ru_utime + usage.ru_stime}
        self._channel.send("a", [json.dumps(ended).encode()])

    def _sweep(self) -> None:
        """End every child that is no job: it was left behind by one."""
        for _ in range(1000):
            strangers = _children() - self._jobs
            if not strangers:
                return
            for stranger in strangers:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(stranger, signal.SIGKILL)
                with suppress(ChildProcessError):
                    os.waitpid(stranger, 0)

    def _end_all(self) -> None:
        for pid in self._jobs:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)

    def _layers_of_a_job(self) -> dict[str, str]:
        """Seal a child that does nothing else, and ask it."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.write(writing, json.dumps(python_job.seal(None, self._limits)).encode())
            finally:
                os._exit(0)
        os.close(writing)
        with open(reading, "rb") as pipe:  # noqa: PTH123 - a descriptor
            text = pipe.read()
        os.waitpid(pid, 0)
        layers: dict[str, str] = json.loads(text)
        return layers


def _library() -> list[Path]:
    """The standard library, without packages that are installed inside of it."""
    folders = [Path(folder) for folder in python_job.LIBRARY if Path(folder).is_dir()]
    return [entry for folder in folders for entry in folder.iterdir() if entry.name not in PACKAGES]


def _children() -> set[int]:
    with suppress(OSError):
        return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}
    return set()
