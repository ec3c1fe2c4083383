"""The recorded rows of a run as states of its steps, only what is new since an earlier look."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, Q, TextField, Value, When
from django.db.models.functions import Cast, Substr

from openflow_django.admin.builder.past import family
from openflow_django.admin.builder.run_tree import Located, Steps, locate
from openflow_django.admin.builder.start_of_json import loads_start
from openflow_django.engine.records import Kind
from openflow_django.models import ACTIVE_STATUSES, Run, StepRun
from openflow_django.spec.json import JsonObject

__all__ = ["MAX_ROWS", "Row", "Seen", "entries", "new_rows", "read_rows", "rows_below", "short_error"]

MAX_ROWS = 1_000
"""Rows of one run looked at for one answer."""
MANY_ITERATIONS = 100
"""Of later iterations only failures are told; the rest is fetched for an iteration that somebody looks at."""
MAX_ERROR = 3_000
MAX_MESSAGE = 300

_BRIEF = (Kind.SKIP, Kind.BRANCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the asker has seen: checkpoints of the run and of its parts that still ran, the newest part, and
    the steps that were told to be at work. Travels as a text that only the server reads.
    """

    main: int = 0
    newest_part: int = 0
    parts: Mapping[int, int] = field(default_factory=dict[int, int])
    working: frozenset[str] = frozenset()

    def encode(self) -> str:
        parts = {str(pk): seq for pk, seq in self.parts.items()}
        data = json.dumps([self.main, self.newest_part, parts, sorted(self.working)], separators=(",", ":"))
        return base64.urlsafe_b64encode(data.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str | None) -> "Seen":
        """Nothing was seen where the text is none of ours."""
        try:
            data = base64.urlsafe_b64decode((text or "") + "=" * (-len(text or "") % 4))
            main, newest, parts, working = json.loads(data)
            known = {int(pk): int(seq) for pk, seq in parts.items()}
            return cls(
                main=int(main), newest_part=int(newest), parts=known, working=frozenset(map(str, working))
            )
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return cls()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is read of a recorded row: no payloads."""

    run_id: int
    seq: int
    path: str
    kind: str
    attempt: int
    status: str
    started_at: datetime | None
    duration_us: int
    brief: str | None = None
    error: str | None = None


def new_rows(run: Run, seen: Seen, *, with_errors: bool) -> tuple[list[Row], Seen, bool]:
    """The rows recorded since, in order; what has been seen with them; whether there are more already."""
    rows = list(read_rows(Q(run_id=run.pk, seq__gt=seen.main), with_errors=with_errors))
    more = len(rows) == MAX_ROWS
    main = rows[-1].seq if rows else seen.main
    known: dict[int, int] = {}
    newest = seen.newest_part
    for pk, status in _parts(run):
        newest = max(newest, pk)
        if pk <= seen.newest_part and pk not in seen.parts:
            continue
        since = seen.parts.get(pk, 0)
        found = list(read_rows(Q(run_id=pk, seq__gt=since), with_errors=with_errors))
        rows += found
        reached = found[-1].seq if found else since
        if status in ACTIVE_STATUSES or len(found) == MAX_ROWS:
            known[pk] = reached
        more = more or len(found) == MAX_ROWS
    return rows, Seen(main=main, newest_part=newest, parts=known), more


def rows_below(run: Run, prefix: str, *, with_errors: bool) -> list[Row]:
    """The rows whose paths begin with ``prefix``, at most ``MAX_ROWS``."""
    below = Q(run_id__in=family(run).values("pk"), path__startswith=prefix)
    return list(read_rows(below, with_errors=with_errors))


def entries(rows: Iterable[Row], tree: Steps, *, all_iterations: bool = False) -> Iterator[dict[str, Any]]:
    """What the rows say about steps, in their order: of several about one step the last one counts."""
    for row in rows:
        located = locate(row.path, tree)
        state = _state(row, located) if located is not None else None
        if located is None or state is None:
            continue
        is_late = any(number >= MANY_ITERATIONS for number in located.iterations)
        if is_late and state != "failed" and not all_iterations:
            continue
        yield _entry(row, located, state)


def short_error(text: str | None) -> JsonObject | None:
    """Name and message of a stored error, of which the end may be missing."""
    error = loads_start(text) if text else None
    if not isinstance(error, dict):
        return None
    message = error.get("message")
    return {
        "name": str(error.get("name") or "Error")[:MAX_MESSAGE],
        "message": message[:MAX_MESSAGE] if isinstance(message, str) else "",
    }


def read_rows(condition: Q, *, with_errors: bool) -> Iterator[Row]:
    """Rows in the order of recording, at most ``MAX_ROWS``; errors take the right to see payloads."""
    failed = Case(
        When(status="failure", then=Substr(Cast(F("error"), TextField()), 1, MAX_ERROR)),
        default=Value(None),
        output_field=TextField(),
    )
    brief = Case(
        When(kind__in=_BRIEF, then=Substr(Cast(F("result"), TextField()), 1, 20)),
        default=Value(None),
        output_field=TextField(),
    )
    columns = {"brief": brief, "error_text": failed if with_errors else Value(None, TextField())}
    rows = StepRun.objects.filter(condition).order_by("run_id", "seq").annotate(**columns)
    facts = ("run_id", "seq", "path", "kind", "attempt", "status", "started_at", "duration_us")
    for *values, short, error in rows.values_list(*facts, "brief", "error_text")[:MAX_ROWS]:
        known: dict[str, Any] = dict(zip(facts, values, strict=True))
        yield Row(**known, brief=short, error=error)


def _parts(run: Run) -> list[tuple[int, str]]:
    parts = family(run).exclude(pk=run.pk).order_by("pk")
    return list(parts.values_list("pk", "status"))


def _state(row: Row, located: Located) -> str | None:
    """The state that a row puts its step in, None where it says nothing about that."""
    match row.kind, row.status:
        case (Kind.RETRY, _):
            return None
        case (_, "failure"):
            return "handled" if located.node.is_handled else "failed"
        case (Kind.STEP | Kind.CONTAINER | Kind.MOCK, _):
            return "ok"
        case (Kind.SKIP, _):
            return "skipped" if row.brief == "true" else None
        case (Kind.BACKOFF, _):
            return "retrying"
        case (Kind.WAIT, _):
            return "approved"
        case (Kind.BRANCH, _):
            return "running"
        case _:
            return None


def _entry(row: Row, located: Located, state: str) -> dict[str, Any]:
    ended = row.started_at + timedelta(microseconds=row.duration_us) if row.started_at else None
    entry: dict[str, Any] = {
        "key": located.path,
        "step_id": located.node.id,
        "iter": [*located.iterations],
        "attempt": row.attempt,
        "state": state,
        "started": row.started_at,
        "ended": None if state in ("running", "retrying") else ended,
        "ms": round(row.duration_us / 1000, 3),
        "pinned": row.kind == Kind.MOCK and located.node.is_pinned,
    }
    if row.kind == Kind.BRANCH:
        entry["branch"] = (row.brief or "").strip('"')
    if (error := short_error(row.error)) is not None:
        entry["error"] = error
    return entry
