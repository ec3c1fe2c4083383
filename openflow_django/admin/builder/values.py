"""Values of pins and earlier runs for the property picker, a page at a time."""

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.builder.answers import Refused, answer
from openflow_django.admin.builder.arguments import past_runs
from openflow_django.admin.builder.calls import FlowCall
from openflow_django.admin.builder.excerpts import excerpt, value_at
from openflow_django.admin.builder.past import PastRun
from openflow_django.admin.builder.places import ITERATION, find
from openflow_django.admin.builder.run_tree import document_of
from openflow_django.services import pins as pin_service
from openflow_django.spec.json import Json

__all__ = ["numbers", "show"]

WHOLE = {
    "$accountability": "accountability",
    "$env": "env",
    "result": "result",
}
"""Groups that are columns of the run itself."""
LOOP = "iter:"


def show(call: FlowCall) -> HttpResponse:
    """The value of the group ``step`` (see the scope) in ``run``; of the person's pin where no run is named.

    ``path`` is a JSON pointer into it, ``offset`` the place in that part where the page begins, ``iter`` the
    iterations around a step, separated by commas.
    """
    wanted = call.query("step")
    if wanted is None:
        raise Refused(_("Name a step."))
    run = call.number("run") or None
    value = (
        _pinned(call, wanted) if run is None else _recorded(past_runs(call, run)[0], wanted, numbers(call))
    )
    found, part = value_at(value, call.query("path") or "")
    if not found:
        raise Http404
    return answer(excerpt(part, offset=call.number("offset")).as_dict())


def numbers(call: FlowCall) -> list[int]:
    """The iterations in the address. Raises Refused."""
    given = (call.query("iter") or "").split(",")
    if not all(number.isascii() and number.isdecimal() and len(number) < 10 for number in given if number):
        raise Refused(_("iter holds whole numbers, zero or more, the outermost loop first."))
    return [int(number) for number in given if number]


def _pinned(call: FlowCall, step: str) -> Json:
    call.require(permissions.can_edit(call.user, call.flow), _("edit this flow"))
    pins = pin_service.pins_of(call.flow, user=call.user)
    if step not in pins:
        raise Http404
    return pins[step]


def _recorded(past: PastRun, wanted: str, iterations: list[int]) -> Json:
    if wanted in WHOLE:
        return past.given(WHOLE[wanted])
    if wanted == "error":
        return past.failure()
    if wanted == "flow_input":
        return past.input
    if wanted == "$trigger":
        trigger = past.given("trigger")
        return past.given("input") if trigger is None else trigger
    if wanted.startswith(LOOP):
        return _iteration(past, wanted.removeprefix(LOOP), iterations)
    place = find(document_of(past.run), wanted)
    path = place.path(iterations) if place is not None else ITERATION
    outcomes = past.outcomes({wanted: path}, iterations=lambda step: iterations)
    if wanted not in outcomes:
        raise Http404
    return past.result(outcomes[wanted])


def _iteration(past: PastRun, loop: str, iterations: list[int]) -> Json:
    place = find(document_of(past.run), loop)
    depth = len(place.loops) if place is not None else 0
    number = iterations[depth] if depth < len(iterations) else 0
    items = past.items(place.path([*iterations, *[0] * depth])) if place is not None else None
    if items is None or number >= len(items):
        raise Http404
    return {"value": items[number], "index": number}
