"""The published versions, newest first, and one of them whole."""

from typing import Any

from django.http import Http404, HttpResponse

from openflow_django.admin.builder.answers import answer
from openflow_django.admin.builder.calls import FlowCall
from openflow_django.models import FlowVersion

__all__ = ["list_versions", "show"]

PER_PAGE = 50


def list_versions(call: FlowCall) -> HttpResponse:
    """A page of versions without their documents; ``before`` is the number from which the next page goes
    on.
    """
    versions = call.flow.versions.defer("document").select_related("created_by").order_by("-number")
    before = call.number("before")
    if before:
        versions = versions.filter(number__lt=before)
    page = list(versions[: PER_PAGE + 1])
    live = call.flow.published_version_id
    rows = [{**_described(version), "live": version.pk == live} for version in page[:PER_PAGE]]
    return answer({"versions": rows, "more": len(page) > PER_PAGE})


def show(call: FlowCall, number: int) -> HttpResponse:
    """One version with its document."""
    version = call.flow.versions.select_related("created_by").filter(number=number).first()
    if version is None:
        raise Http404
    return answer({**_described(version), "document": version.document})


def _described(version: FlowVersion) -> dict[str, Any]:
    author = version.created_by
    return {
        "number": version.number,
        "note": version.note,
        "author": author.get_username() if author is not None else None,
        "at": version.created_at,
        "digest": version.digest,
    }
