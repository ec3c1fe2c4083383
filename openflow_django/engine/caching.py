"""Results of whole flows kept for reuse: ``cache_ttl`` of a flow, or of a step that calls one (OpenFlow
semantics
section 5)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from openflow_django.engine.commands import Decide, Decision, Steps
from openflow_django.engine.outcome import Outcome
from openflow_django.engine.records import Kind
from openflow_django.spec.document import Flow
from openflow_django.spec.dump import dump
from openflow_django.spec.json import Json, digest

if TYPE_CHECKING:
    from openflow_django.engine.ports import Ports

__all__ = ["Hit", "NoCache", "ResultCache", "cached_flow"]


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


def cached_flow(
    run: Callable[[], Steps], *, flow: Flow, flow_input: Json, ttl_s: int | None, path: str, step_id: str
) -> Steps:
    """The stored result of the flow for that input, or else what ``run`` comes to, stored where it succeeds.

    A run that ended as skipped is not stored: its label would be lost.
    """
    if not ttl_s:
        return (yield from run())
    key = f"openflow:flow:{digest({'value': dump(flow)['value'], 'input': flow_input})}"

    def find(ports: "Ports") -> Json:
        hit = ports.cache.get(key)
        return None if hit is None else [hit.value]

    found: Decision = yield Decide(path, Kind.CACHED, step_id, find)
    if isinstance(found.value, list):
        return Outcome(found.value[0])
    outcome = yield from run()
    if outcome.ok and (outcome.stop is None or not outcome.stop.skipped):
        yield Decide(path, Kind.KEPT, step_id, lambda ports: ports.cache.put(key, outcome.value, ttl_s=ttl_s))
    return outcome
