"""Who holds a run: a process, named so that others on its host can tell whether it still lives."""

import os
import socket
from functools import lru_cache
from pathlib import Path

__all__ = ["host_prefix", "is_gone", "owner_name"]


def owner_name() -> str:
    """This process: host, process id and the time it began, which a later process with the same id does not
    share."""
    return _name(os.getpid())


def host_prefix() -> str:
    """What the names of all processes of this host begin with."""
    return f"{socket.gethostname()}:"


def is_gone(owner: str) -> bool:
    """Whether the owner was a process of this host that has ended. False when that cannot be told from
    here."""
    if not owner.startswith(host_prefix()):
        return False
    pid, _, born = owner.removeprefix(host_prefix()).partition(":")
    if not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return born != _born(int(pid))


@lru_cache(maxsize=8)
def _name(pid: int) -> str:
    return f"{host_prefix()}{pid}:{_born(pid)}"


def _born(pid: int) -> str:
    """The start of a process in clock ticks since boot, empty where the system does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
