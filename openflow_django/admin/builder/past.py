"""What an earlier run recorded, as the editor looks at it: redacted, and read one value at a time."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from django.db.models import F, Max, Q, QuerySet, TextField
from django.db.models.functions import Cast, Length, Substr

from openflow_django import permissions
from openflow_django.admin.builder.places import ITERATION
from openflow_django.admin.builder.run_tree import locate, tree_of
from openflow_django.admin.builder.start_of_json import loads_start
from openflow_django.admin.run_steps import WORK_KINDS
from openflow_django.engine.records import Kind
from openflow_django.models import Flow, Run, RunData, RunKind, StepRun
from openflow_django.spec.json import Json

__all__ = ["MAX_TEXT", "PastRun", "Recorded", "chosen_run", "family", "latest_runs", "recorded_steps"]

Origin = Literal["test", "run"]

NEWEST = 100
TESTS = 5
MAX_TEXT = 32_768
"""Characters of a stored value that are read to learn its shape."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What no text of a database holds: documents that are being edited may."""
_ITER = re.compile(r"iter(_parent)*")


def family(run: Run) -> QuerySet[Run]:
    """The run and the parts into which a worker split it."""
    return Run.objects.filter(Q(pk=run.pk) | Q(parent_id=run.pk, kind=RunKind.PART))


def recorded_steps(run: Run) -> QuerySet[StepRun]:
    """The rows of the run and of its parts."""
    return StepRun.objects.filter(run_id__in=family(run).values("pk"))


def chosen_run(user: permissions.User, flow: Flow, key: Json) -> Run | None:
    """The run of the flow with this key; None where there is none that the user may see with its values."""
    if isinstance(key, bool) or not isinstance(key, int):
        return None
    run = Run.objects.filter(pk=key, flow=flow).first()
    return run if run is not None and permissions.can_view_payload(user, run) else None


def latest_runs(user: permissions.User, flow: Flow) -> list[Run]:
    """Where values come from when nobody chose a run: the person's last tests, which may be of single steps,
    then the last run that is no test.

    Only the newest runs are looked at.
    """
    newest = list(Run.objects.filter(flow=flow, root=None).order_by("-created_at")[:NEWEST])
    own = [run for run in newest if run.kind == RunKind.TEST and run.started_by_id == user.pk]
    real = [run for run in newest if run.kind != RunKind.TEST]
    return [run for run in (*own[:TESTS], *real[:1]) if permissions.can_view_payload(user, run)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A row that holds the outcome of a step. ``size``: characters of the result as stored."""

    row: int
    path: str
    kind: str
    status: str
    size: int


class PastRun:
    """One earlier run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.origin: Origin = "test" if run.kind == RunKind.TEST else "run"

    def given(self, column: str) -> Json:
        """A value of the run as a whole: ``input``, ``trigger``, ``accountability``, ``env``."""
        return RunData.objects.filter(run_id=self.run.pk).values_list(column, flat=True).first()

    @cached_property
    def input(self) -> Json:
        """What the steps saw as the input of the flow: what the preprocessor made of it, where it ran.

        A test of one step was given the iterations around it as well; they are left out.
        """
        rows = recorded_steps(self.run).filter(path="preprocessor", kind=Kind.STEP, status="success")
        prepared = rows.order_by("-seq").values_list("result", flat=True).first()
        found = self.given("input") if prepared is None else prepared
        if not isinstance(found, dict):
            return found
        return {name: value for name, value in found.items() if not _ITER.fullmatch(name)}

    def outcomes(
        self, wanted: Mapping[str, str], *, iterations: Callable[[str], Sequence[int]] = lambda step: ()
    ) -> dict[str, Recorded]:
        """The last outcome of each step, given by its id and its path.

        A step that is not found there, because the document has changed, only a part of it was tested, or the
        path leaves an iteration open, is looked for by its id: it counts where it ran in the same
        ``iterations``.
        """
        wanted = {step: path for step, path in wanted.items() if not _UNSTORABLE.search(f"{step}{path}")}
        exact = [path for path in wanted.values() if ITERATION not in path.split("/")]
        at_path = {found.path: found for found in self._read(Q(path__in=exact))} if exact else {}
        outcomes = {step: at_path[path] for step, path in wanted.items() if path in at_path}
        missing = [step for step in wanted if step not in outcomes]
        if missing:
            work = recorded_steps(self.run).filter(module_id__in=missing, kind__in=WORK_KINDS)
            last = dict(work.values_list("module_id").annotate(last=Max("id")))
            by_row = {found.row: found for found in self._read(Q(pk__in=list(last.values())))}
            for step, row in last.items():
                is_open = ITERATION in wanted[step].split("/")
                if row in by_row and (is_open or self._numbers(by_row[row]) == [*iterations(step)]):
                    outcomes[step] = by_row[row]
        return {step: found for step, found in outcomes.items() if not self._is_pinned(found)}

    def _numbers(self, found: Recorded) -> list[int] | None:
        """The iterations in which a step ran, also those that a test of it alone was told."""
        located = locate(found.path, tree_of(self.run))
        return None if located is None else [*self._told_iterations, *located.iterations]

    @cached_property
    def _told_iterations(self) -> list[int]:
        told: list[int] = []
        given = self.given("input")
        name = "iter"
        while isinstance(given, dict) and isinstance(around := given.get(name), dict):
            index = around.get("index")
            told.insert(0, index if isinstance(index, int) else 0)
            name += "_parent"
        return told

    def failure(self) -> Json:
        """The error of the step that failed last, None where none did."""
        rows = recorded_steps(self.run).filter(status="failure", kind__in=WORK_KINDS).exclude(path="failure")
        return rows.order_by("-seq").values_list("error", flat=True).first()

    def _is_pinned(self, found: Recorded) -> bool:
        """Whether a test was told this result: it is none of the step's own."""
        if found.kind != Kind.MOCK or self.origin != "test":
            return False
        located = locate(found.path, tree_of(self.run))
        return located is not None and located.node.is_pinned

    def result(self, recorded: Recorded) -> Json:
        """The outcome as ``results`` shows it: a failed step as ``{"error": ...}``."""
        row = StepRun.objects.filter(pk=recorded.row).values("result", "error").get()
        return {"error": row["error"]} if recorded.status == "failure" else row["result"]

    def rejection(self, recorded: Recorded) -> Json:
        """The outcome of a failed step as templates show it: the bare error value."""
        row = StepRun.objects.filter(pk=recorded.row).values("result", "error").get()
        return row["error"] if row["result"] is None else row["result"]

    def items(self, path: str) -> list[Json] | None:
        """The list over which the loop at this path went, None where it is not recorded."""
        found = self._items(path).values_list("result", flat=True).first()
        return found if isinstance(found, list) else None

    def first_items(self, path: str) -> list[Json] | None:
        """The same, only its start."""
        start = Substr(Cast(F("result"), TextField()), 1, MAX_TEXT)
        text = self._items(path).annotate(start=start).values_list("start", flat=True).first()
        found = loads_start(text) if text else None
        return found if isinstance(found, list) else None

    def _items(self, path: str) -> QuerySet[StepRun]:
        storable = _UNSTORABLE.sub("", path)
        rows = recorded_steps(self.run).filter(path=storable, kind=Kind.ITEMS, status="success")
        return rows.order_by("-seq")

    def _read(self, condition: Q) -> Iterable[Recorded]:
        """Of rows at one path the last one comes last."""
        size = Length(Cast("result", TextField()))
        rows = recorded_steps(self.run).filter(condition, kind__in=WORK_KINDS).annotate(size=size)
        facts: Any = rows.order_by("run_id", "seq").values_list("pk", "path", "kind", "status", "size")
        for pk, path, kind, status, length in facts:
            yield Recorded(row=pk, path=path, kind=kind, status=status, size=length or 0)
