"""What starts the flow. Triggers are rows of their own: each has a token, and none is part of the draft."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.builder.answers import Refused, answer, nothing
from openflow_django.admin.builder.calls import FlowCall, document_bytes
from openflow_django.admin.flow_page import trigger_sentence
from openflow_django.models import Event, Trigger
from openflow_django.services import triggers as trigger_service
from openflow_django.services.database import home
from openflow_django.services.triggers import OptionsInvalid
from openflow_django.spec.issues import Issue
from openflow_django.spec.json import JsonObject, digest
from openflow_django.triggers.base import Options, trigger_types

__all__ = ["change", "create", "described", "list_triggers", "remove"]

NEXT_TIMES = 5


@runtime_checkable
class Timed(Protocol):
    """A trigger type that knows when it fires."""

    def next_times(self, options: Options, *, count: int) -> list[datetime]:
        """The next ``count`` moments, aware."""
        ...


def list_triggers(call: FlowCall) -> HttpResponse:
    """All triggers of the flow, in the order of their making."""
    events = Event.objects.filter(trigger=OuterRef("pk")).order_by("-id")
    last_fired = Subquery(events.values("created_at")[:1])
    triggers = Trigger.objects.filter(flow=call.flow).annotate(last_fired=last_fired)
    return answer({"triggers": [described(trigger) for trigger in triggers.order_by("id")]})


def create(call: FlowCall) -> HttpResponse:
    """A new trigger."""
    call.require(permissions.can_change_triggers(call.user, call.flow), _("change what starts this flow"))
    given = call.body(max_bytes=document_bytes())
    kind, config = given.get("type"), given.get("config")
    if not isinstance(kind, str) or not isinstance(config, dict):
        raise Refused(_("A trigger has a type and a config."))
    try:
        trigger = trigger_service.create_trigger(
            call.flow, type=kind, options=config, user=call.user, **_facts(given)
        )
    except OptionsInvalid as error:
        return _invalid(error)
    return answer(described(trigger), status=201)


def change(call: FlowCall) -> HttpResponse:
    """Change the trigger ``id`` that the editor saw at ``base``."""
    call.require(permissions.can_change_triggers(call.user, call.flow), _("change what starts this flow"))
    given = call.body(max_bytes=document_bytes())
    config = given.get("config")
    if config is not None and not isinstance(config, dict):
        raise Refused(_("config is an object."))
    with transaction.atomic(using=home()):
        trigger = _seen(call, given)
        if isinstance(trigger, HttpResponse):
            return trigger
        try:
            trigger_service.update_trigger(trigger, user=call.user, options=config, **_facts(given))
        except OptionsInvalid as error:
            return _invalid(error)
    return answer(described(trigger))


def remove(call: FlowCall) -> HttpResponse:
    """Delete the trigger ``id`` that the editor saw at ``base``."""
    call.require(permissions.can_change_triggers(call.user, call.flow), _("change what starts this flow"))
    with transaction.atomic(using=home()):
        trigger = _seen(call, call.body())
        if isinstance(trigger, HttpResponse):
            return trigger
        trigger_service.delete_trigger(trigger, user=call.user)
    return nothing()


def described(trigger: Trigger) -> dict[str, Any]:
    """The trigger as the panel shows it, also when its type is not installed any more."""
    kind = trigger_types.get(trigger.type) if trigger.type in trigger_types else None
    issues = [_unknown(trigger)] if kind is None else kind.validate(trigger.options)
    is_due = trigger.enabled and not issues
    return {
        "id": trigger.pk,
        "type": trigger.type,
        "name": trigger.name,
        "enabled": trigger.enabled,
        "config": trigger.options,
        "base": _base(trigger),
        "sentence": trigger_sentence(trigger),
        "next": kind.next_times(trigger.options, count=NEXT_TIMES)
        if is_due and isinstance(kind, Timed)
        else [],
        "last_fired": getattr(trigger, "last_fired", None),
        "issues": _placed(issues),
    }


def _base(trigger: Trigger) -> str:
    """Stands for everything of the trigger that an editor can change."""
    return digest([trigger.type, trigger.name, trigger.enabled, trigger.options])


def _facts(given: JsonObject) -> dict[str, Any]:
    """Name and switch, as far as they are given."""
    facts: dict[str, Any] = {}
    for name, wanted in (("name", str), ("enabled", bool)):
        if name in given:
            if not isinstance(given[name], wanted):
                raise Refused(_("name is a text, enabled is true or false."))
            facts[name] = given[name]
    return facts


def _seen(call: FlowCall, given: JsonObject) -> Trigger | HttpResponse:
    """The trigger, held until the end of the transaction; the answer where it is another than the one
    seen.
    """
    pk = given.get("id")
    if isinstance(pk, bool) or not isinstance(pk, int):
        raise Refused(_("The id of the trigger is missing."))
    triggers = Trigger.objects.using(home()).select_for_update().filter(flow=call.flow)
    trigger = triggers.filter(pk=pk).first()
    if trigger is None:
        raise Http404
    if given.get("base") == _base(trigger):
        trigger.flow = call.flow
        return trigger
    message = _("The trigger was changed by someone else meanwhile.")
    return answer({"code": "conflict", "message": message, **described(trigger)}, status=409)


def _invalid(error: OptionsInvalid) -> HttpResponse:
    return answer({**error.as_dict(), "issues": _placed(error.issues)}, status=422)


def _placed(issues: Iterable[Issue]) -> list[dict[str, Any]]:
    """Issues whose field is the pointer into the options."""
    return [{**issue.as_dict(), "field": issue.path} for issue in issues]


def _unknown(trigger: Trigger) -> Issue:
    return trigger_service.validate_options(type=trigger.type, options=trigger.options)[0]
