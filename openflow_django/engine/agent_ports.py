"""What an aiagent step asks of a language model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from openflow_django.exceptions import OpenFlowError
from openflow_django.spec.json import Json, JsonObject

__all__ = ["AgentProvider", "AgentReply", "AgentRequest", "NoProvider", "ToolCall", "ToolSpec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool the model may call. ``parameters`` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """The model wants a tool to be run. ``id`` comes back with the tool's result."""

    id: str
    name: str
    arguments: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRequest:
    """One question to the model.

    ``kind`` and ``model`` are those of the step's provider, ``resource`` its credentials. ``messages`` are
    objects with
    ``role`` (system, user, assistant, tool) and ``content``; an assistant's may have ``tool_calls``, a
    tool's has
    ``tool_call_id``. ``inputs`` are all inputs of the step: temperature, output_schema, user_images and the
    rest.
    """

    kind: str
    model: str
    resource: Json
    messages: Sequence[JsonObject]
    tools: Sequence[ToolSpec]
    inputs: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReply:
    """What the model answers: tools to run first, or, without any, its final ``content``."""

    content: Json = None
    tool_calls: Sequence[ToolCall] = field(default_factory=tuple[ToolCall, ...])


class AgentProvider(Protocol):
    """Talks to one kind of model."""

    def complete(self, request: AgentRequest) -> AgentReply:
        """The model's reply. Raises OpenFlowError when it cannot be had: the step fails and may be
        retried."""
        ...


class NoProvider:
    """Knows no model."""

    def complete(self, request: AgentRequest) -> AgentReply:
        raise OpenFlowError(f"no AI provider is registered for {request.kind!r}", code="ai_provider_missing")
