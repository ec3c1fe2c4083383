"""TypeScript to JavaScript, with a memory: a script is stripped once, however often it runs."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

from openflow_django.exceptions import OpenFlowError
from openflow_django.sandbox.engine_process import EngineProcess, has_type_stripper
from openflow_django.sandbox.limits import SandboxLimits
from openflow_django.sandbox.payload import AnswerInvalid, read_answer
from openflow_django.sandbox.process import SandboxUnavailable
from openflow_django.spec.json import Json

__all__ = ["ScriptRefused", "Stripped", "TypeStripping"]

REMEMBERED = 256
GROWTH = 4
"""Stripped code is at most this many times longer, and the helpers."""
HELPERS_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Stripped:
    """JavaScript with CommonJS exports, and the modules it asks for."""

    code: str
    imports: tuple[str, ...]


class ScriptRefused(OpenFlowError):
    """The script can not be run; ``name`` is the class of the error, ``line`` and ``column`` count from 1."""

    code = "script_refused"

    def __init__(
        self, message: str, *, name: str, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.name = name
        self.line = line
        self.column = column


class TypeStripping:
    """Strips types in the JavaScript child. Thread-safe."""

    def __init__(self, process: EngineProcess, limits: SandboxLimits) -> None:
        self._process = process
        self._limits = limits
        self._known: OrderedDict[str, Stripped] = OrderedDict()
        self._lock = threading.Lock()

    def stripped(self, content: str) -> Stripped:
        """Raises ScriptRefused, and what EngineProcess.exchange raises."""
        key = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        stripped = self._strip(content)
        with self._lock:
            self._known[key] = stripped
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return stripped

    def _strip(self, content: str) -> Stripped:
        if not has_type_stripper():
            raise SandboxUnavailable(
                "TypeScript can not be run: the file openflow_django/sandbox/strip_types.js was not built.",
                hint="Run 'pip install -e .' or 'npm run build:strip-types' in openflow_django/static_src.",
            )
        _, parts = self._process.exchange(
            "t",
            [content.replace("\0", "\ufffd").encode("utf-8", "replace"), str(self._limits.cpu_s).encode()],
            wall_s=self._limits.wall_s,
            max_bytes=GROWTH * self._limits.source_bytes + HELPERS_BYTES,
        )
        try:
            answer = read_answer(parts[0])
        except AnswerInvalid as error:
            raise ScriptRefused(
                f"The types of the script can not be removed: {error}", name="SyntaxError"
            ) from error
        return self._read(answer)

    def _read(self, answer: dict[str, Json]) -> Stripped:
        match answer:
            case {"code": str(code), "imports": list(imports)}:
                return Stripped(code, tuple(str(name) for name in imports))
            case {"error": {"name": str(name), "message": str(message), **position}}:
                line, column = position.get("line"), position.get("column")
                raise ScriptRefused(
                    message,
                    name=name,
                    line=line if isinstance(line, int) else None,
                    column=column if isinstance(column, int) else None,
                )
            case {"l": str(field)}:
                name, message = self._limits.reached(field)
                raise ScriptRefused(message, name=name)
            case _:
                raise ScriptRefused("The types of the script can not be removed.", name="SyntaxError")
