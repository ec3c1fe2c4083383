"""The draft: saved whole, judged, published. ``base`` is the digest of the document that the editor saw."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.builder.answers import Refused, answer
from openflow_django.admin.builder.calls import FlowCall, document_bytes
from openflow_django.admin.builder.issues import document_issues, placed
from openflow_django.models import Flow, encode_json
from openflow_django.services import flows as flow_service
from openflow_django.services.errors import DraftConflict
from openflow_django.spec.issues import DocumentInvalid
from openflow_django.spec.json import Json, JsonObject, digest

__all__ = ["described", "publish", "save", "validate"]

MAX_NOTE = 2_000


def described(flow: Flow) -> dict[str, Any]:
    """The stored draft with its token, and who saved it when."""
    saved_by = flow.draft_updated_by
    return {
        "document": flow.draft,
        "base": digest(flow.draft),
        "updated_at": flow.draft_updated_at,
        "updated_by": saved_by.get_username() if saved_by is not None else None,
    }


def save(call: FlowCall) -> HttpResponse:
    """Store the draft, with whatever mistakes. What is stored already counts as saved: the answer to an
    earlier request may have been lost.
    """
    call.require(permissions.can_edit(call.user, call.flow), _("edit this flow"))
    given = call.body(max_bytes=document_bytes())
    document, flow = _document(given), call.flow
    if encode_json(document) == encode_json(flow.draft):
        return _saved(flow)
    if given.get("base") != digest(flow.draft):
        return _conflict(flow)
    try:
        revision = flow.draft_revision
        flow = flow_service.save_draft(flow, document=document, revision=revision, user=call.user)
    except DraftConflict as conflict:
        return _conflict(conflict.current)
    return _saved(flow)


def validate(call: FlowCall) -> HttpResponse:
    """Judge a document without storing it."""
    call.require(permissions.can_edit(call.user, call.flow), _("edit this flow"))
    return answer({"issues": document_issues(_document(call.body(max_bytes=document_bytes())))})


def publish(call: FlowCall) -> HttpResponse:
    """Make the stored draft live, if it is the one that the publisher saw."""
    call.require(permissions.can_publish(call.user, call.flow), _("publish this flow"))
    given = call.body()
    base, note = given.get("base"), given.get("note") or ""
    if not isinstance(base, str) or not isinstance(note, str):
        raise Refused(_("base and note are texts."))
    try:
        version = flow_service.publish(call.flow, digest=base, user=call.user, note=note[:MAX_NOTE])
    except DraftConflict as conflict:
        return _conflict(conflict.current)
    except DocumentInvalid as error:
        issues = placed(error.issues, call.flow.draft)
        return answer({**error.as_dict(), "issues": issues}, status=422)
    return answer({"version": version.number, "digest": version.digest, "at": version.created_at})


def _document(given: JsonObject) -> Json:
    if "document" not in given:
        raise Refused(_("The document is missing."))
    return given["document"]


def _saved(flow: Flow) -> HttpResponse:
    stored = {name: value for name, value in described(flow).items() if name != "document"}
    return answer({**stored, "issues": document_issues(flow.draft)})


def _conflict(flow: Flow) -> HttpResponse:
    error = DraftConflict(flow)
    return answer({**error.as_dict(), "code": "conflict", **described(flow)}, status=409)
