"""What a script prints to its standard output and error, as log lines within limits."""

import os
import time
from contextlib import suppress
from typing import Literal

from openflow_django.sandbox.limits import ScriptLimits
from openflow_django.sandbox.scripts import LogLine

__all__ = ["Output"]

CHUNK = 1 << 16
Level = Literal["info", "error"]


class Output:
    """Reads pipes without ever waiting; keeps the first lines and drops the rest."""

    def __init__(self, limits: ScriptLimits) -> None:
        self._limits = limits
        self._lines: list[LogLine] = []
        self._partial: dict[Level, bytes] = {"info": b"", "error": b""}
        self._size = 0
        self._cut_by = ""

    def read(self, descriptor: int, *, level: Level) -> bool:
        """Read what is there (of a non-blocking pipe); False when nothing will follow."""
        try:
            chunk = os.read(descriptor, CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not self._cut_by:
            self._add(chunk, level)
        return bool(chunk)

    def finish(self, descriptors: dict[int, Level]) -> tuple[LogLine, ...]:
        """All lines, after a last look at the pipes of a script that has ended."""
        for descriptor, level in descriptors.items():
            for _ in range(1 + self._limits.log_bytes // CHUNK):
                with suppress(OSError):
                    if not self.read(descriptor, level=level):
                        break
        for level, rest in self._partial.items():
            if rest and not self._cut_by:
                self._line(rest, level)
        if self._cut_by:
            text = f"The rest of the output was cut ({self._limits.setting(self._cut_by)})."
            self._lines.append(LogLine("warning", text, time.time()))
        return tuple(self._lines)

    def _add(self, chunk: bytes, level: Level) -> None:
        *lines, self._partial[level] = (self._partial[level] + chunk).split(b"\n")
        for line in lines:
            if self._cut_by:
                return
            self._line(line, level)
        if self._size + len(self._partial[level]) > self._limits.log_bytes and not self._cut_by:
            self._line(self._partial[level], level)

    def _line(self, text: bytes, level: Level) -> None:
        if len(self._lines) >= self._limits.log_lines:
            self._cut_by = "log_lines"
            return
        left = self._limits.log_bytes - self._size
        if len(text) > left:
            self._cut_by = "log_bytes"
        self._size += len(text)
        message = text[:left].decode("utf-8", "replace").replace("\0", "\ufffd")
        self._lines.append(LogLine(level, message, time.time()))
