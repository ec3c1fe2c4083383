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
from openflow_django.admin.builder.places import document_value
from openflow_django.conf import settings
from openflow_django.interop import directus
from openflow_django.interop.texts import read_text
from openflow_django.spec.issues import DocumentInvalid, Issue
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.upgrade import upgrade

__all__ = ["CONVERTERS", "Converted", "convert"]

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
    """The JSON or YAML of a text."""
    if len(text.encode("utf-8", "surrogatepass")) > settings.MAX_DOCUMENT_BYTES:
        raise Refused(_("The text is too long."), code="too_large", status=413)
    return read_text(text.strip())


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


def _directus(value: Json) -> Converted | None:
    """An export of Directus; of several flows the first."""
    if not directus.is_directus(value):
        return None
    imported = directus.load(value)[0]
    if imported.errors:
        raise DocumentInvalid(imported.errors)
    modules = document_value(imported.document).get("modules")
    return "directus", _steps(modules if isinstance(modules, list) else []), list(imported.warnings)


def _openflow(value: Json) -> Converted | None:
    """A document, of whatever age."""
    if not isinstance(value, dict) or not isinstance(value.get("value"), dict):
        return None
    upgraded = upgrade(value)
    document: Any = upgraded.document
    modules = document["value"].get("modules") if isinstance(document, dict) else None
    return ("openflow", _steps(modules), list(upgraded.warnings)) if isinstance(modules, list) else None


CONVERTERS: list[Converter] = [_fragment, _directus, _openflow]
"""Asked in this order."""


def _steps(modules: list[Json]) -> list[Json]:
    return [step for step in modules if isinstance(step, dict)]


def _is_step(value: Json | JsonObject) -> bool:
    match value:
        case {"id": str(), "value": {"type": str()}}:
            return True
        case _:
            return False
