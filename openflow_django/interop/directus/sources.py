"""The shapes in which Directus flows are handed around, made one: a flow and the list of its operations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

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
    """Whether ``value`` has the form of what Directus exports or answers."""
    try:
        return any(True for _ in _sources(value, depth=0))
    except NotADirectusFlow:
        return False


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
    if isinstance(value.get("value"), dict) or isinstance(value.get("modules"), list):
        return
    flow, beside = value.get("flow"), _objects(value.get("operations"))
    if isinstance(flow, dict):
        _check_version(value)
        yield _source(_unwrapped(flow), beside)
    elif "flows" in value:
        for each in _objects(value["flows"]):
            yield _source(each, [operation for operation in beside if _belongs(operation, each)])
    elif FLOW_KEYS & value.keys() and ("name" in value or "id" in value or "trigger" in value):
        yield _source(value, [])
    elif isinstance(value.get("data"), dict | list):
        yield from _sources(value["data"], depth=depth + 1)


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
