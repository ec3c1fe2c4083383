"""Steps that run one of our operations, as operations of Directus."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from openflow_django.interop.directus.report import Report
from openflow_django.interop.directus.tags import has_tags
from openflow_django.spec.issues import quoted
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.modules import Module, PathScript
from openflow_django.spec.transforms import InputTransform, Static, Template

__all__ = ["PREFIX", "Written", "value_of", "write_operation"]

PREFIX: Final = "op/"


@dataclass(frozen=True, slots=True)
class Written:
    """Type and options of an operation."""

    type: str
    options: JsonObject


Options: TypeAlias = dict[str, Json]
Write: TypeAlias = Callable[[Options], JsonObject]

SAME: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "condition": ("condition", ("filter",)),
    "exec": ("exec", ("code",)),
    "transform": ("transform", ("json",)),
    "log": ("log", ("message",)),
    "throw_error": ("throw-error", ("code", "status", "message")),
    "json_web_token": ("json-web-token", ("operation", "payload", "token", "secret", "options")),
    "notification": ("notification", ("recipient", "subject", "message", "collection", "item")),
}
"""Those whose options have the same names there."""

#: Options that are as they are there anyway, or make no difference to what comes after.
SILENT: Final[Mapping[str, Mapping[str, Json]]] = {
    "log": {"level": "info"},
    "http_request": {"max_redirects": 10, "fail_on_status": True},
}


def write_operation(module: Module, value: PathScript, report: Report) -> Written | None:
    """The operation; None, with the reason in the report, where there is none."""
    kind = value.path.removeprefix(PREFIX)
    given = _options(module, value.input_transforms, report)
    if given is None:
        return None
    if kind in SAME:
        type, names = SAME[kind]
        written = Written(type, {name: given.pop(name) for name in names if name in given})
    elif kind in WRITERS:
        type, write = WRITERS[kind]
        written = Written(type, write(given))
    else:
        report.warn("own_operation", f"Directus has no operation {quoted(kind)}.", step=module.id)
        return Written(kind, given)
    left = [name for name, option in given.items() if SILENT.get(kind, {}).get(name) != option]
    if left:
        named = ", ".join(map(quoted, left))
        report.warn(
            "option_dropped", f"Nothing corresponds to {named} of {quoted(module.id)}.", step=module.id
        )
    return written


def value_of(transform: InputTransform, *, named: str, step: str, report: Report) -> tuple[Json, bool]:
    """What an input is in Directus, and whether it can be there."""
    match transform:
        case Template(value=value):
            return value, True
        case Static(value=value) if not has_tags(value):
            return value, True
        case Static():
            message = f"{named} holds braces that Directus would take for a tag."
        case _:
            message = f"{named} is computed by an expression; Directus has templates only."
    report.refuse("not_expressible", message, step=step)
    return None, False


def _options(module: Module, transforms: Mapping[str, InputTransform], report: Report) -> Options | None:
    options: Options = {}
    whole = True
    for name, transform in transforms.items():
        named = f"{quoted(name)} of {quoted(module.id)}"
        value, is_kept = value_of(transform, named=named, step=module.id, report=report)
        whole = whole and is_kept
        if value is not None:
            options[name] = value
    return options if whole else None


def _request(given: Options) -> JsonObject:
    headers = given.pop("headers", None)
    if isinstance(headers, dict):
        headers = list[Json]({"header": name, "value": value} for name, value in headers.items())
    written: JsonObject = {"method": given.pop("method", "GET"), "url": given.pop("url", "")}
    return {**written, "headers": headers or [], "body": given.pop("body", None)}


def _mail(given: Options) -> JsonObject:
    written: JsonObject = {name: given.pop(name) for name in ("to", "cc", "bcc", "subject") if name in given}
    if "reply_to" in given:
        written["replyTo"] = given.pop("reply_to")
    if "template" in given:
        return {
            **written,
            "type": "template",
            "template": given.pop("template"),
            "data": given.pop("data", {}),
        }
    if "html" in given:
        return {**written, "type": "wysiwyg", "body": given.pop("html")}
    body = given.pop("markdown") if "markdown" in given else given.pop("text", "")
    return {**written, "type": "markdown", "body": body}


def _item(given: Options) -> JsonObject:
    written: JsonObject = {"collection": given.pop("model", "")}
    if given.pop("emit_events", None):
        written["emitEvents"] = True
    if "payload" in given:
        written["payload"] = given.pop("payload")
    for name in ("key", "keys"):
        if name in given:
            written["key"] = given.pop(name)
    query: JsonObject = {name: given.pop(name) for name in QUERY if name in given}
    return {**written, "query": query} if query else written


QUERY: Final = ("filter", "fields", "sort", "search", "limit", "offset", "aggregate")

WRITERS: Final[Mapping[str, tuple[str, Write]]] = {
    "http_request": ("request", _request),
    "send_mail": ("mail", _mail),
    "item_create": ("item-create", _item),
    "item_read": ("item-read", _item),
    "item_update": ("item-update", _item),
    "item_delete": ("item-delete", _item),
}
