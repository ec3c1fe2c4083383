"""Answers of the builder's addresses: JSON, and errors as ``{code, message, hint?, ...}``."""

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from openflow_django.exceptions import OpenFlowError
from openflow_django.services.errors import FieldsInvalid
from openflow_django.spec.issues import DocumentInvalid
from openflow_django.spec.json import JsonInvalid

__all__ = ["Refused", "answer", "nothing", "refusal"]

TOO_LARGE = frozenset({"json_too_large"})


class Refused(OpenFlowError):
    """The request cannot be served; ``status`` is the status of the answer, ``more`` what it holds beside
    the error.
    """

    code = "bad_request"

    def __init__(self, message: str, *, code: str | None = None, status: int = 400, **more: Any) -> None:
        super().__init__(message, code=code)
        self.status = status
        self.more = more

    def as_dict(self) -> Mapping[str, Any]:
        return {**super().as_dict(), **self.more}


def answer(data: Any, *, status: int = 200) -> HttpResponse:
    """``data`` as JSON; half surrogate pairs, which no encoding knows, as escapes."""
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    try:
        body = text.encode()
    except UnicodeEncodeError:
        body = json.dumps(data, cls=DjangoJSONEncoder, separators=(",", ":")).encode()
    headers = {"X-Content-Type-Options": "nosniff"}
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


def nothing() -> HttpResponse:
    """Done; there is nothing to tell."""
    return HttpResponse(status=204)


def refusal(error: Exception) -> HttpResponse:
    """The answer to a request that ended with ``error``: one of ours, of permissions, or not found."""
    if isinstance(error, OpenFlowError):
        return answer(error.as_dict(), status=_status(error))
    if isinstance(error, Http404):
        return answer({"code": "not_found", "message": _("There is nothing at this address.")}, status=404)
    return answer({"code": "not_permitted", "message": _("You may not do this.")}, status=403)


def _status(error: OpenFlowError) -> int:
    if isinstance(error, Refused):
        return error.status
    if isinstance(error, PermissionDenied):
        return 403
    codes = {error.code}
    if isinstance(error, DocumentInvalid | FieldsInvalid):
        codes |= {issue.code for issue in getattr(error, "issues", ())}
    if isinstance(error, JsonInvalid | DocumentInvalid | FieldsInvalid) and codes & TOO_LARGE:
        return 413
    return 422
