"""What starts a flow in Directus, as triggers of ours."""

from collections.abc import Mapping
from typing import Final

from openflow_django.interop.directus.report import Report
from openflow_django.interop.directus.sources import Source
from openflow_django.interop.directus.steps import Site
from openflow_django.interop.directus.tags import renamed_path
from openflow_django.interop.imported import FlowTrigger
from openflow_django.spec.issues import quoted
from openflow_django.spec.json import Json, JsonObject

__all__ = ["EVENT", "EVENT_FILTER", "FLOW", "MANUAL", "MODEL_EVENT", "SCHEDULE", "WEBHOOK", "triggers_of"]

EVENT: Final = "event"
EVENT_FILTER: Final = "event_filter"
FLOW: Final = "flow"
MANUAL: Final = "manual"
MODEL_EVENT: Final = "model_event"
SCHEDULE: Final = "schedule"
WEBHOOK: Final = "webhook"

WEBHOOK_DEFAULTS: Final = {"method": "GET", "return": "$last"}
ACTIONS: Final = {"items.create": "created", "items.update": "updated", "items.delete": "deleted"}
LOCATIONS: Final = ("both", "collection", "item", "hidden")
FIELD_TYPES: Final = {
    "bigInteger": "integer",
    "boolean": "boolean",
    "decimal": "number",
    "float": "number",
    "integer": "integer",
    "json": "object",
}
FORMATS: Final = {"date": "date", "dateTime": "date-time", "time": "time", "timestamp": "date-time"}


def triggers_of(source: Source, *, site: Site, report: Report, names: Mapping[str, str]) -> list[FlowTrigger]:
    """The triggers of a flow, all turned off. ``names`` is what the data chain calls steps at the end."""
    options = dict(source.options)
    match source.trigger:
        case "event" if options.get("type") == "filter":
            report.warn(
                "trigger_blocking",
                "The flow ran inside the save and could change or refuse it; see the options of its trigger.",
            )
            return [_trigger(EVENT_FILTER, source, _with_return(options, names))]
        case "event":
            return _events(source, options, site=site, report=report)
        case "webhook":
            given = {name: value for name, value in options.items() if value is not None}
            return [_trigger(WEBHOOK, source, _with_return({**WEBHOOK_DEFAULTS, **given}, names))]
        case "schedule":
            _tell_cron(options, report)
            return [_trigger(SCHEDULE, source, options)]
        case "operation":
            return [_trigger(FLOW, source, _with_return(options, names))]
        case "manual":
            return _manual(source, options, site=site, report=report)
        case "":
            report.warn("trigger_missing", "The flow has no trigger.")
            return []
        case other:
            report.warn("trigger_unknown", f"There is no trigger of the type {quoted(other)}.")
            return [_trigger(other, source, options)]


def _trigger(type: str, source: Source, options: JsonObject) -> FlowTrigger:
    return FlowTrigger(type=type, name=source.name, options=options, enabled=False)


def _with_return(options: JsonObject, names: Mapping[str, str]) -> JsonObject:
    path = options.get("return")
    return {**options, "return": renamed_path(path, names)} if isinstance(path, str) else options


def _events(source: Source, options: JsonObject, *, site: Site, report: Report) -> list[FlowTrigger]:
    scopes, collections = _texts(options.get("scope")), _texts(options.get("collections"))
    actions: list[Json] = [ACTIONS[scope] for scope in ACTIONS if scope in scopes]
    found = [
        _trigger(MODEL_EVENT, source, {"model": _model(name, site, report), "actions": actions})
        for name in collections
        if actions
    ]
    others: list[Json] = [scope for scope in scopes if scope not in ACTIONS]
    if others:
        found.append(_trigger(EVENT, source, {**options, "scope": others}))
    if not found:
        report.warn("trigger_silent", "The event of the flow names no collection, so it never happens.")
    if found and actions:
        report.warn(
            "payload_differs",
            "The payload has more than Directus gives, and one object per event: see the documentation.",
        )
    return found


def _manual(source: Source, options: JsonObject, *, site: Site, report: Report) -> list[FlowTrigger]:
    location, fields = options.get("location"), options.get("fields")
    settings: JsonObject = {
        "location": location if location in LOCATIONS else "both",
        "require_selection": options.get("requireSelection") is not False,
    }
    if isinstance(fields, list) and fields:
        settings["fields"] = _form(fields)
    if options.get("requireConfirmation"):
        settings["confirmation"] = str(options.get("confirmationDescription") or source.name)
    dropped = [name for name in ("async", "error_on_reject") if options.get(name)]
    if dropped:
        report.warn("trigger_option_dropped", f"Nothing corresponds to {', '.join(dropped)} of the trigger.")
    models = [_model(name, site, report) for name in _texts(options.get("collections"))]
    if not models:
        report.warn("trigger_silent", "The manual trigger names no collection, so it has no button.")
    return [_trigger(MANUAL, source, {"model": model, **settings}) for model in models]


def _form(fields: list[Json]) -> JsonObject:
    """The fields of the form as a JSON Schema."""
    properties: JsonObject = {}
    required: list[Json] = []
    for field in fields:
        name = field.get("field") if isinstance(field, dict) else None
        if isinstance(field, dict) and isinstance(name, str) and name:
            properties[name] = _field(field)
            if _meta(field).get("required"):
                required.append(name)
    return {"type": "object", "properties": properties, "required": required, "x-order": list(properties)}


def _field(field: JsonObject) -> JsonObject:
    kind, meta = str(field.get("type")), _meta(field)
    schema: JsonObject = {"title": str(field.get("name") or field.get("field"))}
    schema["type"] = FIELD_TYPES.get(kind, "string")
    if kind in FORMATS:
        schema["format"] = FORMATS[kind]
    if isinstance(note := meta.get("note"), str) and note:
        schema["description"] = note
    options = meta.get("options")
    choices = options.get("choices") if isinstance(options, dict) else None
    items = choices if isinstance(choices, list) else []
    if values := [item["value"] for item in items if isinstance(item, dict) and "value" in item]:
        schema["enum"] = values
    return schema


def _meta(field: JsonObject) -> JsonObject:
    meta = field.get("meta")
    return meta if isinstance(meta, dict) else {}


def _model(collection: str, site: Site, report: Report) -> str:
    known = site.collections.get(collection, collection)
    if known == collection and "." not in collection:
        report.warn(
            "collection_unknown",
            f"The collection {quoted(collection)} is none of the site's models.",
            hint="Name the model as app.model.",
        )
    return known


def _tell_cron(options: JsonObject, report: Report) -> None:
    cron = options.get("cron")
    if isinstance(cron, str) and len(cron.split()) == 6:
        report.warn(
            "cron_seconds",
            f"The schedule {quoted(cron)} has six fields, seconds first; schedules have five here.",
            hint="Leave out the first field.",
        )


def _texts(value: Json) -> list[str]:
    items = value.split(",") if isinstance(value, str) else value
    return [item.strip() for item in items if isinstance(item, str)] if isinstance(items, list) else []
