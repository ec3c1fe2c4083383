"""What a script step is to the rest of the app: a job in, a result out, whatever the language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from openflow_django.expressions.ports import Lookups
from openflow_django.spec.json import Json, JsonObject

__all__ = ["Entry", "LogLine", "ScriptJob", "ScriptResult", "ScriptRunner", "StateChange", "failed"]

Entry = Literal["main", "preprocessor", "module.exports"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptJob:
    """One script to run.

    ``args`` are matched to the parameters of the entry function by name: those it does not name are dropped,
    those that are missing leave the default. With the entry ``module.exports`` (Directus) they are the one
    argument. ``timeout_s`` shortens the wall limit of the runner. ``variables`` answers what the script looks
    up; ``approval_page`` gives the address on which a named approver answers the next step that waits, and
    raises OpenFlowError where there is none. ``state`` is what the step set the last time; ``env`` becomes
    ``process.env`` where the entry is ``module.exports``.
    """

    language: str
    content: str
    args: Mapping[str, Json] = field(default_factory=dict[str, Json])
    entry: Entry = "main"
    timeout_s: float | None = None
    variables: Lookups | None = None
    approval_page: Callable[[str], str] | None = None
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    state: Json = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that a script printed; ``at`` is the time in seconds since 1970."""

    level: Literal["debug", "info", "warning", "error"]
    message: str
    at: float


@dataclass(frozen=True, slots=True)
class StateChange:
    """The state that a script set for its next run."""

    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptResult:
    """How a script ended: with ``value`` when ``ok``, else with ``error`` (name, message, stack ...)."""

    ok: bool
    value: Json = None
    error: JsonObject | None = None
    logs: tuple[LogLine, ...] = ()
    state: StateChange | None = None


class ScriptRunner(Protocol):
    """Runs the scripts of some languages."""

    def run(self, job: ScriptJob) -> ScriptResult:
        """Run one script; never raises for what the script does, nor when it can not be run."""
        ...


def failed(name: str, message: str, *, logs: tuple[LogLine, ...] = (), **more: Json) -> ScriptResult:
    """The result of a script that ended with an error."""
    return ScriptResult(ok=False, error={"name": name, "message": message, **more}, logs=logs)
