"""One Python script, in a process forked for it: gives up everything, runs, answers, ends."""

import math
import os
import resource
import signal
import sys
import sysconfig
from pathlib import Path
from typing import Any, NoReturn, TextIO

from openflow_django.sandbox import harden
from openflow_django.sandbox.frames import Channel
from openflow_django.sandbox.python_script import Script

__all__ = ["DATA", "LIBRARY", "address_space", "main", "seal"]

LIBRARY = tuple(sorted({sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")}))
"""Where the standard library is."""
DATA = ("/usr/share/zoneinfo", "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
OPEN_FILES = 64
CHANNEL = 3


def main(
    descriptors: list[int], settings: dict[str, Any], limits: dict[str, Any], *, origin: int
) -> NoReturn:
    """Run the script that comes over the first descriptor; the others are its standard output and error.

    ``origin`` is the process that this one was forked from.
    """
    status = 1
    try:
        _end_with(origin)
        channel = _take_place(descriptors, settings["folder"])
        layers = seal(settings["folder"], limits)
        missing = [name for name in limits["required"] if not layers.get(name, "off").startswith("on")]
        if not missing:
            Script(channel, limits).run()
            status = 0
    finally:
        os._exit(status)


def seal(folder: str | None, limits: dict[str, Any]) -> dict[str, str]:
    """Give up everything but reading the standard library and writing in ``folder``; returns what took
    effect.

    The process this one was forked from can not read packages inside the standard library; so neither can we.
    """
    return {
        "rlimits": harden.limit_resources(
            address_space=limits["used_bytes"] + limits["memory_bytes"],
            file_bytes=limits["file_bytes"],
            open_files=OPEN_FILES,
            cpu_s=math.ceil(limits["cpu_s"]),
        ),
        "landlock": harden.restrict_files(read=[*LIBRARY, *DATA], write=[folder] if folder else []),
        "seccomp": harden.restrict_script_calls(),
    }


def _end_with(origin: int) -> None:
    """Before this process leaves the group that is killed with ``origin``: no moment is left between the
    two."""
    harden.die_with_parent()
    if os.getppid() != origin:
        os._exit(1)


def _take_place(descriptors: list[int], folder: str) -> Channel:
    """A session and a group of our own, no descriptor but the channel and the standard three, a new
    environment."""
    os.setsid()
    harden.hide_process()
    channel, output, errors = (
        os.dup2(descriptor, 100 + place) for place, descriptor in enumerate(descriptors)
    )
    for source, target in ((channel, CHANNEL), (output, 1), (errors, 2)):
        os.dup2(source, target)
    os.closerange(CHANNEL + 1, 1024)
    os.chdir(folder)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update({"HOME": folder, "TMPDIR": folder, "TZ": "UTC", "LANG": "C.UTF-8"})
    sys.stdout, sys.stderr = _lines_to(1), _lines_to(2)
    return Channel(CHANNEL)


def _lines_to(descriptor: int) -> TextIO:
    return os.fdopen(descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def address_space() -> int:
    """Bytes of address space this process has now."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 1 << 30
    return pages * resource.getpagesize()
