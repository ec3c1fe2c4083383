"""Directus flows in few words."""

from typing import Any

from openflow_django.interop import directus
from openflow_django.interop.imported import ImportedFlow
from openflow_django.spec.issues import errors
from openflow_django.spec.validate import validate
from openflow_django.testing import FlowRun, run_flow

__all__ = [
    "answer",
    "export",
    "ids_of",
    "inputs",
    "load",
    "made",
    "op",
    "run",
    "static",
    "step_ids",
    "steps_of",
    "template",
    "told",
    "transform",
]


def op(
    key: str,
    type: str,
    /,
    *,
    resolve: str | None = None,
    reject: str | None = None,
    ref: str | None = None,
    **options: Any,
) -> dict[str, Any]:
    """An operation; ``resolve`` and ``reject`` are keys, or the ``ref`` where the key does not name it."""
    edges = {"resolve": ids_of(resolve), "reject": ids_of(reject)}
    return {"id": ids_of(ref or key), "key": key, "type": type, "options": options, **edges}


def ids_of(key: str | None) -> str | None:
    """The id of the operation that is called so."""
    return None if key is None else f"id-{key}"


def export(
    *operations: dict[str, Any],
    first: str | None = "",
    trigger: str = "webhook",
    options: dict[str, Any] | None = None,
    **flow: Any,
) -> dict[str, Any]:
    """An export of version 1, with ids; the first operation is the first given unless ``first`` names it."""
    begin = (operations[0]["id"] if operations else None) if first == "" else ids_of(first)
    return {
        "version": 1,
        "flow": {
            "id": "flow-1",
            "name": "A flow",
            "status": "inactive",
            "accountability": "all",
            "trigger": trigger,
            "options": {"return": "$last", "method": "POST"} if options is None else options,
            "operation": begin,
            **flow,
        },
        "operations": [{**operation, "flow": "flow-1"} for operation in operations],
    }


def load(*operations: dict[str, Any], **flow: Any) -> ImportedFlow:
    [found] = directus.load(export(*operations, **flow))
    return found


def run(*operations: dict[str, Any], body: Any = None, **flow: Any) -> FlowRun:
    """Import and run, started by a webhook with this body."""
    return run_flow(load(*operations, **flow).document, None, trigger={"body": {} if body is None else body})


def answer(*operations: dict[str, Any], body: Any = None, **flow: Any) -> tuple[int, Any]:
    """Status and body of the answer."""
    found = load(*operations, **flow)
    return directus.answer(
        found, run_flow(found.document, None, trigger={"body": {} if body is None else body})
    )


def steps_of(run: FlowRun) -> list[tuple[str, str]]:
    """Keys and statuses of the steps that ran, in order, in the words of Directus."""
    words = {"success": "resolve", "failure": "reject"}
    return [(key, words[record.status]) for key, records in run.steps.items() for record in records]


def step_ids(flow: ImportedFlow) -> list[str]:
    """Ids of the steps of the flow's own list."""
    document: Any = flow.document
    return [module["id"] for module in document["value"]["modules"]]


def made(kind: str, /, **options: Any) -> Any:
    """The module that an operation becomes."""
    document: Any = load(op("a", kind, **options)).document
    assert errors(validate(document)) == []
    return document["value"]["modules"][0]


def told(kind: str, /, **options: Any) -> list[str]:
    """The codes of what is told about an operation."""
    return [issue.code for issue in load(op("a", kind, **options)).warnings]


def inputs(kind: str, /, **options: Any) -> Any:
    """Its input transforms."""
    return made(kind, **options)["value"]["input_transforms"]


def static(value: Any) -> dict[str, Any]:
    return {"type": "static", "value": value}


def template(value: Any) -> dict[str, Any]:
    return {"type": "template", "value": value}


def transform(key: str, value: Any, **edges: Any) -> dict[str, Any]:
    """An operation that gives ``value``."""
    return op(key, "transform", json=value, **edges)
