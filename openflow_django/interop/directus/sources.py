"""The shapes in which Directus flows are handed around, made one: a flow and the list of its operations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from openflow_django.exceptions import OpenFlowError
from openflow_django.spec.json import Json, JsonObject

__all__ = ["EXPORT_VERSION", "NotADirectusFlow", "Source", "is_directus", "sources"]

EXPORT_VERSION: Final = 1
"""The version of the export format that is read and written."""

MAX_DEPTH: Final = 6
FLOW_KEYS: Final = frozenset({"accountability", "operation", "operations", "trigger"})


class NotADirectusFlow(OpenFlowError):
    """What was to be imported has not the form of a Directus flow."""

    code = "not_a_directus_flow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A flow as Directus stores it. ``operations`` are those that came with it, nested ones not yet taken
    out."""

    flow: JsonObject
    operations: Sequence[JsonObject]

    @property
    def id(self) -> str:
        return _text(self.flow.get("id"))

    @property
    def name(self) -> str:
        return _text(self.flow.get("name"))

    @property
    def trigger(self) -> str:
        """event, webhook, schedule, operation or manual; "" for a flow without a trigger."""
        return _text(self.flow.get("trigger"))

    @property
    def options(self) -> JsonObject:
        """The options of the trigger."""
        options = self.flow.get("options")
        return options if isinstance(options, dict) else {}


def is_directus(value: Json) -> bool:
    """Whether ``value``, or an entry of it, has the form of what Directus exports or answers, of any
    version."""
    items = value if isinstance(value, list) else [value]
    return any(_shape(item, depth=0) is not None for item in items if isinstance(item, dict))


def sources(value: Json) -> list[Source]:
    """Every flow in ``value``, in order.

    Understands the export (``{version: 1, flow, operations}``), flows with their operations nested or beside
    them, ``{flows, operations}``, answers of the API (``{data: ...}``), and lists of these.

    Raises NotADirectusFlow.
    """
    found = list(_sources(value, depth=0))
    if not found:
        raise NotADirectusFlow(
            "There is no Directus flow in it.",
            hint='An export is an object with "version", "flow" and "operations".',
        )
    return found


def _sources(value: Json, *, depth: int) -> Iterator[Source]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            found = list(_sources(item, depth=depth + 1))
            if not found:
                raise NotADirectusFlow(f"Entry {index + 1} of the list is no Directus flow.")
            yield from found
    elif isinstance(value, dict):
        yield from _of_object(value, depth=depth)


def _of_object(value: JsonObject, *, depth: int) -> Iterator[Source]:
    flow, beside = value.get("flow"), _objects(value.get("operations"))
    match _shape(value, depth=depth):
        case "export" if isinstance(flow, dict):
            _check_version(value)
            yield _source(_unwrapped(flow), beside)
        case "flows":
            for each in _objects(value["flows"]):
                yield _source(each, [operation for operation in beside if _belongs(operation, each)])
        case "flow":
            yield _source(value, [])
        case "answer":
            yield from _sources(value["data"], depth=depth + 1)
        case _:
            return


def _shape(value: JsonObject, *, depth: int) -> Literal["answer", "export", "flow", "flows"] | None:
    if isinstance(value.get("value"), dict) or isinstance(value.get("modules"), list) or depth > MAX_DEPTH:
        return None
    flow, inner = value.get("flow"), value.get("data")
    if isinstance(flow, dict) and _shape(_unwrapped(flow), depth=depth + 1) == "flow":
        return "export"
    flows = _objects(value.get("flows"))
    if flows and all(_shape(each, depth=depth + 1) == "flow" for each in flows):
        return "flows"
    if FLOW_KEYS & value.keys() and ("name" in value or "id" in value or "trigger" in value):
        return "flow"
    items = inner if isinstance(inner, list) else [inner]
    found = [_shape(item, depth=depth + 1) for item in items if isinstance(item, dict)]
    return "answer" if found and None not in found else None


def _check_version(value: JsonObject) -> None:
    version = value.get("version", EXPORT_VERSION)
    if version != EXPORT_VERSION or isinstance(version, bool):
        raise NotADirectusFlow(
            f"The export has version {version!r}; version {EXPORT_VERSION} is read.",
            hint="Export the flow again from a Directus that writes this version.",
        )


def _source(flow: JsonObject, beside: Sequence[JsonObject]) -> Source:
    nested = [each for each in _objects(flow.get("operations")) if _is_whole(each)]
    return Source(flow=flow, operations=[*nested, *beside])


def _is_whole(operation: JsonObject) -> bool:
    """An operation itself, and no mere reference to one."""
    return "type" in operation or "key" in operation


def _belongs(operation: JsonObject, flow: JsonObject) -> bool:
    owner = operation.get("flow")
    return (owner.get("id") if isinstance(owner, dict) else owner) == flow.get("id")


def _objects(value: Json) -> list[JsonObject]:
    """The objects of a list, or of an answer of the API that holds one."""
    items = value.get("data") if isinstance(value, dict) else value
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _unwrapped(flow: JsonObject) -> JsonObject:
    inner = flow.get("data")
    return inner if isinstance(inner, dict) and not FLOW_KEYS & flow.keys() else flow


def _text(value: Json) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
