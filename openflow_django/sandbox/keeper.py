"""Keeps one child process for this process: starts it when it is needed, ends it with the interpreter."""

import atexit
import contextlib
import os
import signal
import threading
import weakref

from openflow_django.sandbox.frames import Channel
from openflow_django.sandbox.process import ChildProcess, SandboxUnavailable
from openflow_django.spec.json import JsonObject

__all__ = ["ChildCrashed", "ChildHung", "ChildKeeper"]


class ChildHung(Exception):
    """The child was killed: it did not answer in time."""


class ChildCrashed(Exception):
    """The child ended by itself; the text says how."""


class ChildKeeper:
    """Base of what talks to a child; thread-safe and fork-safe.

    A process forked from one with a running child starts its own. ``required`` names layers of protection
    without which nothing is started. Subclasses say what the child is.
    """

    module: str
    """The program: a module with a function ``main(descriptor)``."""
    name: str
    """How the child is shown in a list of processes."""
    channel: type[Channel] = Channel

    def __init__(self, *, required: frozenset[str] = frozenset()) -> None:
        self._required = required
        self._lock = threading.Lock()
        self._child: ChildProcess | None = None
        _alive.add(self)

    def config(self) -> JsonObject:
        """What the child is told when it starts."""
        return {}

    def layers(self) -> dict[str, str]:
        """What protects this machine from the child, by layer; each text starts with ``on`` or ``off``.

        Starts the child. Raises SandboxUnavailable.
        """
        with self._lock:
            return _layers(self._running())

    @property
    def pid(self) -> int | None:
        """Process id of the running child."""
        return None if self._child is None else self._child.pid

    def close(self) -> None:
        """End the child. The next request starts a new one."""
        with self._lock:
            self._discard()

    def after_fork(self) -> None:
        """Let go of the child in a process that was forked from its owner."""
        self._lock = threading.Lock()
        child, self._child = self._child, None
        if child is not None:
            child.forget()

    def __del__(self) -> None:
        self._discard()

    def _running(self) -> ChildProcess:
        if self._child is None:
            child = ChildProcess(self.module, config=self.config(), name=self.name, channel=self.channel)
            layers = _layers(child)
            missing = sorted(name for name in self._required if not layers.get(name, "off").startswith("on"))
            if missing:
                child.kill()
                raise SandboxUnavailable(
                    f"The sandbox does not have the required protection here: {', '.join(missing)}.",
                    hint="Use a newer Linux kernel, or require less.",
                )
            self._child = child
        return self._child

    def _discard(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()

    def _crashed(self, child: ChildProcess) -> ChildCrashed:
        """The error for a child that closed its end: ends it, and says how it ended."""
        self._discard()
        return ChildCrashed(how_it_ended(child.exit_code))


def how_it_ended(exit_code: int | None) -> str:
    """In words; ``exit_code`` as of ``Popen.returncode``."""
    if exit_code is not None and exit_code < 0:
        return f"signal {signal.Signals(-exit_code).name}"
    return f"exit code {exit_code}"


def _layers(child: ChildProcess) -> dict[str, str]:
    found = child.greeting.get("layers")
    return {name: str(state) for name, state in found.items()} if isinstance(found, dict) else {}


_alive: "weakref.WeakSet[ChildKeeper]" = weakref.WeakSet()


def _forget_all() -> None:
    for keeper in list(_alive):
        keeper.after_fork()


def _close_all() -> None:
    for keeper in list(_alive):
        with contextlib.suppress(Exception):
            keeper.close()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
