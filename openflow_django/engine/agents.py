"""aiagent: a model that answers, or has its tools run and is told what they gave, until it answers (section
4).

Each reply of the model is a recorded decision and each tool call a step below the agent's path, so an
interrupted
conversation goes on where it was.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from openflow_django.engine.agent_ports import AgentReply, AgentRequest, ToolSpec
from openflow_django.engine.commands import Decide, Decision, Steps
from openflow_django.engine.errors import EXECUTION
from openflow_django.engine.evaluation import ExpressionFailed
from openflow_django.engine.machine import Attempt, Machine
from openflow_django.engine.outcome import Outcome, failed
from openflow_django.engine.ports import Ports
from openflow_django.engine.records import Kind
from openflow_django.spec.document import (
    Ai,
    AiAgent,
    InputTransform,
    Module,
    PathFlow,
    PathScript,
    RawScript,
    Static,
)
from openflow_django.spec.json import Json, JsonObject, canonical

__all__ = ["MAX_TURNS", "run_agent"]

MAX_TURNS: Final = 25
"""How often one agent step may ask its model."""


def run_agent(machine: Machine, attempt: Attempt, agent: AiAgent) -> Steps:
    """The conversation to its end. The result is ``{output, messages}``."""
    inputs: Decision = yield Decide(
        attempt.path,
        Kind.CALL,
        attempt.module.id,
        lambda ports: _inputs(ports, agent.input_transforms, attempt),
        attempt=attempt.number,
    )
    if inputs.failure is not None:
        return inputs.failure
    given = inputs.value if isinstance(inputs.value, dict) else {}
    tools = {tool.id: tool for tool in agent.tools if isinstance(tool, Module)}
    messages = _opening(given)
    for turn in range(MAX_TURNS):
        ask = partial(_ask, request=_request(given, messages, tools))
        reply: Decision = yield Decide(f"{attempt.prefix}{turn}", Kind.REPLY, attempt.module.id, ask)
        if reply.failure is not None:
            return reply.failure
        calls = _calls(reply.value)
        messages.append(_answered(reply.value))
        if not calls:
            outcome = Outcome({"output": _content(reply.value), "messages": list[Json](messages)})
            yield attempt.note(outcome)
            return outcome
        for number, call in enumerate(calls):
            result = yield from _run_tool(machine, attempt, tools, call, f"{attempt.prefix}{turn}/{number}/")
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": canonical(result.value)})
    message = f"the model called tools {MAX_TURNS} times without an answer"
    return failed(EXECUTION, message, step_id=attempt.module.id)


def _inputs(ports: Ports, transforms: Mapping[str, InputTransform], attempt: Attempt) -> Json:
    inputs = ports.expressions.transforms(transforms, attempt.scope.names())
    if not isinstance(inputs.get("provider"), dict):
        raise ExpressionFailed("the input provider must be an object {kind, model, resource}")
    return inputs


def _opening(given: JsonObject) -> list[JsonObject]:
    messages: list[JsonObject] = []
    if given.get("system_prompt"):
        messages.append({"role": "system", "content": given["system_prompt"]})
    return [*messages, {"role": "user", "content": given.get("user_message")}]


def _request(given: JsonObject, messages: list[JsonObject], tools: Mapping[str, Module]) -> AgentRequest:
    provider = given.get("provider")
    named = provider if isinstance(provider, dict) else {}
    return AgentRequest(
        kind=str(named.get("kind", "")),
        model=str(named.get("model", "")),
        resource=named.get("resource"),
        messages=tuple(messages),
        tools=tuple(_tool_spec(tool) for tool in tools.values()),
        inputs=given,
    )


def _tool_spec(tool: Module) -> ToolSpec:
    names = [name for name, transform in _transforms(tool).items() if _asks_model(transform)]
    parameters: JsonObject = {
        "type": "object",
        "properties": {name: {} for name in names},
        "required": [*names],
    }
    return ToolSpec(name=tool.id, description=tool.summary or tool.id, parameters=parameters)


def _asks_model(transform: InputTransform) -> bool:
    """Inputs that the model fills: those marked so, and static nulls of older documents."""
    return isinstance(transform, Ai) or transform == Static(None)


def _transforms(tool: Module) -> Mapping[str, InputTransform]:
    match tool.value:
        case RawScript() | PathScript() | PathFlow() as value:
            return value.input_transforms
        case _:
            return {}


def _ask(ports: Ports, *, request: AgentRequest) -> Json:
    return _recorded(ports.agents.complete(request))


def _recorded(reply: AgentReply) -> Json:
    calls: list[Json] = [
        {"id": call.id, "name": call.name, "arguments": call.arguments} for call in reply.tool_calls
    ]
    return {"content": reply.content, "tool_calls": calls}


def _calls(reply: Json) -> list[JsonObject]:
    listed = reply.get("tool_calls") if isinstance(reply, dict) else None
    return [call for call in listed if isinstance(call, dict)] if isinstance(listed, list) else []


def _content(reply: Json) -> Json:
    return reply.get("content") if isinstance(reply, dict) else None


def _answered(reply: Json) -> JsonObject:
    message: JsonObject = {"role": "assistant", "content": _content(reply)}
    calls = _calls(reply)
    return {**message, "tool_calls": list[Json](calls)} if calls else message


def _run_tool(
    machine: Machine, attempt: Attempt, tools: Mapping[str, Module], call: JsonObject, prefix: str
) -> Steps:
    """One tool with the model's arguments. What goes wrong is told to the model, not to the flow."""
    tool = tools.get(str(call.get("name")))
    arguments = call.get("arguments")
    if tool is None:
        return failed(EXECUTION, f"there is no tool {call.get('name')!r}")
    filled = _filled(tool, arguments if isinstance(arguments, dict) else {})
    return (yield from machine.level([filled], attempt.scope.apart(attempt.scope.flow_input), prefix))


def _filled(tool: Module, arguments: JsonObject) -> Module:
    match tool.value:
        case RawScript() | PathScript() | PathFlow() as value:
            transforms = {
                name: Static(arguments.get(name)) if _asks_model(transform) else transform
                for name, transform in value.input_transforms.items()
            }
            return replace(tool, value=replace(value, input_transforms=transforms))
        case _:
            return tool
