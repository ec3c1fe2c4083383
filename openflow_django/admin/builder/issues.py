"""Issues as the builder shows them: at a step, and at the field of it that has to be changed."""

from collections.abc import Iterable
from typing import Any

from openflow_django.services.documents import validate_document
from openflow_django.spec.issues import Issue
from openflow_django.spec.json import Json
from openflow_django.spec.raw_steps import raw_steps

__all__ = ["document_issues", "moved", "placed"]


def document_issues(document: Json) -> list[dict[str, Any]]:
    """Everything wrong with a document on this site."""
    return placed(validate_document(document), document)


def placed(issues: Iterable[Issue], document: Json) -> list[dict[str, Any]]:
    """Each issue with ``field``: the JSON pointer of its place within its step, within the document where
    it is at no step.
    """
    found = list(issues)
    steps = _pointers(document) if found else frozenset[str]()
    return [{**issue.as_dict(), "field": _field(issue.path, steps)} for issue in found]


def moved(issues: Iterable[Issue], tried: Json, document: Json) -> list[dict[str, Any]]:
    """Issues of a document that was made of ``document``, at the steps of the latter where it has them.

    What is said about the marks of stand-ins is no business of the editor.
    """
    value = document.get("value") if isinstance(document, dict) else None
    steps = raw_steps(value) if isinstance(value, dict) else ()
    here = {step.step.get("id"): step.pointer for step in steps}
    return [
        {**issue, "path": f"{here[issue['step_id']]}{issue['field']}"} if issue["step_id"] in here else issue
        for issue in placed(issues, tried)
        if not issue["path"].endswith("/mock/pinned")
    ]


def _pointers(document: Json) -> frozenset[str]:
    value = document.get("value") if isinstance(document, dict) else None
    return frozenset(step.pointer for step in raw_steps(value)) if isinstance(value, dict) else frozenset()


def _field(path: str, steps: frozenset[str]) -> str:
    around = path
    while around and around not in steps:
        around = around.rpartition("/")[0]
    return path.removeprefix(around)
