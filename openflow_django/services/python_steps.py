"""Python in documents: who may not write it may edit around it, and neither add nor change it."""

from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.permissions import PYTHON, User
from openflow_django.spec.json import Json

__all__ = ["require_author", "texts"]


def require_author(user: User | None, document: Json, *, before: Json = None) -> None:
    """Raise NotPermitted when the document holds Python that was not in it ``before``, and the user may not
    write Python."""
    if user is None or permissions.can_author(user, PYTHON):
        return
    permissions.require(texts(document) <= texts(before), _("write Python in this flow"))


def texts(document: Json) -> frozenset[str]:
    """Every Python script in a document, which need not be a valid one."""
    found: set[str] = set()
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if value.get("language") == PYTHON:
                found.add(str(value.get("content")))
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return frozenset(found)
