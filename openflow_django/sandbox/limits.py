"""How much one evaluation or one script may use."""

from dataclasses import dataclass, fields
from typing import ClassVar

from openflow_django.spec.json import JsonObject

__all__ = ["SandboxLimits", "ScriptLimits"]

MIB = 1024 * 1024


REACHED = {
    "cpu_s": ("Timeout", "Stopped after {} of processor time"),
    "wall_s": ("Timeout", "Stopped because it had not finished after {}"),
    "memory_bytes": ("MemoryLimit", "Stopped because it needed more memory than {}"),
    "source_bytes": ("SourceTooLarge", "The source text is longer than {}"),
    "scope_bytes": ("ScopeTooLarge", "The values handed over are larger than {} as JSON"),
    "folder_bytes": ("DiskLimit", "Stopped because it wrote more than {} of files"),
    "result_bytes": ("OutputTooLarge", "The result is larger than {} as JSON"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxLimits:
    """Limits of the expressions of one step. Times are seconds, ``_bytes`` are bytes.

    ``cpu_s`` is processor time, seen by the engine itself: it ends a loop and keeps the child. ``wall_s`` is
    the time after which the child is killed, whatever it does. ``memory_bytes`` is the JavaScript heap.
    ``source_bytes`` bounds one expression, ``scope_bytes`` all values it is given, ``result_bytes`` the JSON
    text of one result, ``error_bytes`` message and stack of one error, ``log_bytes`` and ``log_lines`` what a
    script prints.
    """

    SETTING: ClassVar[str] = "EXPRESSION_LIMITS"
    """Key of ``OPENFLOW`` that changes these limits."""

    cpu_s: float = 1.0
    wall_s: float = 2.0
    memory_bytes: int = 64 * MIB
    stack_bytes: int = 256 * 1024
    source_bytes: int = 64 * 1024
    scope_bytes: int = 8 * MIB
    result_bytes: int = 2 * MIB
    error_bytes: int = 2048
    log_bytes: int = 64 * 1024
    log_lines: int = 1000

    def setting(self, field: str) -> str:
        """How a message names the setting behind ``field``."""
        return f"OPENFLOW[{self.SETTING!r}][{field!r}]"

    def reached(self, field: str) -> tuple[str, str]:
        """Name and message of the error for work that broke the limit ``field``."""
        name, text = REACHED[field]
        value = getattr(self, field)
        amount = f"{value:g} s" if field.endswith("_s") else _size(value)
        return name, f"{text.format(amount)} (setting {self.setting(field)})."

    def as_dict(self) -> JsonObject:
        """All fields by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptLimits(SandboxLimits):
    """Limits of one script step.

    ``memory_bytes`` is the heap of JavaScript, or the address space that Python may add. ``file_bytes`` and
    ``folder_bytes`` bound one file, and all files, that a Python script writes.
    """

    SETTING: ClassVar[str] = "SCRIPT_LIMITS"

    cpu_s: float = 10.0
    wall_s: float = 10.0
    source_bytes: int = 256 * 1024
    memory_bytes: int = 128 * MIB
    file_bytes: int = 16 * MIB
    folder_bytes: int = 64 * MIB


def _size(count: int) -> str:
    for unit, size in (("MiB", MIB), ("KiB", 1024)):
        if count >= size:
            return f"{count / size:g} {unit}"
    return f"{count} bytes"
