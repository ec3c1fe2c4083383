"""One thing that happened in a run: the checkpoint, the log line and what the run page shows are the same
record."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from openflow_django.spec.json import Json
from openflow_django.values import value_class

__all__ = ["Kind", "LogEntry", "Record", "RecordKey", "RecordStatus"]

RecordStatus = Literal["success", "failure", "skipped"]
RecordKey = tuple[str, str, int]
"""Path, kind, attempt: unique within a run."""


class Kind(StrEnum):
    """What a record is about. Together with path and attempt it names the record."""

    STEP = "step"
    CONTAINER = "container"
    MOCK = "mock"
    SKIP = "skip"
    ITEMS = "items"
    BRANCH = "branch"
    STOP = "stop"
    STOP_ALL = "stop_all"
    RETRY = "retry"
    PARALLELISM = "parallelism"
    CALL = "call"
    REPLY = "reply"
    GROUPS = "groups"
    TIMEOUT = "timeout"
    DELAY = "delay"
    SLEEP = "sleep"
    BACKOFF = "backoff"
    WAIT = "wait"
    HELD = "held"
    CACHED = "cached"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line a step wrote. ``level``: debug, info, warning or error."""

    level: str
    message: str
    at: datetime


@value_class(kw_only=True)
class Record:
    """``result`` of a failed step is its bare rejection value, None where that is ``error`` itself; of a
    sleep, its due time.

    ``planned_delay`` is in seconds: the wait before this attempt. ``duration_us`` is in microseconds.
    """

    path: str
    kind: Kind
    attempt: int
    step_id: str
    status: RecordStatus
    input: Json = None
    result: Json = None
    error: Json = None
    logs: tuple[LogEntry, ...] = ()
    planned_delay: float | None = None
    started_at: datetime
    duration_us: int = 0

    @property
    def key(self) -> RecordKey:
        return (self.path, self.kind, self.attempt)
