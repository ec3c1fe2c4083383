"""Waiting for people after a step (OpenFlow semantics section 8)."""

from dataclasses import replace
from typing import Final

from openflow_django.engine.commands import Decide, Decision, Ending, Note, Resumption, WaitForEvents
from openflow_django.engine.errors import DISAPPROVED, TIMED_OUT
from openflow_django.engine.evaluation import ExpressionFailed
from openflow_django.engine.outcome import Outcome, failed
from openflow_django.engine.ports import Ports
from openflow_django.engine.records import Kind
from openflow_django.engine.scope import Scope
from openflow_django.spec.document import InputTransform, Module, Suspend
from openflow_django.spec.json import Json

__all__ = ["DEFAULT_TIMEOUT_S", "run_suspension"]

DEFAULT_TIMEOUT_S: Final = 1800.0
"""How long a step waits when its document does not say, in seconds."""


def run_suspension(module: Module, suspend: Suspend, scope: Scope, path: str, *, held: Module) -> Ending:
    """Hold back the step ``held`` until the events are there. A refusal is recorded against it and ends the
    level."""
    if not suspend.required_events:
        return None
    groups: list[str] = []
    decision: Decision
    if suspend.user_groups_required is not None:
        transform = suspend.user_groups_required
        decision = yield Decide(path, Kind.GROUPS, module.id, lambda ports: _groups(ports, transform, scope))
        if decision.failure is not None:
            return decision.failure
        groups = [str(name) for name in decision.value] if isinstance(decision.value, list) else []
    timeout_s = suspend.timeout if isinstance(suspend.timeout, int | float) else DEFAULT_TIMEOUT_S
    if suspend.timeout is not None and not isinstance(suspend.timeout, int | float):
        limit = suspend.timeout
        decision = yield Decide(path, Kind.TIMEOUT, module.id, lambda ports: _timeout(ports, limit, scope))
        if decision.failure is not None:
            return decision.failure
        timeout_s = decision.value if isinstance(decision.value, int | float) else DEFAULT_TIMEOUT_S
    resumption: Resumption = yield WaitForEvents(
        path, module.id, suspend, float(timeout_s), groups=tuple(groups)
    )
    if resumption.kind == "resumed":
        scope.resumption = resumption
        return None
    refusal = _refusal(resumption)
    if suspend.continue_on_disapprove_timeout:
        scope.resumption = replace(resumption, payloads=(*resumption.payloads, refusal.value))
        return None
    if held is not module:
        held_path = f"{path.removesuffix(module.id)}{held.id}"
        yield Note(held_path, Kind.HELD, held.id, "failure", error=refusal.error)
    return refusal


def _groups(ports: Ports, transform: InputTransform, scope: Scope) -> Json:
    groups = ports.expressions.transform(transform, scope.names(results=False))
    if not isinstance(groups, list):
        raise ExpressionFailed("user_groups_required must give a list of group names")
    return groups


def _timeout(ports: Ports, transform: InputTransform, scope: Scope) -> Json:
    seconds = ports.expressions.transform(transform, scope.names())
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise ExpressionFailed(f"the time limit of an approval must be a number of seconds, not {seconds!r}")
    return seconds


def _refusal(resumption: Resumption) -> Outcome:
    if resumption.kind == "timed_out":
        return failed(TIMED_OUT, "Timed out waiting to be resumed", unrecoverable=True)
    reason = f": {resumption.reason}" if resumption.reason else ""
    return failed(DISAPPROVED, f"Disapproved by {resumption.who}{reason}", unrecoverable=True)
