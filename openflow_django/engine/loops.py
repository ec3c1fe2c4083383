"""forloopflow and whileloopflow (OpenFlow semantics sections 4 and 7)."""

from functools import partial

from openflow_django.engine.commands import Decide, Decision, Ending, Fork, Steps
from openflow_django.engine.errors import ITERATIONS
from openflow_django.engine.evaluation import ExpressionFailed
from openflow_django.engine.joining import joined
from openflow_django.engine.machine import Attempt, Machine
from openflow_django.engine.outcome import Outcome, failed
from openflow_django.engine.records import Kind
from openflow_django.engine.scope import Scope
from openflow_django.spec.document import ForLoop, WhileLoop
from openflow_django.spec.json import Json

__all__ = ["iteration_input", "run_for", "run_while"]


def iteration_input(flow_input: Json, value: Json, index: int) -> Json:
    """The input of one iteration: that of the enclosing flow with ``iter``; an outer loop's moves to
    ``iter_parent``."""
    moved: dict[str, Json] = {}
    for key, entry in (flow_input if isinstance(flow_input, dict) else {}).items():
        moved[f"{key}_parent" if _is_iter(key) else key] = entry
    moved["iter"] = {"value": value, "index": index}
    return moved


def _is_iter(key: str) -> bool:
    return key == "iter" or (key.startswith("iter_parent") and key.replace("_parent", "") == "iter")


def run_for(machine: Machine, attempt: Attempt, loop: ForLoop) -> Steps:
    """The body once per element of the iterator's list. The iterator is evaluated once."""
    scope = attempt.scope
    items: Decision = yield Decide(
        attempt.path,
        Kind.ITEMS,
        attempt.module.id,
        lambda ports: _list(ports.expressions.transform(loop.iterator, scope.names())),
        attempt=attempt.number,
    )
    if items.failure is not None:
        return items.failure
    elements = items.value if isinstance(items.value, list) and loop.modules else []
    if loop.parallel:
        outcome = yield from _run_parallel(machine, attempt, loop, elements)
    else:
        outcome = yield from _run_sequential(machine, attempt, loop, elements)
    yield attempt.note(outcome)
    return outcome


def _list(value: Json) -> Json:
    if not isinstance(value, list):
        raise ExpressionFailed(f"the iterator must give a list, not {_kind_of(value)}")
    return value


def _kind_of(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case _:
            return "an object"


def _run_sequential(machine: Machine, attempt: Attempt, loop: ForLoop, elements: list[Json]) -> Steps:
    values: list[Json] = []
    for index, element in enumerate(elements):
        body = attempt.scope.inner(iteration_input(attempt.scope.flow_input, element, index))
        ended = yield from _iterate(machine, attempt, loop, body=body, values=values)
        if ended is not None:
            return ended
    return Outcome(values)


def run_while(machine: Machine, attempt: Attempt, loop: WhileLoop) -> Steps:
    """The body again and again until something stops it. A loop that reaches the cap of the run fails."""
    outcome = yield from _run_while(machine, attempt, loop)
    yield attempt.note(outcome)
    return outcome


def _run_while(machine: Machine, attempt: Attempt, loop: WhileLoop) -> Steps:
    values: list[Json] = []
    if not loop.modules:
        return Outcome(values)
    limit = attempt.scope.flow.run.max_iterations
    for index in range(limit):
        body = attempt.scope.inner(iteration_input(attempt.scope.flow_input, index, index))
        ended = yield from _iterate(machine, attempt, loop, body=body, values=values)
        if ended is not None:
            return ended
    message = f"the loop did not stop within {limit} iterations (setting MAX_LOOP_ITERATIONS)"
    return failed(ITERATIONS, message, step_id=attempt.module.id)


def _iterate(
    machine: Machine, attempt: Attempt, loop: ForLoop | WhileLoop, *, body: Scope, values: list[Json]
) -> Ending:
    """One iteration of a sequential loop. Returns the loop's outcome where it ends here."""
    index = len(values)
    result = yield from machine.level(loop.modules, body, f"{attempt.prefix}{index}/")
    values.append(result.value)
    if not result.ok and not loop.skip_failures:
        return Outcome(values, ok=False, handled=result.handled)
    if result.stop is not None:
        return Outcome(values)
    condition = attempt.module.stop_after_if
    if condition is None or not result.ok:
        return None
    names = attempt.scope.names(previous_result=result.value, all_iters=values)
    stop: Decision = yield Decide(
        f"{attempt.prefix}{index}",
        Kind.STOP,
        attempt.module.id,
        lambda ports: ports.expressions.condition(condition.expr, names),
    )
    if stop.failure is not None:
        return Outcome({"error": stop.failure.message}, ok=False, unrecoverable=True)
    return Outcome(values) if stop.value else None


def _parallelism(value: Json) -> Json:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ExpressionFailed(f"parallelism must be a whole number above zero, not {value!r}")
    return value


def _run_parallel(machine: Machine, attempt: Attempt, loop: ForLoop, elements: list[Json]) -> Steps:
    scope, transform = attempt.scope, loop.parallelism
    limit: int | None = None
    if transform is not None:
        decision: Decision = yield Decide(
            attempt.path,
            Kind.PARALLELISM,
            attempt.module.id,
            lambda ports: _parallelism(ports.expressions.transform(transform, scope.names())),
            attempt=attempt.number,
        )
        if decision.failure is not None:
            return decision.failure
        limit = decision.value if isinstance(decision.value, int) else None
    branches = [
        partial(
            machine.level,
            loop.modules,
            scope.apart(iteration_input(scope.flow_input, element, index)),
            f"{attempt.prefix}{index}/",
        )
        for index, element in enumerate(elements)
    ]
    outcomes: list[Outcome] = yield Fork(attempt.path, attempt.module.id, branches, parallelism=limit)
    return joined(outcomes, [loop.skip_failures] * len(outcomes))
