"""Results kept for reuse: ``cache_ttl`` of a step or a flow (OpenFlow semantics section 5)."""

from dataclasses import dataclass
from typing import Protocol

from openflow_django.spec.document import Flow, Module, PathScript, RawScript
from openflow_django.spec.dump import dump
from openflow_django.spec.json import Json, JsonObject, digest

__all__ = ["Hit", "NoCache", "ResultCache", "flow_key", "step_key"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A stored result; its value may be null."""

    value: Json


class ResultCache(Protocol):
    """Keeps results of successful steps and flows."""

    def get(self, key: str) -> Hit | None:
        """The stored result, None where there is none or its time is over."""
        ...

    def put(self, key: str, value: Json, *, ttl_s: int) -> None:
        """Keep a result for ``ttl_s`` seconds."""
        ...


class NoCache:
    """Keeps nothing."""

    def get(self, key: str) -> Hit | None:
        return None

    def put(self, key: str, value: Json, *, ttl_s: int) -> None:
        return None


def step_key(module: Module, args: JsonObject) -> str:
    """The key of a step's result: what it runs and with which arguments, the same in whatever flow it
    stands."""
    match module.value:
        case RawScript(language=language, content=content, path=path):
            runs: Json = {"language": language, "content": content, "path": path}
        case PathScript(path=path, hash=version):
            runs = {"path": path, "hash": version}
        case value:
            runs = {"type": value.type}
    return f"openflow:step:{digest({'runs': runs, 'args': args})}"


def flow_key(flow: Flow, flow_input: Json) -> str:
    """The key of a whole flow's result: its steps and settings, and its input."""
    return f"openflow:flow:{digest({'value': dump(flow)['value'], 'input': flow_input})}"
