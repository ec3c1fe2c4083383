"""One step of a level: mocked, skipped, or run and retried (OpenFlow semantics section 5)."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from openflow_django.engine.agents import run_agent
from openflow_django.engine.branches import run_branch_all, run_branch_one
from openflow_django.engine.calls import run_call
from openflow_django.engine.commands import Command, Decide, Decision, Entry, Note, RunStep, Sleep, Steps
from openflow_django.engine.loops import run_for, run_while
from openflow_django.engine.machine import Attempt, Machine
from openflow_django.engine.outcome import Outcome
from openflow_django.engine.policies import jitter_percent, next_delay
from openflow_django.engine.records import Kind
from openflow_django.engine.scope import Scope
from openflow_django.spec.document import (
    AiAgent,
    BranchAll,
    BranchOne,
    ForLoop,
    Identity,
    Module,
    PathFlow,
    PathScript,
    RawScript,
    WhileLoop,
)
from openflow_django.spec.json import JsonObject

__all__ = ["run_module"]


def run_module(
    machine: Machine,
    module: Module,
    scope: Scope,
    path: str,
    *,
    args: JsonObject | None = None,
    entry: Entry = "main",
) -> Steps:
    """One step to its end, its retries included. ``args`` stand in for its own inputs, ``entry`` is what a
    script
    calls."""
    if module.mock is not None and module.mock.enabled:
        value = module.mock.return_value
        yield Note(path, Kind.MOCK, module.id, "success", result=value)
        return Outcome(value, mocked=True)
    attempt = Attempt(module, scope, path, args=args, entry=entry)
    while True:
        outcome = yield from _run_attempt(machine, attempt)
        if outcome.ok or outcome.unrecoverable or outcome.stop is not None:
            return outcome
        delay = yield from _backoff(attempt, outcome)
        if delay is None:
            return outcome
        attempt = replace(attempt, number=attempt.number + 1, args=outcome.args or args, planned_delay=delay)


def _run_attempt(machine: Machine, attempt: Attempt) -> Steps:
    skip_if = attempt.module.skip_if
    if skip_if is not None:
        skip: Decision = yield Decide(
            attempt.path,
            Kind.SKIP,
            attempt.module.id,
            lambda ports: ports.expressions.condition(skip_if.expr, attempt.scope.names()),
        )
        if skip.failure is not None:
            return skip.failure
        if skip.value:
            return Outcome(attempt.scope.previous, skipped=True)
    return (yield from _run_value(machine, attempt))


def _run_value(machine: Machine, attempt: Attempt) -> Steps:
    match attempt.module.value:
        case RawScript() | PathScript() | Identity():
            return (yield from _run_leaf(attempt))
        case ForLoop() as value:
            return (yield from run_for(machine, attempt, value))
        case WhileLoop() as value:
            return (yield from run_while(machine, attempt, value))
        case BranchOne() as value:
            return (yield from run_branch_one(machine, attempt, value))
        case BranchAll() as value:
            return (yield from run_branch_all(machine, attempt, value))
        case AiAgent() as value:
            return (yield from run_agent(machine, attempt, value))
        case PathFlow() as value:
            return (yield from run_call(machine, attempt, value))


def _run_leaf(attempt: Attempt) -> Steps:
    outcome: Outcome = yield RunStep(
        attempt.path,
        attempt.module,
        attempt.scope,
        attempt=attempt.number,
        args=attempt.args,
        planned_delay=attempt.planned_delay,
        entry=attempt.entry,
    )
    return outcome


def _backoff(attempt: Attempt, outcome: Outcome) -> Generator[Command, Any, float | None]:
    """Wait before the next attempt. Returns the seconds planned, or None when there is no attempt left."""
    module, retry = attempt.module, attempt.module.retry
    delay = next_delay(retry, attempt.number) if retry else None
    if retry is None or delay is None:
        return None
    if retry.retry_if is not None:
        expression = retry.retry_if
        names = attempt.scope.names(results=False, previous_result=outcome.value)
        again: Decision = yield Decide(
            attempt.path,
            Kind.RETRY,
            module.id,
            lambda ports: ports.expressions.condition(expression, names),
            attempt=attempt.number,
        )
        if again.failure is not None or not again.value:
            return None
    planned: float = yield Sleep(
        attempt.path,
        Kind.BACKOFF,
        module.id,
        delay,
        attempt=attempt.number,
        jitter_percent=jitter_percent(retry, attempt.number),
    )
    return planned
