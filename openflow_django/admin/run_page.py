"""What the page of one run shows, read with a fixed number of queries and never more than a little of
each payload.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Page
from django.db.models import Q, QuerySet, Sum

from openflow_django.admin.paginators import BoundedPaginator
from openflow_django.admin.payloads import NULL, Payload, cut_columns, log_lines, payload
from openflow_django.admin.run_steps import WORK_KINDS, Attempt, StepLine, arrange
from openflow_django.json_text import pretty
from openflow_django.models import Run, RunData, RunKind, StepRun

__all__ = ["DATA_COLUMNS", "STEP_COLUMNS", "Bar", "RunDetails", "checkpoints", "run_details", "whole_value"]

STEPS_PER_PAGE = 200
MAX_DIGITS = 19
"""Keys have fewer digits than the largest integer of a database."""
DATA_COLUMNS = ("input", "trigger", "accountability", "env", "result", "error")
"""The payloads of a run as a whole."""
STEP_COLUMNS = ("input", "result", "error", "logs")
"""The payloads of one step."""
_FACTS = (
    "id",
    "path",
    "kind",
    "attempt",
    "module_id",
    "status",
    "planned_delay",
    "started_at",
    "duration_us",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Where a step lies on the time line of the run: start and width in thousandths."""

    start: int
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetails:
    """``data`` holds the run's own payloads by column, ``flow_object`` what its expressions saw; both
    empty without the right.
    """

    data: Mapping[str, Payload]
    steps: list[tuple[StepLine, Bar | None]]
    flow_object: Mapping[str, Payload]
    seq: int
    page: Page[Any]


def run_details(run: Run, *, page: str | None, url: str, with_payloads: bool) -> RunDetails:
    """Everything below the head of the run page. ``url`` is the page of one whole value."""
    columns = cut_columns(STEP_COLUMNS) if with_payloads else {}
    rows = _steps(run).order_by("run_id", "seq").values(*_FACTS, **columns)
    shown = BoundedPaginator(rows, STEPS_PER_PAGE).get_page(page)
    data = _data(run, url) if with_payloads else {}
    records = [(row["path"], _attempt(row, url=url, with_payloads=with_payloads)) for row in shown]
    lines = arrange(records, modules=_modules(run))
    return RunDetails(
        data=data,
        steps=_bars(lines, run),
        flow_object=_flow_object(data, _outcomes(run, shown, records, url=url)) if with_payloads else {},
        seq=checkpoints(run),
        page=shown,
    )


def checkpoints(run: Run) -> int:
    """A number that rises with everything recorded of the run and its parts."""
    return _family(run).aggregate(total=Sum("seq"))["total"] or 0


def whole_value(run: Run, *, of: str, step: str | None) -> str | None:
    """One payload of the run, or of the step with that key, laid out on lines; None where there is none."""
    if step is not None and not (step.isdecimal() and len(step) < MAX_DIGITS):
        return None
    columns = DATA_COLUMNS if step is None else STEP_COLUMNS
    if of not in columns:
        return None
    rows = RunData.objects.filter(run_id=run.pk) if step is None else _steps(run).filter(pk=int(step))
    row = rows.values(of).first()
    return None if row is None or row[of] is None else pretty(row[of])


def _family(run: Run) -> QuerySet[Run]:
    """The run and the parts into which a worker split it."""
    return Run.objects.filter(Q(pk=run.pk) | Q(parent_id=run.pk, kind=RunKind.PART))


def _steps(run: Run) -> QuerySet[StepRun]:
    return StepRun.objects.filter(run_id__in=_family(run).values("pk"))


def _data(run: Run, url: str) -> dict[str, Payload]:
    row = RunData.objects.filter(run_id=run.pk).values("run_id", **cut_columns(DATA_COLUMNS)).first()
    if row is None:
        return {}
    found = {name: payload(row, name, url=url) for name in DATA_COLUMNS}
    return {name: value for name, value in found.items() if value is not None}


def _attempt(row: Mapping[str, Any], *, url: str, with_payloads: bool) -> Attempt:
    values = (
        {name: payload(row, name, url=url, step=row["id"]) for name in STEP_COLUMNS} if with_payloads else {}
    )
    if with_payloads and row["status"] == "success" and row["kind"] in WORK_KINDS:
        values["result"] = values["result"] or NULL
    return Attempt(
        number=row["attempt"],
        kind=row["kind"],
        status=row["status"],
        module_id=row["module_id"],
        started_at=row["started_at"],
        duration_us=row["duration_us"],
        planned_delay=row["planned_delay"],
        lines=tuple(log_lines(values.get("logs"))),
        **values,
    )


def _outcomes(
    run: Run, shown: Page[Any], records: list[tuple[str, Attempt]], *, url: str
) -> list[tuple[str, Attempt]]:
    """The records that make the flow object: those shown; of a run of many pages its outermost steps."""
    if not shown.has_other_pages():
        return records
    rows = StepRun.objects.filter(run_id=run.pk, kind__in=WORK_KINDS).exclude(path__contains="/")
    latest = rows.order_by("-seq").values(*_FACTS, **cut_columns(STEP_COLUMNS))[:STEPS_PER_PAGE]
    return [(row["path"], _attempt(row, url=url, with_payloads=True)) for row in reversed(latest)]


def _flow_object(data: Mapping[str, Payload], records: list[tuple[str, Attempt]]) -> dict[str, Payload]:
    """The values by the names expressions use; of a step that ran several times the last one counts."""
    results: dict[str, Payload] = {}
    last = data.get("trigger", NULL)
    for path, attempt in records:
        if attempt.kind not in WORK_KINDS:
            continue
        outcome = (attempt.error if attempt.status == "failure" else attempt.result) or NULL
        results[attempt.module_id] = outcome
        if "/" not in path:
            last = outcome
    return {
        "$trigger": data.get("trigger", NULL),
        "$last": last,
        "$accountability": data.get("accountability", NULL),
        "$env": data.get("env", NULL),
        "flow_input": data.get("input", NULL),
        **results,
    }


def _modules(run: Run) -> dict[str, Mapping[str, Any]]:
    """The steps of the document that the run executed, by id."""
    document = run.version.document if run.version is not None else _own_document(run)
    found: dict[str, Mapping[str, Any]] = {}
    pending: list[Any] = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            if isinstance(value.get("id"), str) and isinstance(value.get("value"), dict):
                found.setdefault(value["id"], value)
            pending.extend(value.values())
    return found


def _own_document(run: Run) -> Any:
    """A test run of a draft carries its document with it."""
    return RunData.objects.filter(run_id=run.pk).values_list("document", flat=True).first()


def _bars(lines: list[StepLine], run: Run) -> list[tuple[StepLine, Bar | None]]:
    until = run.finished_at or max((line.ended for line in lines if line.ended), default=None)
    if run.started_at is None or until is None or until <= run.started_at:
        return [(line, None) for line in lines]
    return [(line, _bar(line, begun=run.started_at, whole=until - run.started_at)) for line in lines]


def _bar(line: StepLine, *, begun: datetime, whole: timedelta) -> Bar | None:
    began, ended = line.began, line.ended
    if began is None or ended is None:
        return None
    start = min(max(round((began - begun) / whole * 1000), 0), 990)
    return Bar(start=start, width=min(max(round((ended - began) / whole * 1000), 10), 1000 - start))
