"""Evaluates the expressions of a step in the JavaScript child: the engine behind the port of
``expressions``."""

from collections.abc import Mapping, Sequence
from typing import Literal

from openflow_django.expressions.ports import (
    Evaluated,
    Failure,
    JavaScriptJob,
    Needs,
    Value,
)
from openflow_django.sandbox.engine_process import EngineProcess
from openflow_django.sandbox.frames import FrameTooLarge
from openflow_django.sandbox.keeper import ChildCrashed, ChildHung
from openflow_django.sandbox.limits import SandboxLimits, ScriptLimits
from openflow_django.sandbox.payload import AnswerInvalid, NotJson, read_answer
from openflow_django.sandbox.process import SandboxUnavailable
from openflow_django.sandbox.request import ExpressionRequest
from openflow_django.spec.json import Json

__all__ = ["Evaluator"]

ANSWER_OVERHEAD = 16 * 1024
RESULTS_AT_ONCE = 4


class Evaluator:
    """Implements ``expressions.ports.JavaScriptEngine`` over one child process.

    The child starts with the first call, is killed and replaced when it hangs or dies, and is closed with the
    interpreter. A script runner may share the child; ``script_limits`` are for it. Thread-safe (one call at a
    time) and fork-safe. ``required`` names layers of protection (``landlock``, ``seccomp``, ``rlimits``, see
    :meth:`layers`) without which nothing is evaluated.
    """

    def __init__(
        self,
        limits: SandboxLimits | None = None,
        *,
        script_limits: ScriptLimits | None = None,
        required: frozenset[str] = frozenset(),
    ) -> None:
        self.limits = limits or SandboxLimits()
        self.script_limits = script_limits or ScriptLimits()
        self.process = EngineProcess(
            limits=self.limits, memory_bytes=self.script_limits.memory_bytes, required=required
        )

    def evaluate(self, jobs: Sequence[JavaScriptJob], *, scope: Mapping[str, Json]) -> list[Evaluated]:
        """One answer per job, in order. Never raises for what a job does, nor when the child can not be used.

        All jobs share a realm that is new in every call; each gets its own copy of the values of the scope.
        Failures of the sandbox itself are named Timeout, MemoryLimit, SourceTooLarge, ScopeTooLarge,
        ScopeInvalid, OutputTooLarge, OutputInvalid, PromisePending, SandboxCrashed and SandboxUnavailable.
        """
        accepted = [job for job in jobs if not self._is_too_long(job)]
        answers = iter(self._evaluate(accepted, scope=scope) if accepted else ())
        return [self._limit("source_bytes") if self._is_too_long(job) else next(answers) for job in jobs]

    def layers(self) -> dict[str, str]:
        """What protects this machine from the child, by layer; starts the child. Raises
        SandboxUnavailable."""
        return self.process.layers()

    def close(self) -> None:
        """End the child process. A later call starts a new one."""
        self.process.close()

    def _is_too_long(self, job: JavaScriptJob) -> bool:
        size = len(job.body)
        return size > self.limits.source_bytes or (
            4 * size > self.limits.source_bytes
            and len(job.body.encode(errors="replace")) > self.limits.source_bytes
        )

    def _limit(self, field: str) -> Failure:
        return Failure(*self.limits.reached(field))

    def _evaluate(self, jobs: list[JavaScriptJob], *, scope: Mapping[str, Json]) -> list[Evaluated]:
        try:
            request = ExpressionRequest(jobs, scope=scope)
            if request.size > self.limits.scope_bytes:
                return [self._limit("scope_bytes")] * len(jobs)
            _, parts = self.process.exchange(
                "x",
                request.parts,
                wall_s=self.limits.wall_s,
                max_bytes=RESULTS_AT_ONCE * self.limits.result_bytes + ANSWER_OVERHEAD * len(jobs),
            )
        except NotJson as error:
            return [Failure("ScopeInvalid", f"The values handed over are not JSON: {error}")] * len(jobs)
        except ChildHung:
            return [self._limit("wall_s")] * len(jobs)
        except ChildCrashed as error:
            text = f"The JavaScript sandbox ended unexpectedly ({error}); the next step gets a new one."
            return [Failure("SandboxCrashed", text)] * len(jobs)
        except FrameTooLarge:
            return [self._limit("result_bytes")] * len(jobs)
        except SandboxUnavailable as error:
            return [Failure("SandboxUnavailable", " ".join(filter(None, (error.message, error.hint))))] * len(
                jobs
            )
        if len(parts) != len(jobs):
            return [Failure("SandboxCrashed", "The JavaScript sandbox gave an incomplete answer.")] * len(
                jobs
            )
        return [self._read(part) for part in parts]

    def _read(self, part: bytes) -> Evaluated:
        if len(part) > self.limits.result_bytes + ANSWER_OVERHEAD:
            return self._limit("result_bytes")
        try:
            answer = read_answer(part)
        except AnswerInvalid as error:
            return Failure("OutputInvalid", f"The result can not be used: {error}")
        match answer:
            case {"e": {"name": str(name), "message": str(message), **position}}:
                return Failure(
                    name, message, line=_number(position.get("line")), column=_number(position.get("column"))
                )
            case {"l": "pending"}:
                return Failure("PromisePending", "The expression waits for a promise that nothing settles.")
            case {"l": "promise_jobs"}:
                return Failure("Timeout", "The expression schedules promises without end.")
            case {"l": str(field)}:
                return self._limit(field)
            case {"n": list(calls)}:
                return Needs(tuple(_call(call) for call in calls))
            case _:
                return Value(answer.get("v"))


def _number(value: Json) -> int | None:
    return value if isinstance(value, int) else None


def _call(call: Json) -> tuple[Literal["variable", "resource"], str]:
    match call:
        case ["resource", str(path)]:
            return "resource", path
        case [_, str(path)]:
            return "variable", path
        case _:
            return "variable", ""
