"""Upgrading in tests."""

from typing import Any

from openflow_django.spec.upgrade import upgrade
from tests.spec.documents import (
    flow,
)


def upgraded(document: Any) -> Any:
    """The new document. No warnings expected."""
    result = upgrade(document)
    assert result.warnings == []
    return result.document


def modules(document: Any) -> Any:
    return upgraded(document)["value"]["modules"]


def only(module: Any) -> Any:
    (new,) = modules(flow(module))
    return new


def warned(document: Any) -> list[tuple[str, str, str | None]]:
    return [(issue.path, issue.code, issue.step_id) for issue in upgrade(document).warnings]
