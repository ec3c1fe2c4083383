"""The one JavaScript child of a worker process: started when needed, replaced when it hangs or dies."""

import atexit
import contextlib
import os
import signal
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources

from openflow_django.sandbox.frames import ChannelClosed, ChannelTimeout, Frame
from openflow_django.sandbox.javascript_engine import engine_info
from openflow_django.sandbox.limits import SandboxLimits
from openflow_django.sandbox.process import ChildProcess, SandboxUnavailable
from openflow_django.spec.json import JsonObject

__all__ = ["ChildCrashed", "ChildHung", "EngineProcess", "has_type_stripper"]

MODULE = "openflow_django.sandbox.child"
BASE_ADDRESS_SPACE = 256 * 1024 * 1024
OPEN_FILES = 16
SOURCES = (
    "failure",
    "globals",
    "lookups",
    "parameters",
    "promise",
    "realm",
    "results",
    "script",
    "windmill",
)
STRIP_TYPES = "strip_types.js"

Answer = Callable[[Frame], Sequence[bytes]]


class ChildHung(Exception):
    """The child was killed: it did not answer in time."""


class ChildCrashed(Exception):
    """The child ended by itself; the text says how."""


class EngineProcess:
    """Sends requests to the child, one at a time; thread-safe and fork-safe.

    A process forked from one with a running child starts its own. ``memory_bytes`` is the largest heap that
    will be asked for. ``required`` names layers (``landlock``, ``seccomp``, ``rlimits``) without which
    nothing is evaluated.
    """

    def __init__(
        self, *, limits: SandboxLimits, memory_bytes: int = 0, required: frozenset[str] = frozenset()
    ) -> None:
        self._limits = limits
        self._memory_bytes = max(memory_bytes, limits.memory_bytes)
        self._required = required
        self._lock = threading.Lock()
        self._child: ChildProcess | None = None
        _alive.add(self)

    def exchange(
        self, tag: str, parts: Sequence[bytes], *, wall_s: float, max_bytes: int, answer: Answer | None = None
    ) -> Frame:
        """Send a request, return the reply.

        ``answer`` serves the questions (frames tagged ``q``) that the child asks before it replies; the time
        it takes is not counted. Raises ChildHung, ChildCrashed, SandboxUnavailable, FrameTooLarge.
        """
        with self._lock:
            child = self._running()
            deadline = time.monotonic() + wall_s
            try:
                child.send(tag, parts, deadline=deadline)
                while True:
                    reply = child.receive(deadline=deadline, max_bytes=max_bytes)
                    if reply[0] != "q" or answer is None:
                        return reply
                    asked = time.monotonic()
                    answers = answer(reply)
                    deadline += time.monotonic() - asked
                    child.send("r", answers, deadline=deadline)
            except ChannelTimeout as error:
                self._discard()
                raise ChildHung from error
            except ChannelClosed as error:
                self._discard()
                raise ChildCrashed(_how(child.exit_code)) from error
            except BaseException:
                # A frame is half read, or an interrupt came between: the channel is of no use any more.
                self._discard()
                raise

    def layers(self) -> dict[str, str]:
        """What protects this machine from the child, by layer; each text starts with ``on`` or ``off``."""
        with self._lock:
            found = self._running().greeting["layers"]
        return {name: str(state) for name, state in found.items()} if isinstance(found, dict) else {}

    @property
    def pid(self) -> int | None:
        """Process id of the running child."""
        return None if self._child is None else self._child.pid

    def close(self) -> None:
        """End the child. The next request starts a new one."""
        with self._lock:
            self._discard()

    def __del__(self) -> None:
        self._discard()

    def _running(self) -> ChildProcess:
        if self._child is None:
            config = _config(self._limits, memory_bytes=self._memory_bytes)
            child = ChildProcess(MODULE, config=config, name="openflow-javascript")
            missing = sorted(name for name in self._required if not _is_on(child.greeting, name))
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

    def after_fork(self) -> None:
        """Let go of the child in a process that was forked from its owner."""
        self._lock = threading.Lock()
        child, self._child = self._child, None
        if child is not None:
            child.forget()


def _is_on(greeting: JsonObject, layer: str) -> bool:
    layers = greeting.get("layers")
    return isinstance(layers, dict) and str(layers.get(layer)).startswith("on")


def _how(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"signal {signal.Signals(-exit_code).name}"
    return f"exit code {exit_code}"


def _config(limits: SandboxLimits, *, memory_bytes: int) -> JsonObject:
    return {
        "engine": engine_info().path,
        "sources": {name: _source(f"javascript/{name}.js") for name in SOURCES},
        "strip_types": _source(STRIP_TYPES) if has_type_stripper() else "",
        "limits": limits.as_dict(),
        "address_space": BASE_ADDRESS_SPACE + 2 * memory_bytes,
        "open_files": OPEN_FILES,
        "max_request_bytes": 4 * limits.scope_bytes,
    }


@cache
def _source(name: str) -> str:
    return resources.files("openflow_django.sandbox").joinpath(name).read_text(encoding="utf-8")


def has_type_stripper() -> bool:
    """Whether the bundle that strips types, which is built with the package, is there."""
    return resources.files("openflow_django.sandbox").joinpath(STRIP_TYPES).is_file()


_alive: "weakref.WeakSet[EngineProcess]" = weakref.WeakSet()


def _forget_all() -> None:
    for process in list(_alive):
        process.after_fork()


def _close_all() -> None:
    for process in list(_alive):
        with contextlib.suppress(Exception):
            process.close()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
