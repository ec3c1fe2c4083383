"""branchone and branchall (OpenFlow semantics sections 4 and 7)."""

from collections.abc import Sequence
from functools import partial

from openflow_django.engine.commands import Decide, Decision, Fork, Steps
from openflow_django.engine.joining import joined
from openflow_django.engine.machine import Attempt, Machine
from openflow_django.engine.outcome import Outcome
from openflow_django.engine.ports import Ports
from openflow_django.engine.records import Kind
from openflow_django.spec.document import Branch, BranchAll, BranchOne
from openflow_django.spec.json import Json

__all__ = ["run_branch_all", "run_branch_one"]

DEFAULT = "default"


def run_branch_one(machine: Machine, attempt: Attempt, value: BranchOne) -> Steps:
    """The first branch whose predicate holds, else the default. An empty choice passes the previous result
    on."""
    names = attempt.scope.names()

    def choose(ports: Ports) -> Json:
        for index, branch in enumerate(value.branches):
            if ports.expressions.condition(branch.expr or "false", names):
                return index
        return DEFAULT

    chosen: Decision = yield Decide(
        attempt.path, Kind.BRANCH, attempt.module.id, choose, attempt=attempt.number
    )
    if chosen.failure is not None:
        return chosen.failure
    modules = value.branches[chosen.value].modules if isinstance(chosen.value, int) else value.default
    if not modules:
        return Outcome(attempt.scope.previous)
    scope = attempt.scope.inner(attempt.scope.flow_input)
    outcome = yield from machine.level(modules, scope, f"{attempt.prefix}{chosen.value}/")
    yield attempt.note(outcome)
    return outcome.outside()


def run_branch_all(machine: Machine, attempt: Attempt, value: BranchAll) -> Steps:
    """Every branch; the result is the list of theirs, in order."""
    if value.parallel:
        outcome = yield from _run_parallel(machine, attempt, value.branches)
    else:
        outcome = yield from _run_sequential(machine, attempt, value.branches)
    yield attempt.note(outcome)
    return outcome


def _run_sequential(machine: Machine, attempt: Attempt, branches: Sequence[Branch]) -> Steps:
    values: list[Json] = []
    for index, branch in enumerate(branches):
        scope = attempt.scope.inner(attempt.scope.flow_input)
        result = yield from machine.level(branch.modules, scope, f"{attempt.prefix}{index}/")
        values.append(result.value)
        if not result.ok and not branch.skip_failure:
            return Outcome(values, ok=False, handled=result.handled, stop=result.stop)
        if result.stop is not None:
            return Outcome(values, stop=result.stop)
    return Outcome(values)


def _run_parallel(machine: Machine, attempt: Attempt, branches: Sequence[Branch]) -> Steps:
    scopes = [attempt.scope.apart(attempt.scope.flow_input) for _ in branches]
    starts = [
        partial(machine.level, branch.modules, scope, f"{attempt.prefix}{index}/")
        for index, (branch, scope) in enumerate(zip(branches, scopes, strict=True))
    ]
    outcomes: list[Outcome] = yield Fork(attempt.path, attempt.module.id, starts)
    for scope in scopes:
        attempt.scope.take_in(scope)
    return joined(outcomes, [branch.skip_failure for branch in branches])
