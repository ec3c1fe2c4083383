"""The published versions of a flow: listed, looked at, taken back into the draft."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.pages import PageAdmin
from openflow_django.admin.publishing import difference
from openflow_django.exceptions import OpenFlowError
from openflow_django.json_text import pretty
from openflow_django.models import Flow
from openflow_django.services import flows as flow_service

__all__ = ["VersionPages"]

PER_PAGE = 50


class VersionPages(PageAdmin):
    """The pages of the flow admin about its past."""

    def version_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        one = "<path:object_id>/versions/<int:number>/"
        return [
            path("<path:object_id>/versions/", view(self.versions_view), name=self.local_name("versions")),
            path(one, view(self.version_view), name=self.local_name("version")),
            path(f"{one}restore/", view(self.restore_view), name=self.local_name("restore")),
        ]

    def versions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Who published what and when, newest first."""
        flow: Flow = self.found(request, object_id)
        versions = flow.versions.defer("document").select_related("created_by").order_by("-number")
        page = Paginator(versions, PER_PAGE).get_page(request.GET.get("page"))
        rows = [(version, self.address("version", flow.pk, version.number)) for version in page]
        return self.page(
            request,
            "flow/versions.html",
            title=_("Versions"),
            obj=flow,
            crumb=_("Versions"),
            page=page,
            rows=rows,
        )

    def version_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        """One version: its document, and how the draft differs from it."""
        flow: Flow = self.found(request, object_id)
        version = get_object_or_404(flow.versions.select_related("created_by"), number=number)
        title = _("Version {number}").format(number=number)
        context = {
            "version": version,
            "text": pretty(version.document),
            "can_restore": permissions.can_edit(request.user, flow) and version.document != flow.draft,
            "restore_url": self.address("restore", flow.pk, number),
            **difference(version.document, flow.draft),
        }
        return self.page(request, "flow/version.html", title=title, obj=flow, crumb=title, **context)

    def restore_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        """On POST make the version the draft, unless somebody saved the draft since the page was opened."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        flow: Flow = self.found(request, object_id)
        if not permissions.can_edit(request.user, flow):
            raise PermissionDenied
        document = get_object_or_404(flow.versions, number=number).document
        seen = request.POST.get("revision", "")
        revision = int(seen) if seen.isdecimal() and len(seen) < 10 else 0
        try:
            flow_service.save_draft(flow, document=document, revision=revision, user=request.user)
            messages.success(request, _("The draft is version {number} again.").format(number=number))
        except OpenFlowError as error:
            self.refuse(request, error)
        return self.go("change", flow.pk)
