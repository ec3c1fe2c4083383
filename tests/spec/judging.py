"""A small site, and what is found wrong with a document on it."""

from collections.abc import Iterable
from typing import Any, Literal

from openflow_django.spec.issues import Issue
from openflow_django.spec.json import Json
from openflow_django.spec.validate import validate


class Shop:
    """A site with two operations, one script and one flow."""

    schemas: dict[str, Json] = {
        "send_mail": {
            "type": "object",
            "properties": {
                "to": {"type": "array", "items": {"type": "string"}},
                "subject": {"type": "string", "maxLength": 20},
                "kind": {"enum": ["plain", "html"]},
                "retries": {"type": "integer", "default": 3},
            },
            "required": ["to", "retries"],
            "additionalProperties": False,
        },
        "log": {},
    }

    def operation_schema(self, type: str) -> Json | None:
        return self.schemas.get(type)

    def has_script(self, path: str) -> bool:
        return path in self.names("script")

    def has_flow(self, path: str) -> bool:
        return path in self.names("flow")

    def names(self, kind: Literal["operation", "script", "flow"]) -> Iterable[str]:
        return {"operation": list(self.schemas), "script": ["f/one"], "flow": ["orders/paid"]}[kind]


def found(document: Any, **site: Any) -> list[tuple[str, str]]:
    """Path and code of each issue."""
    return [(issue.path, issue.code) for issue in validate(document, **site)]


def only(document: Any, **site: Any) -> Issue:
    (issue,) = validate(document, **site)
    return issue
