"""What several calls of the builder send along: the run, the pins and the iterations that values come
from."""

from django.utils.translation import gettext as _

from openflow_django.admin.builder.answers import Refused
from openflow_django.admin.builder.calls import FlowCall
from openflow_django.admin.builder.past import PastRun, chosen_run, latest_runs
from openflow_django.services import pins as pin_service
from openflow_django.spec.json import Json

__all__ = ["iterations_of", "past_runs", "pins_of"]

MAX_LOOPS = 50
"""Loops around one step."""


def pins_of(call: FlowCall, given: Json) -> dict[str, Json]:
    """The pins that were sent along; those that are stored where none were. Raises Refused."""
    if given is None:
        return pin_service.pins_of(call.flow, user=call.user)
    if not isinstance(given, dict):
        raise Refused(_("Pins are results by step."))
    return given


def past_runs(call: FlowCall, run: Json) -> list[PastRun]:
    """Where values come from: the chosen run, else the latest ones. Raises Refused for one that is not to be
    seen.
    """
    if run is None:
        return [PastRun(each) for each in latest_runs(call.user, call.flow)]
    chosen = chosen_run(call.user, call.flow, run)
    if chosen is None:
        message = _("There is no such run of this flow, or you may not see its values.")
        raise Refused(message, code="no_run", status=404)
    return [PastRun(chosen)]


def iterations_of(given: Json) -> list[int]:
    """Numbers of iterations, the outermost loop first. Raises Refused."""
    if given is None:
        return []
    numbers = given if isinstance(given, list) else [given]
    if len(numbers) > MAX_LOOPS or not all(_is_number(number) for number in numbers):
        raise Refused(_("iter holds whole numbers, zero or more, the outermost loop first."))
    return [number for number in numbers if isinstance(number, int)]


def _is_number(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
