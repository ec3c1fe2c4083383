"""Doing leaf steps: scripts in the sandbox, registered operations, stored scripts, identity.

Needs no Django setup: the database, where there is one, stands behind the ports given to :class:`Steps`.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Final, Protocol, cast

from django.utils.functional import SimpleLazyObject

from openflow_django.engine.caching import NoCache, ResultCache
from openflow_django.engine.commands import RunStep
from openflow_django.engine.errors import EXECUTION, INTERNAL
from openflow_django.engine.evaluation import ExpressionFailed
from openflow_django.engine.parking import Parked
from openflow_django.engine.ports import Bounds, Ports, StepResult
from openflow_django.engine.records import LogEntry
from openflow_django.exceptions import OpenFlowError
from openflow_django.expressions.ports import Lookups
from openflow_django.expressions.transforms import FlowObject
from openflow_django.operations.base import (
    ANONYMOUS,
    PATH_PREFIX,
    Actor,
    OperationContext,
    OperationError,
    operations,
)
from openflow_django.sandbox.javascript import LANGUAGES
from openflow_django.sandbox.scripts import ScriptJob, ScriptResult, ScriptRunner
from openflow_django.spec.document import (
    Identity,
    InputTransform,
    ModuleValue,
    PathScript,
    RawScript,
    Static,
)
from openflow_django.spec.json import Json, JsonObject, normalise
from openflow_django.worker.approval_pages import ApprovalPages, MakeAddress, no_address
from openflow_django.worker.cache import step_key

__all__ = ["Gate", "NoGate", "ScriptLibrary", "Steps", "StoredScript"]

logger = logging.getLogger("openflow.worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredScript:
    """A script as it is stored under a path: one immutable version of it."""

    language: str
    content: str
    timeout_s: float | None = None
    cache_ttl: int | None = None


NO_SCRIPT: Final = StoredScript(language="", content="")


class ScriptLibrary(Protocol):
    """The stored scripts a step may run by path."""

    def script(self, path: str, *, version: str | None) -> StoredScript:
        """That version, the latest where it is None. Raises OpenFlowError when there is none."""
        ...


class Gate(Protocol):
    """Holds scripts to their concurrency limits."""

    def hold(self, script: RawScript, args: JsonObject) -> AbstractContextManager[None]:
        """Enter when a place is free. Raises Parked when none is."""
        ...


class NoGate:
    """Lets everything pass."""

    def hold(self, script: RawScript, args: JsonObject) -> AbstractContextManager[None]:
        return nullcontext()


class StepFailed(OpenFlowError):
    """A step that cannot be done: the message is the step's error."""

    code = "step_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The step runner of one run (port :class:`~openflow_django.engine.ports.StepRunner`).

    ``runners``: by script language, those that the site has turned on. ``run_key`` makes idempotency keys
    unique to the run. ``approval_address`` makes the addresses with which people answer steps that wait.
    ``light_time_limit_s`` is for steps without effects: should one take longer, it may be done twice.
    """

    runners: Mapping[str, ScriptRunner]
    scripts: ScriptLibrary
    lookups: Lookups | None = None
    cache: ResultCache = field(default_factory=NoCache)
    gate: Gate = field(default_factory=NoGate)
    actor: Callable[[], Actor] = lambda: ANONYMOUS
    before_sending: Callable[[str, Iterable[str]], None] = lambda host, texts: None
    run_key: str = ""
    approval_address: MakeAddress = no_address
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    max_result_bytes: int = 2_097_152
    max_json_depth: int = 400
    default_time_limit_s: float = 30.0
    light_time_limit_s: float = 10.0

    def bounds(self, command: RunStep) -> Bounds:
        effects, transform = _has_effects(command.module.value), command.module.timeout
        own = transform.value if isinstance(transform, Static) else None
        if isinstance(own, int | float):
            return Bounds(effects, float(own))
        return Bounds(effects, self.default_time_limit_s if effects else self.light_time_limit_s)

    def run(self, command: RunStep, ports: Ports) -> StepResult:
        if isinstance(command.module.value, Identity):
            return StepResult(ok=True, value=command.scope.previous)
        work = _Work(command, command.args or {}, _Log(), prepared=command.args is not None)
        try:
            if not work.prepared:
                work.args = ports.expressions.transforms(_transforms(command), command.scope.names())
                work.prepared = True
            return StepResult(
                ok=True, value=self._cached(work, ports), args=work.args, logs=work.logs.entries()
            )
        except Parked:
            raise
        except OperationError as error:
            told = _error(error.name, error.message, command, code=error.code)
            if error.result is not None:
                told["result"] = error.result
            return work.failed(told, rejection=error.result)
        except _ScriptError as error:
            return work.failed({**error.error, "step_id": command.module.id})
        except ExpressionFailed as error:
            shown = _error(error.name, error.message, command)
            return work.failed(_error(EXECUTION, error.message, command), rejection=shown)
        except OpenFlowError as error:
            return work.failed(_error(EXECUTION, error.message, command, code=error.code))
        except Exception as error:
            logger.exception("step %s failed unexpectedly", command.path)
            return work.failed(_error(INTERNAL, f"{type(error).__name__}: {error}", command))

    def _cached(self, work: "_Work", ports: Ports) -> Json:
        module, script = work.command.module, self._stored(work.command.module.value)
        ttl = module.cache_ttl or script.cache_ttl
        if not ttl:
            return self._perform(work, script, ports)
        key = step_key(module, work.args, language=script.language, content=script.content)
        hit = self.cache.get(key)
        if hit is not None:
            return hit.value
        value = self._perform(work, script, ports)
        self.cache.put(key, value, ttl_s=ttl)
        return value

    def _stored(self, value: ModuleValue) -> StoredScript:
        """The script that the step runs; an empty one for steps that run none."""
        match value:
            case RawScript(language=language, content=content):
                return StoredScript(language=language, content=content)
            case PathScript(path=path, hash=version) if not path.startswith(PATH_PREFIX):
                return self.scripts.script(path, version=version)
            case _:
                return NO_SCRIPT

    def _perform(self, work: "_Work", script: StoredScript, ports: Ports) -> Json:
        timeout = _timeout(work.command, ports)
        match work.command.module.value:
            case PathScript(path=path) if path.startswith(PATH_PREFIX):
                return self._operation(work, path.removeprefix(PATH_PREFIX), timeout)
            case RawScript() as raw:
                with self.gate.hold(raw, work.args):
                    return self._script(work, script, timeout)
            case PathScript():
                return self._script(work, script, script.timeout_s if timeout is None else timeout)
            case other:
                raise StepFailed(f"steps of type {other.type} have no work of their own")

    def _script(self, work: "_Work", script: StoredScript, timeout: float | None) -> Json:
        runner = self.runners.get(script.language)
        if runner is None:
            raise StepFailed(
                f"scripts in {script.language} are not turned on: see the setting SCRIPT_LANGUAGES",
                code="language_off",
            )
        job = ScriptJob(
            language=script.language,
            content=script.content,
            args=work.args,
            entry=work.command.entry,
            timeout_s=timeout,
            variables=self.lookups,
            approval_page=partial(ApprovalPages(work.command, self.approval_address).of, None),
            env=self.env,
        )
        result = work.logs.of(runner.run(job))
        if not result.ok:
            raise _ScriptError(result.error or {"name": INTERNAL, "message": "the script gave no error"})
        return result.value

    def _exporting_script(
        self, work: "_Work", timeout: float | None, code: str, data: JsonObject
    ) -> ScriptResult:
        language = next((language for language in LANGUAGES if language in self.runners), None)
        if language is None:
            raise StepFailed(
                "scripts in JavaScript are not turned on: see the setting SCRIPT_LANGUAGES",
                code="language_off",
            )
        env = data.get("$env")
        job = ScriptJob(
            language=language,
            content=code,
            args=data,
            entry="module.exports",
            timeout_s=timeout,
            variables=self.lookups,
            env={name: str(value) for name, value in env.items()} if isinstance(env, dict) else {},
        )
        return work.logs.of(self.runners[language].run(job))

    def _operation(self, work: "_Work", kind: str, timeout: float | None) -> Json:
        context = OperationContext(
            data=FlowObject(work.command.scope.names()),
            actor=cast(Actor, SimpleLazyObject(self.actor)),
            idempotency_key=f"{self.run_key}/{work.command.path}" if self.run_key else "",
            step_id=work.command.module.id,
            run_id=self.run_key or None,
            deadline_s=timeout,
            before_sending=self.before_sending,
            log=work.logs.say,
            approval_page=ApprovalPages(work.command, self.approval_address).of,
            run_script=partial(self._exporting_script, work, timeout),
        )
        value = operations.get(kind).perform(work.args, context=context)
        return normalise(value, max_bytes=self.max_result_bytes, max_depth=self.max_json_depth)


class _ScriptError(Exception):
    def __init__(self, error: Mapping[str, Json]) -> None:
        super().__init__(str(error.get("message", "")))
        self.error = error


@dataclass(slots=True)
class _Work:
    """One leaf step on its way. ``args`` are empty until its transforms are evaluated: then it is
    ``prepared``, and its retries use them again."""

    command: RunStep
    args: JsonObject
    logs: "_Log"
    prepared: bool

    def failed(self, error: JsonObject, *, rejection: Json = None) -> StepResult:
        args = self.args if self.prepared else None
        return StepResult(ok=False, error=error, rejection=rejection, args=args, logs=self.logs.entries())


class _Log:
    """The lines a step writes, as they come."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[LogEntry] = []

    def say(self, level: str, message: str) -> None:
        self.add(level, message, datetime.now(UTC))

    def add(self, level: str, message: str, at: datetime) -> None:
        self._entries.append(LogEntry(level, message, at))

    def of(self, result: ScriptResult) -> ScriptResult:
        """``result``, once the lines it holds are taken over."""
        for line in result.logs:
            self.add(line.level, line.message, datetime.fromtimestamp(line.at, UTC))
        return result

    def entries(self) -> tuple[LogEntry, ...]:
        return tuple(self._entries)


def _has_effects(value: ModuleValue) -> bool:
    if not isinstance(value, PathScript) or not value.path.startswith(PATH_PREFIX):
        return False
    kind = value.path.removeprefix(PATH_PREFIX)
    return kind not in operations or operations.get(kind).effects


def _transforms(command: RunStep) -> Mapping[str, InputTransform]:
    match command.module.value:
        case RawScript() | PathScript() as value:
            return value.input_transforms
        case _:
            return {}


def _timeout(command: RunStep, ports: Ports) -> float | None:
    transform = command.module.timeout
    if transform is None:
        return None
    seconds = ports.expressions.transform(transform, command.scope.names())
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise ExpressionFailed(f"timeout must be a number of seconds, zero or more, not {seconds!r}")
    return float(seconds)


def _error(name: str, message: str, command: RunStep, *, code: str | None = None) -> JsonObject:
    error: JsonObject = {"name": name, "message": message, "step_id": command.module.id}
    return {**error, "code": code} if code is not None else error
