"""Publishing a flow: what changes is shown first, and exactly what was shown goes live. Switching it on
and off.
"""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.changes import in_words
from openflow_django.admin.flow_page import located
from openflow_django.admin.pages import PageAdmin
from openflow_django.admin.text_diff import diff_lines
from openflow_django.exceptions import OpenFlowError
from openflow_django.json_text import pretty
from openflow_django.models import Flow, FlowStatus, FlowVersion
from openflow_django.models.flow import minimal_document
from openflow_django.services import flows as flow_service
from openflow_django.services.errors import DraftConflict
from openflow_django.spec.diff import diff
from openflow_django.spec.issues import DocumentInvalid, errors
from openflow_django.spec.json import Json, digest

__all__ = ["PublishingPages", "difference"]

MAX_NOTE = 2_000


def difference(before: Json, after: Json) -> dict[str, Any]:
    """The context of a comparison: in words and line by line."""
    return {"changes": in_words(diff(before, after)), "lines": diff_lines(pretty(before), pretty(after))}


class PublishingPages(PageAdmin):
    """The pages of the flow admin that change what runs."""

    def publishing_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/publish/", view(self.publish_view), name=self.local_name("publish")),
            path("<path:object_id>/activate/", view(self.activate_view), name=self.local_name("activate")),
            path(
                "<path:object_id>/deactivate/", view(self.deactivate_view), name=self.local_name("deactivate")
            ),
        ]

    def publish_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the difference to the live version; on POST publish the draft of the digest that was
        shown.
        """
        flow = self._publishable(request, object_id)
        if request.method == "POST":
            try:
                version = self._publish(request, flow)
            except DraftConflict:
                messages.error(request, _("The draft changed since you looked. This is how it differs now."))
            except DocumentInvalid as error:
                self.refuse(request, error)
            else:
                messages.success(request, _("Version {number} is live.").format(number=version.number))
                return self.go("change", flow.pk)
            flow = self._publishable(request, object_id)
        return self.page(
            request, "flow/publish.html", title=_("Publish"), obj=flow, **self._publish_context(flow)
        )

    def activate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let triggers start the flow."""
        return self._switch(request, object_id, FlowStatus.ACTIVE)

    def deactivate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Stop triggers from starting it."""
        return self._switch(request, object_id, FlowStatus.INACTIVE)

    def _publishable(self, request: HttpRequest, object_id: str) -> Flow:
        flow: Flow = self.found(request, object_id)
        if not permissions.can_publish(request.user, flow):
            raise PermissionDenied
        return flow

    def _publish(self, request: HttpRequest, flow: Flow) -> FlowVersion:
        note = request.POST.get("note", "")[:MAX_NOTE]
        version = flow_service.publish(
            flow, digest=request.POST.get("digest", ""), user=request.user, note=note
        )
        if "_activate" in request.POST:
            flow_service.activate(flow, user=request.user)
        return version

    def _publish_context(self, flow: Flow) -> dict[str, Any]:
        live = flow.published_version
        draft_digest = digest(flow.draft)
        issues = located(flow.draft, pretty(flow.draft))
        return {
            "crumb": _("Publish"),
            "live": live,
            "next_number": (flow.versions.order_by("-number").values_list("number", flat=True).first() or 0)
            + 1,
            "draft_digest": draft_digest,
            "is_same": live is not None and live.digest == draft_digest,
            "issues": issues,
            "is_blocked": bool(errors(shown.issue for shown in issues)),
            "flow_url": self.address("change", flow.pk),
            **difference(minimal_document() if live is None else live.document, flow.draft),
        }

    def _switch(self, request: HttpRequest, object_id: str, status: FlowStatus) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        flow = self._publishable(request, object_id)
        try:
            if status == FlowStatus.ACTIVE:
                flow_service.activate(flow, user=request.user)
                messages.success(request, _("The flow is active: its triggers start it from now on."))
            else:
                flow_service.deactivate(flow, user=request.user)
                messages.success(request, _("The flow is inactive: nothing starts it any more."))
        except OpenFlowError as error:
            self.refuse(request, error)
        return self.go("change", flow.pk)
