"""The recorded steps of a run in reading order: a container before what it contains, iterations one after
the other.

Rows arrive in the order of recording, in which a loop comes after its body, because it ended last. Their
paths (``loop/3/b``) say what lies in what; a part that is neither a step nor recorded yet is shown all
the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from openflow_django.admin.payloads import LogLine, Payload
from openflow_django.engine.records import Kind

__all__ = ["MAX_DEPTH", "Attempt", "StepLine", "arrange"]

_LAST = 10**9
MAX_DEPTH = 8
"""Deepest indentation; what lies deeper is shown at this depth."""

WORK_KINDS = frozenset((Kind.STEP, Kind.CONTAINER, Kind.MOCK))
"""Kinds of records that stand for the work of a step. The others note a decision made on its way."""

_DECISIONS: Mapping[str, Any] = {
    Kind.SKIP: gettext_lazy("skip"),
    Kind.ITEMS: gettext_lazy("items"),
    Kind.BRANCH: gettext_lazy("branch taken"),
    Kind.STOP: gettext_lazy("stop early"),
    Kind.STOP_ALL: gettext_lazy("stop after all iterations"),
    Kind.RETRY: gettext_lazy("try again"),
    Kind.PARALLELISM: gettext_lazy("at a time"),
    Kind.CALL: gettext_lazy("flow called"),
    Kind.GROUPS: gettext_lazy("groups asked"),
    Kind.TIMEOUT: gettext_lazy("time limit"),
    Kind.DELAY: gettext_lazy("time to wait"),
    Kind.SLEEP: gettext_lazy("waited"),
    Kind.BACKOFF: gettext_lazy("waited before the next attempt"),
    Kind.WAIT: gettext_lazy("waited for people"),
    Kind.HELD: gettext_lazy("held"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One record of a step. ``number`` counts from 1. Payloads are None where there are none, or no right
    to see them.
    """

    number: int
    kind: str
    status: str
    module_id: str
    started_at: datetime | None
    duration_us: int
    planned_delay: float | None
    input: Payload | None = None
    result: Payload | None = None
    error: Payload | None = None
    logs: Payload | None = None
    lines: tuple[LogLine, ...] = ()

    @property
    def ended_at(self) -> datetime | None:
        return self.started_at and self.started_at + timedelta(microseconds=self.duration_us)

    @property
    def label(self) -> str:
        """What a decision was about; the kind itself where nothing more is known."""
        return str(_DECISIONS.get(self.kind, self.kind))


@dataclass(slots=True, kw_only=True)
class StepLine:
    """One line of the list: a step with its attempts, or the heading of one iteration or branch (no
    ``step_id``).
    """

    path: str
    segment: str
    step_id: str = ""
    place: str = ""
    depth: int = 0
    summary: str = ""
    type: str = ""
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    decisions: list[Attempt] = field(default_factory=list[Attempt])
    children: "dict[str, StepLine]" = field(default_factory=dict)

    @property
    def status(self) -> str:
        """Of the last attempt; ``running`` where only parts are recorded yet."""
        if self.attempts:
            return self.attempts[-1].status
        if self.decisions and any(
            decision.kind == "skip" and decision.status == "skipped" for decision in self.decisions
        ):
            return "skipped"
        return "running" if self.children else ""

    @property
    def began(self) -> datetime | None:
        """The start of the first attempt, or of the first part inside."""
        moments = [attempt.started_at for attempt in self.attempts]
        moments += [child.began for child in self.children.values()]
        return min((moment for moment in moments if moment is not None), default=None)

    @property
    def ended(self) -> datetime | None:
        """The end of the last attempt, or of the last part inside."""
        moments = [attempt.ended_at for attempt in self.attempts]
        moments += [child.ended for child in self.children.values()]
        return max((moment for moment in moments if moment is not None), default=None)

    @property
    def duration_us(self) -> int:
        """The time its attempts took; of a container the time from its first part to its end."""
        began, ended = self.began, self.ended
        if self.children and began is not None and ended is not None:
            return round((ended - began).total_seconds() * 1_000_000)
        return sum(attempt.duration_us for attempt in self.attempts)

    @property
    def is_heading(self) -> bool:
        return not self.step_id


def arrange(
    records: Iterable[tuple[str, Attempt]], *, modules: Mapping[str, Mapping[str, Any]]
) -> list[StepLine]:
    """The lines for these ``(path, attempt)`` records, given in the order of recording.

    ``modules`` are the document's steps by id; they give names and types.
    """
    root = StepLine(path="", segment="")
    for path, attempt in records:
        line = _descend(root, path, modules)
        line.step_id, line.place = attempt.module_id, path
        (line.attempts if attempt.kind in WORK_KINDS else line.decisions).append(attempt)
    return list(_flatten(root, depth=0, modules=modules))


def _descend(root: StepLine, path: str, modules: Mapping[str, Mapping[str, Any]]) -> StepLine:
    line = root
    for segment in _segments(path):
        below = f"{line.path}/{segment}" if line.path else segment
        if segment not in line.children:
            line.children[segment] = StepLine(path=below, segment=segment)
        line = line.children[segment]
    return line


def _segments(path: str) -> Iterator[str]:
    """The parts of a path. What a container did at its second attempt (``loop#1/0/b``) lies below a part
    of its own.
    """
    for segment in path.split("/"):
        name, mark, attempt = segment.rpartition("#")
        if mark and name and attempt.isdecimal():
            yield name
            yield f"#{attempt}"
        else:
            yield segment


def _flatten(
    line: StepLine, *, depth: int, modules: Mapping[str, Mapping[str, Any]], container: str = ""
) -> Iterator[StepLine]:
    for child in sorted(line.children.values(), key=_by_number):
        if not child.step_id and child.segment in modules and line.is_heading:
            child.step_id = child.segment
        module = modules.get(child.step_id, {})
        child.depth = min(depth, MAX_DEPTH)
        if child.is_heading:
            child.summary = _heading(child.segment, _value(modules.get(container, {})))
        else:
            child.summary = str(module.get("summary") or "")
            child.type = str(_value(module).get("type") or "")
        yield child
        # What lies below a heading belongs to it by its place: the indentation is the heading's.
        below = depth if child.is_heading else depth + 1
        yield from _flatten(child, depth=below, modules=modules, container=child.step_id or container)


def _by_number(line: StepLine) -> int:
    """Iterations by their number, whichever part recorded them first; everything else as recorded."""
    return int(line.segment) if line.is_heading and line.segment.isdecimal() else _LAST


def _heading(segment: str, container: Mapping[str, Any]) -> str:
    """What one part of a container is called: an iteration, a branch by its summary, the error branch."""
    if segment == "error":
        return gettext("After the error")
    if segment == "default":
        return gettext("Default branch")
    if segment.startswith("#"):
        return gettext("Attempt {number}").format(number=int(segment[1:]) + 1)
    if not segment.isdecimal():
        return segment
    branches = container.get("branches")
    if not isinstance(branches, list):
        return gettext("Iteration {number}").format(number=int(segment) + 1)
    branch = dict(enumerate(branches)).get(int(segment))
    summary = branch.get("summary") if isinstance(branch, Mapping) else None
    return str(summary) if summary else gettext("Branch {number}").format(number=int(segment) + 1)


def _value(module: Mapping[str, Any]) -> Mapping[str, Any]:
    value = module.get("value")
    return value if isinstance(value, Mapping) else {}
