"""Triggers: what starts a flow. Changing those of a live flow takes the right to publish it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.conf import settings
from openflow_django.models import Flow, Trigger
from openflow_django.permissions import User
from openflow_django.registry import NotRegistered
from openflow_django.services import audit
from openflow_django.services.database import home
from openflow_django.services.errors import FieldsInvalid
from openflow_django.signals import trigger_changed
from openflow_django.spec.issues import Issue, errors
from openflow_django.spec.json import JsonInvalid, JsonObject, normalise
from openflow_django.triggers.base import trigger_types

__all__ = ["OptionsInvalid", "create_trigger", "delete_trigger", "update_trigger", "validate_options"]


class OptionsInvalid(FieldsInvalid):
    """The options do not fit the type of the trigger. ``issues`` holds everything that was found."""

    code = "options_invalid"

    def __init__(self, issues: list[Issue]) -> None:
        self.issues = tuple(issues)
        told = [f"{issue.path}: {issue.message}" if issue.path else issue.message for issue in errors(issues)]
        super().__init__({"options": told})


def validate_options(*, type: str, options: JsonObject) -> list[Issue]:
    """Everything wrong with the options for a trigger of this type, warnings included. Never raises."""
    try:
        kind = trigger_types.get(type)
    except NotRegistered as error:
        return [Issue("", code="unknown_type", message=error.message, hint=error.hint)]
    return kind.validate(options)


def create_trigger(
    flow: Flow, *, type: str, options: JsonObject, user: User | None, name: str = "", enabled: bool = True
) -> Trigger:
    """A new trigger of the flow.

    Raises:
        NotPermitted: the user may not change what starts the flow.
        OptionsInvalid: there is no such type, or the options do not fit it.
        FieldsInvalid: the name is not accepted.
    """
    _require(flow, user=user)
    trigger = Trigger(flow=flow, type=type, name=name, enabled=enabled, options=_options(type, options))
    with transaction.atomic(using=home()):
        _clean(trigger)
        trigger.save(using=home(), force_insert=True)
        message = _("Added trigger %(name)s.") % {"name": trigger}
        _told(trigger, change="created", user=user, message=message)
    return trigger


def update_trigger(
    trigger: Trigger,
    *,
    user: User | None,
    name: str | None = None,
    enabled: bool | None = None,
    options: JsonObject | None = None,
) -> Trigger:
    """Change a trigger; what is None stays.

    Raises:
        NotPermitted: the user may not change what starts the flow.
        OptionsInvalid: the options do not fit its type.
        FieldsInvalid: the name is not accepted.
    """
    _require(trigger.flow, user=user)
    if name is not None:
        trigger.name = name
    if enabled is not None:
        trigger.enabled = enabled
    if options is not None:
        trigger.options = _options(trigger.type, options)
    with transaction.atomic(using=home()):
        _clean(trigger)
        trigger.save(using=home())
        message = _("Changed trigger %(name)s.") % {"name": trigger}
        _told(trigger, change="updated", user=user, message=message)
    return trigger


def delete_trigger(trigger: Trigger, *, user: User | None) -> None:
    """Delete a trigger. Its events stay.

    Raises:
        NotPermitted: the user may not change what starts the flow.
    """
    _require(trigger.flow, user=user)
    with transaction.atomic(using=home()):
        message = _("Deleted trigger %(name)s.") % {"name": trigger}
        trigger.delete(using=home())
        _told(trigger, change="deleted", user=user, message=message)


def _require(flow: Flow, *, user: User | None) -> None:
    if user is not None:
        permissions.require(permissions.can_change_triggers(user, flow), _("change what starts this flow"))


def _options(type: str, options: JsonObject) -> JsonObject:
    try:
        stored = normalise(options, max_bytes=settings.MAX_DOCUMENT_BYTES, max_depth=settings.MAX_JSON_DEPTH)
    except JsonInvalid as error:
        raise OptionsInvalid([Issue(error.path, code=error.code, message=error.message)]) from error
    if not isinstance(stored, dict):
        raise OptionsInvalid([Issue("", code="type", message=_("The options are a JSON object."))])
    issues = validate_options(type=type, options=stored)
    if errors(issues):
        raise OptionsInvalid(issues)
    return stored


def _clean(trigger: Trigger) -> None:
    try:
        trigger.full_clean(exclude=["flow", "options"])
    except ValidationError as error:
        raise FieldsInvalid.from_django(error) from error


def _told(trigger: Trigger, *, change: str, user: User | None, message: str) -> None:
    audit.log(trigger.flow, user=user, message=message)
    trigger_changed.send(Trigger, trigger=trigger, change=change, user=user)
