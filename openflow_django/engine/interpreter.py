"""How a flow advances: one generator that reads like the specification.

It yields commands and is sent their answers; it never sees a clock, a database or a thread. Resuming a run
is starting
the generator again and answering from the recorded history.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from openflow_django.engine.attempts import run_module
from openflow_django.engine.caching import cached_flow
from openflow_django.engine.commands import Decide, Decision, Ending, Sleep, Steps
from openflow_django.engine.errors import EARLY_STOP, EXECUTION
from openflow_django.engine.machine import Machine
from openflow_django.engine.outcome import Outcome, Stop, Unset, failed
from openflow_django.engine.records import Kind
from openflow_django.engine.scope import FlowContext, RunInfo, Scope
from openflow_django.engine.suspension import run_suspension
from openflow_django.spec.document import (
    BranchAll,
    Flow,
    ForLoop,
    Module,
    Static,
    StopAfterIf,
    WhileLoop,
)
from openflow_django.spec.json import Json

__all__ = ["SKIPPED_RESULT", "run_flow"]

SKIPPED_RESULT: Final = "stopped early"
"""The result of a run that ``skip_expr`` ended before its first step."""


def run_flow(flow: Flow, flow_input: Json, run: RunInfo) -> Steps:
    """The whole run of a flow. ``stop.skipped`` of its outcome says that the run counts as skipped."""
    context = FlowContext(
        run,
        modules=flow.value.modules,
        failure_module=flow.value.failure_module,
        flow_env=flow.value.flow_env,
    )
    preprocessor = flow.value.preprocessor_module
    if preprocessor is not None and not isinstance(run.trigger, Unset):
        scope = Scope(context, flow_input)
        prepared = yield from _preprocess(preprocessor, scope, run.trigger)
        if not prepared.ok:
            return (yield from _handled(prepared, scope, "")).settled()
        flow_input = prepared.value
    scope = Scope(context, flow_input)
    return (
        yield from cached_flow(
            lambda: _run_whole(flow, scope, ""),
            flow=flow,
            flow_input=flow_input,
            ttl_s=flow.value.cache_ttl,
            path="Input",
            step_id="Input",
        )
    )


def run_called_flow(flow: Flow, flow_input: Json, caller: FlowContext, prefix: str) -> Steps:
    """A flow that a step calls: its own root, failure module and constants; nothing of its
    caller is visible."""
    context = FlowContext(
        caller.run,
        modules=flow.value.modules,
        prefix=prefix,
        failure_module=flow.value.failure_module,
        flow_env=flow.value.flow_env,
        depth=caller.depth + 1,
    )
    outcome = yield from _run_whole(flow, Scope(context, flow_input), prefix)
    return replace(outcome, stop=None, handled=False)


def run_level(modules: Sequence[Module], scope: Scope, prefix: str) -> Steps:
    """One (sub-)flow: a list of steps and, where one fails for good, the failure module at this level
    (section 6)."""
    outcome = yield from _run_modules(modules, scope, prefix)
    return outcome if outcome.ok else (yield from _handled(outcome, scope, prefix))


def _run_whole(flow: Flow, scope: Scope, prefix: str) -> Steps:
    expression = flow.value.skip_expr
    if expression:
        names = scope.names(results=False, WM_SCHEDULED_FOR=scope.flow.run.scheduled_for)
        skip: Decision = yield Decide(
            f"{prefix}Input", Kind.SKIP, "Input", lambda ports: ports.expressions.condition(expression, names)
        )
        if skip.failure is not None:
            return (yield from _handled(skip.failure, scope, prefix)).settled()
        if skip.value:
            return Outcome(SKIPPED_RESULT, stop=Stop(skipped=True))
    return (yield from run_level(flow.value.modules, scope, prefix)).settled()


def _preprocess(module: Module, scope: Scope, event: Json) -> Steps:
    given = scope.flow_input if isinstance(scope.flow_input, dict) else {}
    outcome = yield from run_module(
        _MACHINE, module, scope, module.id, args={**given, "event": event}, entry="preprocessor"
    )
    if not outcome.ok or isinstance(outcome.value, dict):
        return outcome
    return replace(outcome, value={} if outcome.value is None else {"value": outcome.value})


def _handled(outcome: Outcome, scope: Scope, prefix: str) -> Steps:
    """Run the failure module on a failure, unless one has already run below."""
    handler = scope.flow.failure_module
    if handler is None or outcome.handled:
        return outcome
    scope.go_on_from(outcome.value)
    scope.resumption = None
    result = yield from run_module(_MACHINE, handler, scope, f"{prefix}{handler.id}")
    recovered = result.ok and isinstance(result.value, dict) and result.value.get("recover") is True
    return Outcome(result.value, ok=False, handled=True, recovered=recovered)


def _run_modules(modules: Sequence[Module], scope: Scope, prefix: str) -> Steps:
    for index, module in enumerate(modules):
        path = f"{prefix}{module.id}"
        outcome = yield from run_module(_MACHINE, module, scope, path)
        scope.resumption = None
        scope.finish(module.id, outcome)
        if outcome.ok:
            held = modules[index + 1] if index + 1 < len(modules) else module
            ending = yield from _after_success(module, outcome, scope, path, held)
        else:
            ending = yield from _after_failure(module, outcome, scope, path)
        if ending is None:
            ending = yield from _sleep_after(module, scope, path)
        if ending is not None:
            return ending
    return Outcome(scope.previous)


def _after_success(module: Module, outcome: Outcome, scope: Scope, path: str, held: Module) -> Ending:
    if outcome.stop is not None:
        return Outcome(outcome.value, stop=outcome.stop)
    stopped = yield from _stop_after(module, outcome, scope, path)
    if stopped is not None or module.suspend is None or outcome.skipped:
        return stopped
    return (yield from run_suspension(module, module.suspend, scope, path, held=held))


def _after_failure(module: Module, outcome: Outcome, scope: Scope, path: str) -> Ending:
    """A step failed for good: its error branch runs, or the failure is tolerated, or this level ends."""
    if outcome.unrecoverable or outcome.stop is not None:
        return outcome
    branch = module.error_branch
    if branch is None or not branch.modules:
        return None if module.continue_on_error else outcome
    result = yield from run_level(branch.modules, scope.after_failure(), f"{path}/error/")
    if not result.ok or result.stop is not None:
        return result.outside()
    if branch.then == "stop":
        return Outcome(result.value, stop=Stop())
    scope.go_on_from(result.value)
    return None


def _stop_after(module: Module, outcome: Outcome, scope: Scope, path: str) -> Ending:
    """The stop conditions of a step that has just succeeded (section 7).

    Those of a step with iterations are asked after each of them, by the loop: here only where it was mocked.
    """
    iterates = isinstance(module.value, ForLoop | WhileLoop | BranchAll)
    if not iterates or outcome.mocked:
        stopped = yield from _stop_on(module, outcome, scope, path, kind=Kind.STOP)
        if stopped is not None:
            return stopped
    return (yield from _stop_on(module, outcome, scope, path, kind=Kind.STOP_ALL)) if iterates else None


def _stop_on(module: Module, outcome: Outcome, scope: Scope, path: str, *, kind: Kind) -> Ending:
    condition = module.stop_after_if if kind is Kind.STOP else module.stop_after_all_iters_if
    if condition is None:
        return None
    decision: Decision = yield Decide(
        path, kind, module.id, lambda ports: ports.expressions.condition(condition.expr, scope.names())
    )
    if decision.failure is not None:
        return Outcome({"error": decision.failure.message}, ok=False, unrecoverable=True)
    if not decision.value:
        return None
    if condition.error_message is None:
        return Outcome(outcome.value, stop=Stop(skipped=condition.skip_if_stopped))
    return _early_stop_error(condition, outcome, condition.error_message)


def _early_stop_error(condition: StopAfterIf, outcome: Outcome, message: str) -> Outcome:
    error: dict[str, Json] = {"name": EARLY_STOP, "message": message or f"stop after if: {condition.expr}"}
    if condition.error_include_result:
        error["result"] = outcome.value
    return Outcome({"error": error}, ok=False, stop=Stop(), rejection=error)


def _sleep_after(module: Module, scope: Scope, path: str) -> Ending:
    transform = module.sleep
    if transform is None:
        return None
    value: Json
    if isinstance(transform, Static):
        value = transform.value
    else:
        decision: Decision = yield Decide(
            path,
            Kind.DELAY,
            module.id,
            lambda ports: ports.expressions.transform(transform, scope.names(results=False)),
        )
        if decision.failure is not None:
            return (yield from _unable_to_sleep(module, decision.failure, scope, path))
        value = decision.value
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        message = f"sleep must be a number of seconds, zero or more, not {value!r}"
        failure = failed(EXECUTION, message, step_id=module.id)
        return (yield from _unable_to_sleep(module, failure, scope, path))
    if value > 0:
        yield Sleep(path, Kind.SLEEP, module.id, float(value))
    return None


def _unable_to_sleep(module: Module, failure: Outcome, scope: Scope, path: str) -> Ending:
    """The sleep has no length: a failure of the step it belongs to (section 12, quirk 10)."""
    scope.finish(module.id, failure)
    return (yield from _after_failure(module, failure, scope, path))


_MACHINE: Final = Machine(level=run_level, call=run_called_flow)
