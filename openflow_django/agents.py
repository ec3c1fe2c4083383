"""Language models for aiagent steps: the site registers a provider per kind; none comes with this package.

::

    # yourapp/openflow.py
    from openflow_django.agents import AgentReply, providers

    @providers.register("openai")
    class OpenAI:
        def complete(self, request): ...

A class is made once for each request; an object is used as it is.
"""

from collections.abc import Sequence

from openflow_django.engine.agent_ports import AgentProvider, AgentReply, AgentRequest, ToolCall, ToolSpec
from openflow_django.exceptions import OpenFlowError
from openflow_django.registry import NotRegistered, Registry

__all__ = [
    "AgentProvider",
    "AgentReply",
    "AgentRequest",
    "ProviderMissing",
    "RegisteredProviders",
    "ScriptedProvider",
    "ToolCall",
    "ToolSpec",
    "providers",
]

providers: Registry[AgentProvider | type[AgentProvider]] = Registry("AI provider")
"""Providers by the ``kind`` that documents name, such as ``openai``."""


class ProviderMissing(OpenFlowError):
    """The document names a kind of provider that the site has not registered."""

    code = "ai_provider_missing"


class RegisteredProviders:
    """Port :class:`~openflow_django.engine.agent_ports.AgentProvider` over the registry."""

    def complete(self, request: AgentRequest) -> AgentReply:
        try:
            found = providers.get(request.kind)
        except NotRegistered as error:
            raise ProviderMissing(
                f"no AI provider is registered for {request.kind!r}", hint=error.hint
            ) from error
        provider = found() if isinstance(found, type) else found
        return provider.complete(request)


class ScriptedProvider:
    """Gives prepared replies, one after another, and keeps what it was asked: for tests."""

    def __init__(self, replies: Sequence[AgentReply]) -> None:
        self._replies = list(replies)
        self.requests: list[AgentRequest] = []

    def complete(self, request: AgentRequest) -> AgentReply:
        """The next reply. Raises OpenFlowError when there is none left."""
        self.requests.append(request)
        if not self._replies:
            raise OpenFlowError("the scripted provider has no reply left")
        return self._replies.pop(0)
