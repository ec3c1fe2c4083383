"""Running one script, for the tests of scripts in JavaScript and TypeScript."""

from typing import Any

from openflow_django.sandbox.limits import MIB, ScriptLimits
from openflow_django.sandbox.scripts import Entry, ScriptJob, ScriptResult, ScriptRunner
from openflow_django.spec.json import Json

__all__ = ["LIMITS", "error", "run", "value"]

LIMITS = ScriptLimits(
    cpu_s=0.1,
    wall_s=10,
    memory_bytes=32 * MIB,
    source_bytes=32 * 1024,
    scope_bytes=64 * 1024,
    result_bytes=64 * 1024,
    error_bytes=500,
    log_bytes=1000,
    log_lines=20,
)


def run(
    runner: ScriptRunner, content: str, entry: Entry = "main", language: str = "bun", **args: Json
) -> ScriptResult:
    return runner.run(ScriptJob(language=language, content=content, args=args, entry=entry))


def value(runner: ScriptRunner, content: str, **args: Any) -> Json:
    result = run(runner, content, **args)
    assert result.ok, result.error
    return result.value


def error(runner: ScriptRunner, content: str, entry: Entry = "main", **args: Any) -> dict[str, Any]:
    result = run(runner, content, entry, **args)
    assert not result.ok
    assert result.error is not None
    return dict(result.error)
