"""What a run is at now, as far as its rows tell: a row is written when something has ended."""

from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from openflow_django.admin.builder.past import family
from openflow_django.admin.builder.run_states import Row, read_rows
from openflow_django.admin.builder.run_tree import Located, Steps, locate
from openflow_django.engine.records import Kind
from openflow_django.models import ACTIVE_STATUSES, Run, RunStatus, Wait, WaitStatus

__all__ = ["at_work", "open_waits"]

_PAUSED = {Kind.BACKOFF: "retrying", Kind.SLEEP: "waiting"}
_DONE = frozenset((Kind.STEP, Kind.CONTAINER, Kind.MOCK, Kind.STOP, Kind.STOP_ALL, Kind.WAIT))

Working = tuple[Located, str, datetime | None]


def at_work(run: Run, tree: Steps) -> dict[str, dict[str, Any]]:
    """The steps that are under way or come next, by key: ``running``, ``queued``, ``waiting`` or
    ``retrying``.
    """
    if run.is_final:
        return {}
    found = list(_waiting(run, tree)) or list(_working(run, tree))
    return {located.path: _entry(located, state, since) for located, state, since in found}


def open_waits(run: Run) -> QuerySet[Wait]:
    """What the run waits for people for. Waits belong to the run that people see, not to its parts."""
    return Wait.objects.filter(run_id=run.parent_id or run.pk, status=WaitStatus.OPEN).order_by("pk")


def _waiting(run: Run, tree: Steps) -> Iterator[Working]:
    """The steps that wait for people, with those around them."""
    for path, since in open_waits(run).values_list("path", "created_at"):
        located = locate(path, tree)
        if located is not None:
            yield from _around(located, tree)
            yield located, "waiting", since


def _working(run: Run, tree: Steps) -> Iterator[Working]:
    state = "queued" if run.status == RunStatus.QUEUED else "running"
    heads = list(family(run).filter(status__in=ACTIVE_STATUSES, seq__gt=0).values_list("pk", "seq"))
    if not heads:
        first = locate(next(iter(tree), ""), tree)
        if first is not None:
            yield first, state, run.started_at
        return
    last = reduce(or_, (Q(run_id=pk, seq=seq) for pk, seq in heads))
    for row in read_rows(last, with_errors=False):
        located = _nearest(row.path, tree)
        if located is not None:
            yield from _around(located, tree)
            yield from _after(row, located, tree, state=state)


def _after(row: Row, located: Located, tree: Steps, *, state: str) -> Iterator[Working]:
    """What comes after the last thing that was recorded."""
    is_skipped = row.kind == Kind.SKIP and row.brief == "true"
    if row.kind in _PAUSED:
        yield located, _PAUSED[Kind(row.kind)], row.started_at
    elif not is_skipped and (row.kind not in _DONE or row.path != located.path):
        yield located, state, row.started_at
    elif row.status != "failure" or located.node.is_handled:
        follower = _next(located, tree, failed=row.status == "failure")
        if follower is not None:
            yield follower, state, None


def _next(located: Located, tree: Steps, *, failed: bool) -> Located | None:
    """The step that follows in its list, or the first of its error branch."""
    branch = located.node.parts.get("error")
    if failed and branch:
        return locate(f"{located.path}/error/{next(iter(branch))}", tree)
    ids = [*located.siblings]
    position = ids.index(located.node.id) + 1
    return locate(f"{located.prefix}{ids[position]}", tree) if position < len(ids) else None


def _nearest(path: str, tree: Steps) -> Located | None:
    """The step of a path, or the innermost known one around it."""
    while (located := locate(path, tree)) is None and "/" in path:
        path = path.rpartition("/")[0]
    return located


def _around(located: Located, tree: Steps) -> Iterator[Working]:
    for _node, path in located.around:
        outer = locate(path, tree)
        if outer is not None:
            yield outer, "running", None


def _entry(located: Located, state: str, since: datetime | None) -> dict[str, Any]:
    return {
        "key": located.path,
        "step_id": located.node.id,
        "iter": [*located.iterations],
        "attempt": 0,
        "state": state,
        "started": since,
        "ended": None,
        "ms": None,
        "pinned": False,
    }
