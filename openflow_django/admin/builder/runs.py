"""A run while it goes on and afterwards: its states, one of its steps, its iterations; stop it, repeat it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.builder.answers import Refused, answer
from openflow_django.admin.builder.arguments import iterations_of
from openflow_django.admin.builder.calls import RunCall
from openflow_django.admin.builder.places import find
from openflow_django.admin.builder.run_states import Seen, entries, new_rows, rows_below
from openflow_django.admin.builder.run_tree import document_of, locate, tree_of
from openflow_django.admin.builder.run_work import at_work, open_waits
from openflow_django.models import Run, Wait
from openflow_django.services import repeats
from openflow_django.services import runs as run_service

__all__ = ["cancel", "restart", "state"]

MAX_REASON = 500


def state(call: RunCall) -> HttpResponse:
    """Where the run stands, and what became of its steps since an earlier answer, whose ``seq`` comes back
    as ``since``.

    ``below`` asks for everything beneath one key instead, such as an iteration.
    """
    run, since = call.run, call.query("since")
    tree, with_errors = tree_of(run), permissions.can_view_payload(call.user, run)
    below = call.query("below")
    if below is not None:
        rows = rows_below(run, f"{below.rstrip('/')}/", with_errors=with_errors)
        steps = list(entries(rows, tree, all_iterations=True))
        return answer({**_facts(run), "seq": since, "done": run.is_final, "steps": steps})
    # The status is older than the rows: a run that has ended has all of them.
    seen = Seen.decode(since)
    rows, now_seen, more = new_rows(run, seen, with_errors=with_errors)
    told = {entry["key"]: entry for entry in entries(rows, tree)}
    working = {} if more else at_work(run, tree)
    left = seen.working - working.keys() - told.keys()
    steps = [*told.values(), *working.values(), *(_left(key, tree) for key in sorted(left))]
    now_seen = Seen(
        main=now_seen.main,
        newest_part=now_seen.newest_part,
        parts=now_seen.parts,
        working=frozenset(working),
    )
    news = {"seq": now_seen.encode(), "done": run.is_final and not more, "more": more, "steps": steps}
    return answer({**_facts(run), **news, "waiting": _waits(call)})


def cancel(call: RunCall) -> HttpResponse:
    """Ask the run to stop."""
    call.require(permissions.can_cancel(call.user, call.run), _("cancel this run"))
    reason = call.body().get("reason") or ""
    if not isinstance(reason, str):
        raise Refused(_("The reason is a text."))
    run = run_service.cancel(call.run, user=call.user, reason=reason[:MAX_REASON])
    return answer({"run": run.pk, "status": run.status})


def restart(call: RunCall) -> HttpResponse:
    """A new run of the same version with the same input: from a step on, or from the beginning."""
    call.require(permissions.can_replay(call.user, call.run), _("replay this run"))
    given = call.body()
    step = given.get("from_step")
    if step is None:
        return answer({"run": repeats.replay(call.run, user=call.user).pk}, status=201)
    if not isinstance(step, str):
        raise Refused(_("from_step is the id or the key of a step."))
    path = _path(call.run, step, iterations_of(given.get("iter")))
    return answer({"run": repeats.restart(call.run, path=path, user=call.user).pk}, status=201)


def _path(run: Run, step: str, iterations: list[int]) -> str:
    """The path of a step that is named by its key, or by its id and the iterations around it."""
    if locate(step, tree_of(run)) is not None:
        return step
    place = find(document_of(run), step)
    if place is None:
        raise Http404
    return place.path([*iterations, *[0] * len(place.loops)][: len(place.loops)])


def _facts(run: Run) -> dict[str, Any]:
    return {
        "run": run.pk,
        "kind": run.kind,
        "status": run.status,
        "version": run.version.number if run.version is not None else None,
        "started": run.started_at,
        "ended": run.finished_at,
        "canceling": run.cancel_requested_at is not None and not run.is_final,
    }


def _waits(call: RunCall) -> list[dict[str, str]]:
    """The steps that wait for an answer, each with the page on which it is given."""
    if call.run.is_final:
        return []
    return [
        {"key": wait.path, "step_id": wait.step_id, "approve_url": call.page.reverse(Wait, "change", wait.pk)}
        for wait in open_waits(call.run)
    ]


def _left(key: str, tree: Any) -> dict[str, Any]:
    """A step that was thought to be next and was not."""
    located = locate(key, tree)
    return {
        "key": key,
        "step_id": located.node.id if located is not None else "",
        "iter": [*located.iterations] if located is not None else [],
        "attempt": 0,
        "state": "not_reached",
        "started": None,
        "ended": None,
        "ms": None,
        "pinned": False,
    }
