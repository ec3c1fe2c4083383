"""Text from the clipboard as steps: a fragment, a list of steps, a whole document, or the export of another
system.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from openflow_django.admin.builder.answers import Refused, answer
from openflow_django.admin.builder.calls import Call, document_bytes
from openflow_django.admin.builder.catalog import sees_flows
from openflow_django.conf import settings
from openflow_django.spec.issues import Issue
from openflow_django.spec.json import Json, JsonInvalid, JsonObject, loads
from openflow_django.spec.upgrade import upgrade

__all__ = ["CONVERTERS", "Converted", "convert"]

MAX_KEYS = 1_000_000

Converted = tuple[str, list[Json], list[Issue]]
"""Kind of the text, the steps in it, what was lost or changed on the way."""
Converter = Callable[[Json], Converted | None]
"""Gives None for what it does not know."""


def convert(call: Call) -> HttpResponse:
    """The steps in ``text``. Nothing is stored."""
    call.require(sees_flows(call.request), _("see flows"))
    text = call.body(max_bytes=document_bytes()).get("text")
    if not isinstance(text, str):
        raise Refused(_("Send a text."))
    value = _parsed(text)
    for converter in CONVERTERS:
        converted = converter(value)
        if converted is not None:
            kind, modules, warnings = converted
            told = [issue.as_dict() for issue in warnings]
            return answer({"kind": kind, "modules": modules, "warnings": told})
    raise Refused(_("There are no steps in this text."), code="nothing_to_convert", status=422)


def _parsed(text: str) -> Json:
    try:
        return loads(
            text.strip(),
            max_bytes=settings.MAX_DOCUMENT_BYTES,
            max_depth=settings.MAX_JSON_DEPTH,
            max_keys=MAX_KEYS,
        )
    except JsonInvalid as error:
        raise Refused(error.message, code=error.code, status=422) from error


def _fragment(value: Json) -> Converted | None:
    """What the builder itself copies, a bare list of steps, or one step."""
    match value:
        case {"openflow_fragment": _, "modules": list(modules)}:
            return "fragment", _steps(modules), []
        case list() if value and all(_is_step(step) for step in value):
            return "fragment", _steps(value), []
        case dict() if _is_step(value):
            return "fragment", [value], []
        case _:
            return None


def _openflow(value: Json) -> Converted | None:
    """A document, of whatever age."""
    if not isinstance(value, dict) or not isinstance(value.get("value"), dict):
        return None
    upgraded = upgrade(value)
    document: Any = upgraded.document
    modules = document["value"].get("modules") if isinstance(document, dict) else None
    return ("openflow", _steps(modules), list(upgraded.warnings)) if isinstance(modules, list) else None


CONVERTERS: list[Converter] = [_fragment, _openflow]
"""Asked in this order."""


def _steps(modules: list[Json]) -> list[Json]:
    return [step for step in modules if isinstance(step, dict)]


def _is_step(value: Json | JsonObject) -> bool:
    match value:
        case {"id": str(), "value": {"type": str()}}:
            return True
        case _:
            return False
