"""Pinned results: what tests of one person take instead of running a step."""

from typing import Any

from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.conf import settings
from openflow_django.models import Flow, Pin
from openflow_django.permissions import User
from openflow_django.services.database import home
from openflow_django.services.errors import FieldsInvalid
from openflow_django.spec.json import Json, normalise

__all__ = ["MAX_PINS", "MAX_PIN_BYTES", "pin", "pins_of", "unpin"]

MAX_PIN_BYTES = 262_144
"""Largest pinned result, measured as UTF-8 JSON."""
MAX_PINS = 100
"""Pins of one person on one flow."""
MAX_ID = 100


def pins_of(flow: Flow, *, user: User) -> dict[str, Json]:
    """What this person has pinned on the flow, by step."""
    rows = Pin.objects.using(home()).filter(flow=flow, user=user.pk).order_by("step_id")
    return dict(rows.values_list("step_id", "value"))


def pin(flow: Flow, *, user: User, step_id: str, value: Any) -> Pin:
    """Pin the result of a step, in place of an earlier one.

    Raises:
        NotPermitted: the user may not edit the flow.
        JsonInvalid: the value is not JSON, or larger than ``MAX_PIN_BYTES``.
        FieldsInvalid: this is no id of a step, or too many steps are pinned.
    """
    permissions.require(permissions.can_edit(user, flow), _("pin results of this flow"))
    stored = normalise(value, max_bytes=MAX_PIN_BYTES, max_depth=settings.MAX_JSON_DEPTH)
    if not 0 < len(step_id) <= MAX_ID or not _is_text(step_id):
        raise FieldsInvalid({"step_id": [_("This is no id of a step.")]})
    pins = Pin.objects.using(home()).filter(flow=flow, user=user.pk)
    if pins.exclude(step_id=step_id).count() >= MAX_PINS:
        raise FieldsInvalid(
            {"step_id": [_("No more than %(most)d steps can be pinned.") % {"most": MAX_PINS}]}
        )
    kept, _made = Pin.objects.using(home()).update_or_create(
        flow=flow, user_id=user.pk, step_id=step_id, defaults={"value": stored}
    )
    return kept


def unpin(flow: Flow, *, user: User, step_id: str) -> None:
    """Take the pin of a step away, where there is one.

    Raises:
        NotPermitted: the user may not edit the flow.
    """
    permissions.require(permissions.can_edit(user, flow), _("pin results of this flow"))
    if _is_text(step_id):
        Pin.objects.using(home()).filter(flow=flow, user=user.pk, step_id=step_id[:MAX_ID]).delete()


def _is_text(step_id: str) -> bool:
    """Whether every database can store it."""
    return normalise(step_id, max_bytes=6 * len(step_id) + 2, max_depth=1) == step_id
