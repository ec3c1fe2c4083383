"""What can be done with a run: look at one of its values, stop it, do it again, do the rest of it again."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.pages import PageAdmin, plain_text
from openflow_django.admin.run_page import checkpoints, whole_value
from openflow_django.exceptions import OpenFlowError
from openflow_django.models import ACTIVE_STATUSES, Run
from openflow_django.permissions import NotPermitted
from openflow_django.services import repeats
from openflow_django.services import runs as run_service

__all__ = ["RunActions"]

MAX_REASON = 500


class RunActions(PageAdmin):
    """The pages of the run admin behind its buttons. What changes something answers to POST."""

    def action_urls(self) -> list[URLPattern]:
        views = {
            "state": self.state_view,
            "value": self.value_view,
            "cancel": self.cancel_view,
            "replay": self.replay_view,
            "restart": self.restart_view,
        }
        return [
            path(f"<path:object_id>/{name}/", self.admin_site.admin_view(view), name=self.local_name(name))
            for name, view in views.items()
        ]

    def action_addresses(self, run: Run) -> dict[str, str]:
        """Where the buttons of the page lead."""
        return {name: self.address(name, run.pk) for name in ("state", "cancel", "replay", "restart")}

    def can_replay(self, request: HttpRequest, run: Run) -> bool:
        """Whether it makes sense to offer running it again."""
        whole = run.flow is not None and run.parent is None and run.status not in ACTIVE_STATUSES
        return whole and permissions.can_replay(request.user, run)

    def state_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What a waiting page asks again and again: whether there is something new to fetch."""
        run: Run = self.found(request, object_id)
        done = run.status not in ACTIVE_STATUSES
        return JsonResponse({"status": run.status, "seq": checkpoints(run), "done": done})

    def value_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One payload in full."""
        run: Run = self.found(request, object_id)
        if not permissions.can_view_payload(request.user, run):
            raise PermissionDenied
        text = whole_value(run, of=request.GET.get("of", ""), step=request.GET.get("step"))
        if text is None:
            raise Http404
        return plain_text(text)

    def cancel_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask on GET, cancel on POST."""
        run: Run = self.found(request, object_id)
        if not permissions.can_cancel(request.user, run):
            raise PermissionDenied
        address = self.address("change", run.pk)
        if request.method != "POST":
            title = _("Cancel run?")
            return self.page(request, "run/cancel.html", title=title, obj=run, run_url=address)
        reason = request.POST.get("reason", "")[:MAX_REASON]
        try:
            run_service.cancel(run, user=request.user, reason=reason)
            messages.success(request, _("The run was asked to stop."))
        except OpenFlowError as error:
            self.refuse(request, error)
        return self.go("change", run.pk)

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A new run of the same version with the same input."""
        return self._repeat(request, object_id, lambda run: repeats.replay(run, user=request.user))

    def restart_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A new run that takes over what this one had done before a step, and does the rest again."""
        at = request.POST.get("path", "")
        user = request.user
        return self._repeat(request, object_id, lambda run: repeats.restart(run, path=at, user=user))

    def _repeat(self, request: HttpRequest, object_id: str, repeat: Callable[[Run], Run]) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run: Run = self.found(request, object_id)
        try:
            again = repeat(run)
        except NotPermitted:
            raise
        except OpenFlowError as error:
            self.refuse(request, error)
            return self.go("change", run.pk)
        messages.success(request, _("A new run has started."))
        return self.go("change", again.pk)
