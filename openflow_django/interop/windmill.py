"""Flows as Windmill writes them: plain documents, exports with their wrapper, bundles of several."""

from collections.abc import Iterator

from openflow_django.exceptions import OpenFlowError
from openflow_django.interop.imported import ImportedFlow, ImportedScript
from openflow_django.interop.inline import unresolved_inline
from openflow_django.interop.names import flow_path
from openflow_django.interop.texts import read_text
from openflow_django.spec.issues import Issue, quoted
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.upgrade import upgrade

__all__ = ["NotAFlow", "load", "load_flow", "load_script"]


class NotAFlow(OpenFlowError):
    """What was to be imported has not the form of a flow."""

    code = "not_a_flow"


def load(data: Json | bytes, *, path: str = "") -> list[ImportedFlow]:
    """The flows in ``data``: JSON, or the text of JSON or YAML.

    Understands a plain OpenFlow document of any age, a bare flow value, Windmill's export (``{path, summary,
    value, schema, edited_by ...}``), a flow of its hub (``{"flow": ...}``), a workspace (``{"workspace":
    {"flows": [...]}}``) and lists of these. ``path`` is for a flow that names none. Documents come in the
    spelling of today, with a warning for all that could not be kept.

    Raises NotAFlow, and JsonInvalid or YamlInvalid for text that cannot be read.
    """
    value = read_text(data) if isinstance(data, str | bytes) else data
    found = list(_flows(value))
    if not found:
        raise NotAFlow(
            "There is no flow in it.", hint='A flow is an object with a "value" that has a list of "modules".'
        )
    alone = len(found) == 1
    return [load_flow(each, path=path if alone else "") for each in found]


def load_flow(document: JsonObject, *, path: str = "") -> ImportedFlow:
    """One flow with whatever a server has put around it."""
    upgraded = upgrade(document)
    flow = upgraded.document if isinstance(upgraded.document, dict) else {}
    named = document.get("path")
    asked = named if isinstance(named, str) and named else path
    warnings = [*unresolved_inline(flow), *upgraded.warnings]
    given = flow_path(asked)
    if asked and given != asked:
        message = (
            f"The path {quoted(asked)} has characters that paths have not here; it becomes {quoted(given)}."
        )
        warnings.append(Issue("", code="path_changed", message=message, severity="warning"))
    return ImportedFlow(
        path=given,
        summary=_text(flow.get("summary")),
        description=_text(flow.get("description")),
        document=flow,
        warnings=tuple(warnings),
    )


def load_script(data: JsonObject, *, path: str, content: str, source: str) -> ImportedScript:
    """One script: what is said about it in ``data``, and its code."""
    lock = data.get("lock")
    return ImportedScript(
        path=path,
        language=_text(data.get("language")),
        content=content,
        summary=_text(data.get("summary")),
        description=_text(data.get("description")),
        schema=data.get("schema"),
        lock=lock if isinstance(lock, str) and lock else None,
        source=source,
    )


def _flows(value: Json, *, depth: int = 0) -> Iterator[JsonObject]:
    """The objects in ``value`` that have the form of a flow, in order. Raises NotAFlow for a list with
    others."""
    if depth > 4:
        return
    if isinstance(value, list):
        for index, item in enumerate(value):
            found = list(_flows(item, depth=depth + 1))
            if not found:
                raise NotAFlow(f"Entry {index + 1} of the list is no flow.")
            yield from found
    elif isinstance(value, dict):
        inner = value.get("value")
        if isinstance(value.get("modules"), list) or (isinstance(inner, dict) and "modules" in inner):
            yield value
            return
        for key in ("workspace", "flows", "flow"):
            yield from _flows(_with_paths(value.get(key)), depth=depth + 1)


def _with_paths(value: Json) -> Json:
    """Flows that are given by their paths, as a list of flows that name them."""
    if not isinstance(value, dict) or not value or not all(_is_plain_flow(item) for item in value.values()):
        return value
    return [{"path": path, **item} for path, item in value.items() if isinstance(item, dict)]


def _is_plain_flow(value: Json) -> bool:
    inner = value.get("value") if isinstance(value, dict) else None
    return isinstance(inner, dict) and "modules" in inner


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
