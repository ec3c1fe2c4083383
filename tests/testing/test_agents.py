"""aiagent steps: the conversation with a registered provider, and the tools it has run."""

from typing import Any

from openflow_django.agents import AgentReply, ScriptedProvider, ToolCall, providers
from openflow_django.testing import FlowRun, run_flow


def agent(*tools: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    given = {
        "provider": {"kind": "scripted", "model": "m", "resource": None},
        "user_message": "hello",
        **inputs,
    }
    transforms = {name: {"type": "static", "value": value} for name, value in given.items()}
    return {"id": "agent", "value": {"type": "aiagent", "input_transforms": transforms, "tools": list(tools)}}


def tool(step_id: str, expression: str, **inputs: Any) -> dict[str, Any]:
    code = f"export function main({', '.join(inputs)}) {{ return {expression}; }}"
    value = {"type": "rawscript", "language": "bun", "content": code, "input_transforms": inputs}
    return {"id": step_id, "value": {"tool_type": "flowmodule", **value}, "summary": f"Does {step_id}"}


def run(module: dict[str, Any], *replies: AgentReply) -> tuple[FlowRun, ScriptedProvider]:
    provider = ScriptedProvider(replies)
    with providers.temporarily("scripted", provider):
        return run_flow({"summary": "", "value": {"modules": [module]}}, {}), provider


def call(name: str, **arguments: Any) -> AgentReply:
    return AgentReply(tool_calls=[ToolCall(id="c1", name=name, arguments=arguments)])


def test_an_answer_is_the_output():
    ended, provider = run(agent(system_prompt="be kind"), AgentReply(content="hi"))
    result: Any = ended.result
    assert result["output"] == "hi"
    assert [message["role"] for message in result["messages"]] == ["system", "user", "assistant"]
    assert provider.requests[0].model == "m"


def test_a_tool_runs_with_what_the_model_fills_in():
    adder = tool("add", "a + b", a={"type": "ai"}, b={"type": "static", "value": 1})
    ended, provider = run(agent(adder), call("add", a=41), AgentReply(content="42"))
    assert ended.result["output"] == "42"
    assert ended.result["messages"][-2] == {"role": "tool", "tool_call_id": "c1", "content": "42"}
    assert [record.result for record in ended.steps["add"]] == [42]
    (spec,) = provider.requests[0].tools
    assert (spec.name, spec.description, spec.parameters["required"]) == ("add", "Does add", ["a"])


def test_a_failing_tool_is_told_to_the_model():
    broken = tool("bad", "missing.thing")
    ended, _ = run(agent(broken), call("bad"), AgentReply(content="sorry"))
    assert ended.status == "success"
    assert "error" in ended.result["messages"][-2]["content"]


def test_an_unknown_tool_is_told_to_the_model():
    ended, _ = run(agent(), call("nothing"), AgentReply(content="oh"))
    assert "no tool" in ended.result["messages"][-2]["content"]


def test_a_model_that_never_answers_is_stopped():
    ended, _ = run(agent(tool("t", "1")), *[call("t")] * 30)
    assert ended.status == "failure"
    assert "25 times" in ended.error["message"]


def test_without_a_provider_the_step_fails_with_its_kind():
    ended = run_flow({"summary": "", "value": {"modules": [agent()]}}, {})
    assert ended.status == "failure"
    assert "scripted" in ended.error["message"]
