"""The one JavaScript child of a worker process, as those see it who have something for it to do."""

import re
import time
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources

from openflow_django.sandbox.frames import ChannelClosed, ChannelTimeout, Frame
from openflow_django.sandbox.javascript_engine import engine_info
from openflow_django.sandbox.keeper import ChildHung, ChildKeeper
from openflow_django.sandbox.limits import SandboxLimits
from openflow_django.spec.json import JsonObject

__all__ = ["EngineProcess", "has_type_stripper"]

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
    "timers",
    "windmill",
)
STRIP_TYPES = "strip_types.js"

MARGINS = re.compile(r"^ *//.*\n|^ +", re.MULTILINE)

Answer = Callable[[Frame], Sequence[bytes]]


class EngineProcess(ChildKeeper):
    """Sends requests to the JavaScript child, one at a time.

    ``memory_bytes`` is the largest heap that will be asked for.
    """

    module = "openflow_django.sandbox.child"
    name = "openflow-javascript"

    def __init__(
        self, *, limits: SandboxLimits, memory_bytes: int = 0, required: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(required=required)
        self._limits = limits
        self._memory_bytes = max(memory_bytes, limits.memory_bytes)

    def config(self) -> JsonObject:
        """Limits of expressions, path of the engine, and the sources the child works with."""
        return {
            "engine": engine_info().path,
            "sources": {name: _compact(_source(f"javascript/{name}.js")) for name in SOURCES},
            "strip_types": _source(STRIP_TYPES) if has_type_stripper() else "",
            "limits": self._limits.as_dict(),
            "address_space": BASE_ADDRESS_SPACE + 2 * self._memory_bytes,
            "open_files": OPEN_FILES,
        }

    def exchange(
        self, tag: str, parts: Sequence[bytes], *, wall_s: float, max_bytes: int, answer: Answer | None = None
    ) -> Frame:
        """Send a request, return the reply.

        ``answer`` serves the questions (frames tagged ``q``) that the child asks before it replies; the time
        it takes is not counted; what it raises ends the child. Raises ChildHung, ChildCrashed,
        SandboxUnavailable, FrameTooLarge.
        """
        with self._lock:
            child = self._running()
            deadline = time.monotonic() + wall_s
            try:
                child.channel.send(tag, parts, deadline=deadline)
                while True:
                    reply = child.channel.receive(deadline=deadline, max_bytes=max_bytes)
                    if reply[0] != "q" or answer is None:
                        break
                    asked = time.monotonic()
                    answers = answer(reply)
                    deadline += time.monotonic() - asked
                    child.channel.send("r", answers, deadline=deadline)
            except ChannelTimeout as error:
                self._discard()
                raise ChildHung from error
            except ChannelClosed as error:
                raise self._crashed(child) from error
            except BaseException:
                # A frame is half read, or an interrupt came between: the channel is of no use any more.
                self._discard()
                raise
            if child.channel.has_more:
                # Nobody asked for it: foreign code has got at the channel.
                self._discard()
            return reply


@cache
def _source(name: str) -> str:
    return resources.files("openflow_django.sandbox").joinpath(name).read_text(encoding="utf-8")


def _compact(source: str) -> str:
    """Without comments and indentation: the engine reads a part of it again in every realm."""
    return MARGINS.sub("", source)


def has_type_stripper() -> bool:
    """Whether the bundle that strips types, which is built with the package, is there."""
    return resources.files("openflow_django.sandbox").joinpath(STRIP_TYPES).is_file()
