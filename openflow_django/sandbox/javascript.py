"""JavaScript and TypeScript scripts, run in the child that evaluates expressions: no files, no network."""

import re
from typing import Literal

from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.sandbox.frames import FrameTooLarge
from openflow_django.sandbox.keeper import ChildCrashed, ChildHung
from openflow_django.sandbox.limits import ScriptLimits
from openflow_django.sandbox.lookups import LookupDesk
from openflow_django.sandbox.payload import AnswerInvalid, NotJson, encode, read_answer, read_list
from openflow_django.sandbox.process import SandboxUnavailable
from openflow_django.sandbox.scripts import LogLine, ScriptJob, ScriptResult, StateChange, failed
from openflow_django.sandbox.typescript import ScriptRefused, Stripped, TypeStripping
from openflow_django.spec.json import Json, JsonObject

__all__ = ["LANGUAGES", "JavaScriptRunner"]

LANGUAGES = ("deno", "bun", "nativets")
"""Languages of script steps that this runner takes."""

CLIENT = re.compile(r"(?:npm:)?windmill-client(?:@.*)?")
GLOBALS = re.compile(r"\b(?:structuredClone|TextEncoder|TextDecoder|btoa|atob)\b")
TIMERS = re.compile(r"\b(?:setTimeout|setInterval|clearTimeout|clearInterval|queueMicrotask)\b")
REPLY_OVERHEAD = 64 * 1024
LEVELS: dict[str, Literal["debug", "info", "warning", "error"]] = {
    "debug": "debug",
    "trace": "debug",
    "log": "info",
    "info": "info",
    "warn": "warning",
    "error": "error",
}
UNDEFINED = re.compile(r"'?(\w+)'? is not defined")
HINTS = {
    "fetch": "there is no network in sandboxed scripts; use the http_request operation.",
    "XMLHttpRequest": "there is no network in sandboxed scripts; use the http_request operation.",
    "require": "sandboxed scripts have no modules.",
    **dict.fromkeys(("Deno", "Bun", "process", "Buffer"), "sandboxed scripts run in no server runtime."),
    "Intl": "the sandbox has no Intl.",
    "URL": "the sandbox has no URL.",
    "crypto": "the sandbox has no crypto.",
}
FRAME = re.compile(r"<input>:(\d+)(?::\d+)?")
OWN_FRAMES = re.compile(r"\n[^\n]*\b(?:runScript|values|encode|copyable) \(<input>.*", re.DOTALL)
FIRST_LINE = 3


class JavaScriptRunner:
    """A ``ScriptRunner`` for deno, bun and nativets, and for Directus' "run script" (entry
    ``module.exports``)."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._limits: ScriptLimits = evaluator.script_limits
        self._types = TypeStripping(evaluator.process, self._limits)

    def run(self, job: ScriptJob) -> ScriptResult:
        """Run one script. Besides those of the script, errors are named as in ``Evaluator.evaluate``;
        ImportError is a module that the sandbox does not have.
        """
        wall_s = min(self._limits.wall_s, job.timeout_s or self._limits.wall_s)
        try:
            return self._run(job, wall_s=wall_s)
        except ScriptRefused as error:
            position = {"line": error.line, "column": error.column} if error.line else {}
            return failed(error.name, error.message, **position)
        except AnswerInvalid as error:
            return failed("OutputInvalid", f"The script sent what it may not send: {error}")
        except NotJson as error:
            return failed("ScopeInvalid", f"The arguments are not JSON: {error}")
        except ChildHung:
            if wall_s < self._limits.wall_s:
                return failed("Timeout", f"Stopped at the timeout of the step, {wall_s:g} s.")
            return self._limit("wall_s")
        except ChildCrashed as error:
            text = f"The JavaScript sandbox ended unexpectedly ({error}); the next step gets a new one."
            return failed("SandboxCrashed", text)
        except FrameTooLarge:
            return self._limit("result_bytes")
        except SandboxUnavailable as error:
            return failed("SandboxUnavailable", " ".join(filter(None, (error.message, error.hint))))

    def _run(self, job: ScriptJob, *, wall_s: float) -> ScriptResult:
        if len(job.content.encode("utf-8", "replace")) > self._limits.source_bytes:
            return self._limit("source_bytes")
        script = self._prepared(job)
        _refuse_imports(script)
        args = encode(dict(job.args))
        if len(args) > self._limits.scope_bytes:
            return self._limit("scope_bytes")
        settings = _settings(job, script, args=args, limits=self._limits, wall_s=wall_s)
        _, parts = self._evaluator.process.exchange(
            "s",
            [_source(script.code), settings.encode()],
            wall_s=wall_s,
            max_bytes=4 * (self._limits.result_bytes + self._limits.log_bytes) + REPLY_OVERHEAD,
            answer=LookupDesk(job.variables, approval_page=job.approval_page).answer,
        )
        if len(parts) != 3:
            return failed("SandboxCrashed", "The JavaScript sandbox gave an incomplete answer.")
        return self._read(*parts)

    def _prepared(self, job: ScriptJob) -> Stripped:
        if job.entry == "module.exports":
            return Stripped(job.content, ())
        return self._types.stripped(job.content)

    def _read(self, answer: bytes, logs: bytes, state: bytes) -> ScriptResult:
        try:
            lines = _log_lines(read_list(logs), self._limits)
            change = StateChange(read_answer(state).get("v")) if state else None
            ended = read_answer(answer)
        except AnswerInvalid as error:
            return failed("OutputInvalid", f"The result can not be used: {error}")
        match ended:
            case {"e": {"name": str(), "message": str()} as error}:
                return ScriptResult(ok=False, error=_error(error), logs=lines, state=change)
            case {"l": "pending"}:
                text = "The script waits for a promise that nothing settles."
                return failed("PromisePending", text, logs=lines)
            case {"l": "promise_jobs"}:
                return failed("Timeout", "The script schedules promises without end.", logs=lines)
            case {"l": str(field)}:
                return failed(*self._limits.reached(field), logs=lines)
            case _:
                return ScriptResult(ok=True, value=ended.get("v"), logs=lines, state=change)

    def _limit(self, field: str) -> ScriptResult:
        return failed(*self._limits.reached(field))


def _refuse_imports(script: Stripped) -> None:
    for name in script.imports:
        if not CLIENT.fullmatch(name):
            raise ScriptRefused(
                f"The script imports {name!r}, which sandboxed scripts do not have: only windmill-client. "
                "Remove the import, or use a language of OPENFLOW['SCRIPT_LANGUAGES'] that has modules.",
                name="ImportError",
            )


def _settings(job: ScriptJob, script: Stripped, *, args: str, limits: ScriptLimits, wall_s: float) -> str:
    settings: JsonObject = {
        "entry": job.entry,
        "env": dict(job.env) if job.entry == "module.exports" else None,
        "globals": GLOBALS.search(script.code) is not None,
        "limits": limits.as_dict(),
        "state": job.state,
        "timers": TIMERS.search(script.code) is not None,
        "wall_s": wall_s,
        "windmill": "windmill-client" in script.code,
    }
    return f'{encode(settings)[:-1]},"args":{args}}}'


def _source(code: str) -> bytes:
    """The text the engine compiles; the script starts on line FIRST_LINE of it."""
    text = f"0, function (exports, module, require) {{\nreturn async function () {{\n{code}\n}}\n}}"
    return text.replace("\0", "\ufffd").encode("utf-8", "replace")


def _log_lines(lines: list[Json], limits: ScriptLimits) -> tuple[LogLine, ...]:
    found: list[LogLine] = []
    for line in lines:
        match line:
            case [str(level), str(message), int() | float() as at]:
                found.append(LogLine(LEVELS.get(level, "info"), message, at / 1000))
            case _:
                at = found[-1].at if found else 0.0
                limit = limits.setting("log_lines" if len(found) >= limits.log_lines else "log_bytes")
                found.append(LogLine("warning", f"The rest of the output was cut ({limit}).", at))
                break
    return tuple(found)


def _error(error: JsonObject) -> JsonObject:
    """The error as its step records it: with advice for missing globals, and lines of the author's text.

    Stripping types keeps lines but not columns.
    """
    error = {name: value for name, value in error.items() if name != "column"}
    missing = UNDEFINED.fullmatch(str(error["message"])) if error["name"] == "ReferenceError" else None
    if missing and missing[1] in HINTS:
        error["message"] = f"{error['message']}: {HINTS[missing[1]]}"
    if isinstance(stack := error.get("stack"), str):
        own = OWN_FRAMES.sub("", f"\n{stack}").strip("\n")
        error["stack"] = FRAME.sub(lambda frame: f"script:{int(frame[1]) - FIRST_LINE + 1}", own)
    return error
