"""One step of a run with its values, and the iterations of a loop."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.builder.answers import answer
from openflow_django.admin.builder.calls import RunCall
from openflow_django.admin.builder.excerpts import excerpt, value_at
from openflow_django.admin.builder.past import PastRun, family, recorded_steps
from openflow_django.admin.builder.places import ITERATION
from openflow_django.admin.builder.run_states import entries, read_rows
from openflow_django.admin.builder.run_tree import Located, locate, tree_of
from openflow_django.admin.run_steps import WORK_KINDS
from openflow_django.engine.records import Kind
from openflow_django.models import Run, StepRun

__all__ = ["iterations", "step"]

PER_PAGE = 200
VALUES = ("input", "result", "error", "logs")


def step(call: RunCall, key: str) -> HttpResponse:
    """Input, result, error and log of one attempt, the last one unless ``attempt`` is given; with a list of
    all.

    ``of`` asks for one of the values alone: the part at ``path``, the page that begins at ``offset``.
    """
    call.require(permissions.can_view_payload(call.user, call.run), _("see the values of this run"))
    here = Q(run_id__in=family(call.run).values("pk"), path=key, kind__in=WORK_KINDS)
    attempts = list(entries(read_rows(here, with_errors=True), tree_of(call.run), all_iterations=True))
    if not attempts:
        raise Http404
    rows = StepRun.objects.filter(here)
    chosen = call.number("attempt", default=attempts[-1]["attempt"])
    row = rows.filter(attempt=chosen).order_by("-seq").first()
    if row is None:
        raise Http404
    wanted = call.query("of")
    if wanted is not None:
        return answer(_part(call, row, wanted))
    shown = {name: excerpt(getattr(row, name)) for name in VALUES}
    cut = [name for name, value in shown.items() if value.is_cut]
    return answer(
        {
            "key": key,
            "step_id": row.module_id,
            "attempt": row.attempt,
            **{name: value.value for name, value in shown.items()},
            "truncated": bool(cut),
            "cut": cut,
            "attempts": attempts,
        }
    )


def iterations(call: RunCall, key: str) -> HttpResponse:
    """The iterations of a loop that have begun, a page of them from ``offset`` on; only those in ``state``
    where one is given.
    """
    located = locate(key, tree_of(call.run))
    if located is None or not located.node.is_loop:
        raise Http404
    found = list(_iterations(call.run, key, located))
    wanted = call.query("state")
    shown = [each for each in found if wanted is None or each["state"] == wanted]
    offset = call.number("offset")
    return answer(
        {
            "total": len(shown),
            "begun": len(found),
            "planned": _planned(call.run, key),
            "items": shown[offset : offset + PER_PAGE],
        }
    )


def _part(call: RunCall, row: StepRun, name: str) -> dict[str, Any]:
    if name not in VALUES:
        raise Http404
    found, part = value_at(getattr(row, name), call.query("path") or "")
    if not found:
        raise Http404
    return excerpt(part, offset=call.number("offset")).as_dict()


@dataclass(slots=True)
class _Iteration:
    """What is recorded of one: whether each of its steps failed, the first start, the last end."""

    failed: dict[str, bool]
    begun: datetime | None = None
    ended: datetime | None = None

    def add(self, step_id: str, *, failed: bool, started: datetime | None, duration_us: int) -> None:
        self.failed[step_id] = failed
        if started is not None:
            ended = started + timedelta(microseconds=duration_us)
            self.begun = min(filter(None, (self.begun, started)))
            self.ended = max(filter(None, (self.ended, ended)))


def _iterations(run: Run, key: str, located: Located) -> Iterator[dict[str, Any]]:
    """Each iteration with its state; a retry of the loop begins them anew."""
    found: dict[int, _Iteration] = {}
    body = located.node.parts.get(ITERATION, {})
    depth = key.count("/") + 2
    rows = recorded_steps(run).filter(path__startswith=f"{key}/", kind__in=(*WORK_KINDS, Kind.HELD))
    facts = rows.order_by("run_id", "seq").values_list("path", "status", "started_at", "duration_us")
    for path, status, started, duration_us in facts.iterator():
        number, _, name = path.removeprefix(f"{key}/").partition("/")
        if path.count("/") != depth or not number.isdecimal():
            if number.isdecimal():
                found.setdefault(int(number), _Iteration({}))
            continue
        handled = name in body and body[name].is_handled
        failed = status == "failure" and not handled
        iteration = found.setdefault(int(number), _Iteration({}))
        iteration.add(name, failed=failed, started=started, duration_us=duration_us)
    open_at = max(found, default=-1) if not run.is_final and not _has_ended(run, key) else None
    for number, iteration in sorted(found.items()):
        state = "failed" if any(iteration.failed.values()) else "running" if number == open_at else "ok"
        yield {"index": number, "state": state, "ms": _milliseconds(iteration)}


def _milliseconds(iteration: _Iteration) -> float | None:
    if iteration.begun is None or iteration.ended is None:
        return None
    return round((iteration.ended - iteration.begun) / timedelta(milliseconds=1), 3)


def _has_ended(run: Run, key: str) -> bool:
    return recorded_steps(run).filter(path=key, kind=Kind.CONTAINER).exists()


def _planned(run: Run, key: str) -> int | None:
    """How many iterations the loop will have, None where nobody knows: it is not recorded, or a while
    loop."""
    items = PastRun(run).items(key)
    return None if items is None else len(items)
