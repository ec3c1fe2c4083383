"""The in-memory answering side: journal, virtual clock, scripted events, cache."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from openflow_django.engine.caching import Hit
from openflow_django.engine.commands import Pending, Resumption, WaitForEvents
from openflow_django.engine.records import Record, RecordKey
from openflow_django.exceptions import OpenFlowError
from openflow_django.spec.json import Json

__all__ = ["MemoryCache", "MemoryJournal", "ScriptedEvents", "VirtualClock"]


class MemoryJournal:
    """Keeps records in a dict that is also the history of the next drive."""

    def __init__(self) -> None:
        self.records: dict[RecordKey, Record] = {}

    def record(self, record: Record) -> None:
        self.records[record.key] = record

    def flush(self) -> None:
        return None

    def hold(self, seconds: float) -> None:
        return None


class VirtualClock:
    """Starts now and moves only when somebody waits. Durations are real."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)

    def now(self) -> datetime:
        return self._now

    def wait_until(self, due: datetime, *, alone: bool) -> bool:
        if alone:
            self.advance_to(due)
        return alone

    def advance_to(self, due: datetime) -> None:
        """Let the time pass until ``due``."""
        self._now = max(self._now, due)

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        self._now += timedelta(seconds=seconds)

    def monotonic_us(self) -> int:
        return time.perf_counter_ns() // 1000


class ScriptedEvents:
    """Answers waits from a list of events, one after another."""

    def __init__(self, events: Sequence[Mapping[str, Any]], clock: VirtualClock) -> None:
        self._events = list(events)
        self._clock = clock
        self._received: dict[str, list[tuple[Json, str]]] = {}

    def poll(self, command: WaitForEvents) -> Resumption | Pending:
        received = self._received.setdefault(command.path, [])
        while self._events:
            event = self._events.pop(0)
            payload, who = event.get("payload"), str(event.get("approver") or "anonymous")
            match event.get("type"):
                case "resume":
                    received.append((payload, who))
                    if len(received) >= command.suspend.required_events:
                        return _ended("resumed", received)
                case "cancel":
                    received.append((payload, who))
                    return _ended("disapproved", received, who=who, reason=_reason(payload))
                case "timeout":
                    self._clock.advance(command.timeout_s)
                    return _ended("timed_out", received)
                case kind:
                    raise OpenFlowError(f"an event is of type resume, cancel or timeout, not {kind!r}")
        return Pending()


def _ended(
    kind: Any, received: list[tuple[Json, str]], *, who: str = "anonymous", reason: str = ""
) -> Resumption:
    payloads = tuple(payload for payload, _ in received)
    return Resumption(kind, payloads, tuple(name for _, name in received), who, reason)


def _reason(payload: Json) -> str:
    match payload:
        case str():
            return payload
        case {"reason": str(reason)}:
            return reason
        case _:
            return ""


class MemoryCache:
    """Results by key until their time on the run's clock is over. ``kept`` may be shared by several runs."""

    def __init__(self, kept: dict[str, tuple[datetime, Json]], clock: VirtualClock) -> None:
        self._kept, self._clock = kept, clock

    def get(self, key: str) -> Hit | None:
        found = self._kept.get(key)
        return Hit(found[1]) if found is not None and found[0] > self._clock.now() else None

    def put(self, key: str, value: Json, *, ttl_s: int) -> None:
        self._kept[key] = (self._clock.now() + timedelta(seconds=ttl_s), value)
