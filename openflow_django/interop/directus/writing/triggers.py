"""Triggers of ours as the one trigger that a flow of Directus has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openflow_django.interop.directus.report import Report
from openflow_django.interop.directus.triggers import (
    EVENT,
    EVENT_FILTER,
    FIELD_TYPES,
    FLOW,
    FORMATS,
    MANUAL,
    MODEL_EVENT,
    SCHEDULE,
    WEBHOOK,
)
from openflow_django.interop.imported import FlowTrigger
from openflow_django.spec.issues import quoted
from openflow_django.spec.json import Json, JsonObject

__all__ = ["WrittenTrigger", "write_triggers"]

SCOPES: Final = {"created": "items.create", "updated": "items.update", "deleted": "items.delete"}
PLAIN: Final = {
    EVENT: "event",
    EVENT_FILTER: "event",
    FLOW: "operation",
    SCHEDULE: "schedule",
    WEBHOOK: "webhook",
}
MANUAL_OPTIONS: Final = frozenset({"confirmation", "fields", "location", "model", "require_selection"})
MODEL_OPTIONS: Final = frozenset({"actions", "model"})


@dataclass(frozen=True, slots=True)
class WrittenTrigger:
    """Type and options of a trigger; no type for none."""

    type: str | None
    options: JsonObject


def write_triggers(triggers: Sequence[FlowTrigger], report: Report) -> WrittenTrigger:
    """The first trigger, with those that are the same but for their model; others are told."""
    if not triggers:
        return WrittenTrigger(None, {})
    first = triggers[0]
    alike = [trigger for trigger in triggers if _is_alike(trigger, first)]
    if len(alike) < len(triggers):
        message = f"A flow has one trigger in Directus; {len(triggers) - len(alike)} are left out."
        report.warn("triggers_dropped", message)
    models = [str(trigger.options["model"]) for trigger in alike if trigger.options.get("model")]
    match first.type:
        case "model_event":
            return WrittenTrigger("event", _event(first.options, models, report))
        case "manual":
            return WrittenTrigger("manual", _manual(first.options, models))
        case type if type in PLAIN:
            return WrittenTrigger(PLAIN[type], dict(first.options))
        case type:
            report.warn("trigger_unknown", f"Directus has no trigger like {quoted(type)}.")
            return WrittenTrigger(None, {})


def _is_alike(one: FlowTrigger, other: FlowTrigger) -> bool:
    if one is other:
        return True
    named = one.type in (MODEL_EVENT, MANUAL) and one.type == other.type
    return named and {**one.options, "model": None} == {**other.options, "model": None}


def _event(options: JsonObject, models: Sequence[str], report: Report) -> JsonObject:
    actions = options.get("actions")
    known = [action for action in actions if isinstance(action, str)] if isinstance(actions, list) else []
    lost = [action for action in known if action not in SCOPES]
    lost += [name for name, value in options.items() if name not in MODEL_OPTIONS and value]
    if lost:
        report.warn("trigger_option_dropped", f"Nothing corresponds to {', '.join(lost)} of the trigger.")
    scopes: list[Json] = [SCOPES[action] for action in known if action in SCOPES]
    return {"type": "action", "scope": scopes, "collections": list[Json](models)}


def _manual(options: JsonObject, models: Sequence[str]) -> JsonObject:
    written: JsonObject = {
        "collections": list[Json](models),
        "location": options.get("location", "both"),
        "requireSelection": options.get("require_selection", False),
    }
    if confirmation := options.get("confirmation"):
        written |= {"requireConfirmation": True, "confirmationDescription": confirmation}
    if isinstance(schema := options.get("fields"), dict) and (fields := _fields(schema)):
        written |= {"requireConfirmation": True, "fields": fields}
    return written


def _fields(schema: JsonObject) -> list[Json]:
    properties, required = schema.get("properties"), schema.get("required")
    asked = required if isinstance(required, list) else []
    return [
        _field(name, rule, is_required=name in asked)
        for name, rule in (properties.items() if isinstance(properties, dict) else ())
        if isinstance(rule, dict)
    ]


def _field(name: str, rule: JsonObject, *, is_required: bool) -> JsonObject:
    by_type = {ours: theirs for theirs, ours in FIELD_TYPES.items()}
    by_format = {ours: theirs for theirs, ours in reversed(FORMATS.items())}
    kind = by_format.get(str(rule.get("format"))) or by_type.get(str(rule.get("type")), "string")
    meta: JsonObject = {"required": is_required}
    if note := rule.get("description"):
        meta["note"] = note
    if isinstance(values := rule.get("enum"), list):
        meta["options"] = {"choices": [{"text": str(value), "value": value} for value in values]}
    return {"field": name, "name": rule.get("title", name), "type": kind, "meta": meta}
