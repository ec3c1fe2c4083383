"""Pinned results: what tests of this person take instead of running a step."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.builder.answers import Refused, answer, nothing
from openflow_django.admin.builder.calls import FlowCall
from openflow_django.services import pins as pin_service
from openflow_django.services.pins import MAX_PIN_BYTES

__all__ = ["change", "show"]

ENVELOPE = 4_096


def show(call: FlowCall) -> HttpResponse:
    """All pins that this person has on the flow."""
    call.require(permissions.can_edit(call.user, call.flow), _("edit this flow"))
    return answer({"pins": pin_service.pins_of(call.flow, user=call.user)})


def change(call: FlowCall) -> HttpResponse:
    """Pin ``value`` as the result of a step; null takes the pin away."""
    call.require(permissions.can_edit(call.user, call.flow), _("edit this flow"))
    given = call.body(max_bytes=MAX_PIN_BYTES + ENVELOPE)
    step_id = given.get("step_id")
    if not isinstance(step_id, str) or "value" not in given:
        raise Refused(_("A pin has a step_id and a value."))
    if given["value"] is None:
        pin_service.unpin(call.flow, user=call.user, step_id=step_id)
    else:
        pin_service.pin(call.flow, user=call.user, step_id=step_id, value=given["value"])
    return nothing()
