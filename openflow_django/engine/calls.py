"""A step that runs another flow by its path (OpenFlow semantics section 4)."""

from typing import Final

from openflow_django.engine.caching import cached_flow
from openflow_django.engine.commands import Decide, Decision, LoadFlow, Steps
from openflow_django.engine.errors import EXECUTION
from openflow_django.engine.machine import Attempt, Machine
from openflow_django.engine.outcome import UNSET, Outcome, failed
from openflow_django.engine.ports import Ports
from openflow_django.engine.records import Kind
from openflow_django.spec.document import Flow, PathFlow
from openflow_django.spec.json import Json, JsonObject

__all__ = ["WHOLE_INPUT", "run_call"]

WHOLE_INPUT: Final = "$trigger"
"""The argument that, where it is given, is the whole input of the called flow, of whatever type: what
Directus'
operation "trigger flow" hands over. Arguments beside it are not seen."""


def run_call(machine: Machine, attempt: Attempt, value: PathFlow) -> Steps:
    """The latest version of the flow, with the mapped arguments as its whole input. A retry keeps version
    and arguments."""
    context = attempt.scope.flow
    if context.depth >= context.run.max_call_depth:
        message = (
            f"flows call each other more than {context.run.max_call_depth} deep (setting MAX_FLOW_DEPTH)"
        )
        return failed(EXECUTION, message, step_id=attempt.module.id, unrecoverable=True)
    call = attempt.args
    if call is None:

        def prepare(ports: Ports) -> Json:
            reference = ports.flows.latest(value.path)
            given = ports.expressions.transforms(value.input_transforms, attempt.scope.names())
            return {"flow": reference, "input": given.get(WHOLE_INPUT, given)}

        prepared: Decision = yield Decide(
            attempt.path, Kind.CALL, attempt.module.id, prepare, attempt=attempt.number
        )
        if prepared.failure is not None:
            return prepared.failure
        call = _call(prepared.value)
    flow: Flow = yield LoadFlow(call["flow"])
    flow_input = call["input"]
    result = yield from cached_flow(
        lambda: machine.call(flow, flow_input, context, attempt.prefix),
        flow=flow,
        flow_input=flow_input,
        ttl_s=attempt.module.cache_ttl or flow.value.cache_ttl,
        path=f"{attempt.prefix}Input",
        step_id=attempt.module.id,
    )
    outcome = Outcome(result.value, ok=result.ok, rejection=UNSET if result.ok else result.error, args=call)
    yield attempt.note(outcome)
    return outcome


def _call(recorded: Json) -> JsonObject:
    return recorded if isinstance(recorded, dict) else {}
