"""One request of the builder: who asks, about which flow or run, and what they sent along."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.urls import URLPattern, path
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from openflow_django import permissions
from openflow_django.admin.builder.answers import Refused, answer, refusal
from openflow_django.admin.pages import PageAdmin
from openflow_django.conf import settings
from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Flow, Run
from openflow_django.spec.json import JsonInvalid, JsonObject, loads

__all__ = ["Call", "FlowCall", "RunCall", "document_bytes", "endpoint", "loaded_bytes"]

MAX_SMALL = 65_536
"""Bytes of a request that carries neither a document nor values."""
MAX_KEYS = 1_000_000
NUL = "\x00"

View = Callable[..., Any]


def document_bytes() -> int:
    """Largest request that carries a document."""
    return settings.MAX_DOCUMENT_BYTES + MAX_SMALL


def loaded_bytes() -> int:
    """Largest request that carries a document with the values to try it with."""
    return document_bytes() + settings.MAX_PAYLOAD_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """``page`` is the admin at whose address the call arrived."""

    request: HttpRequest
    page: PageAdmin

    @property
    def user(self) -> permissions.User:
        return self.request.user

    def body(self, *, max_bytes: int = MAX_SMALL) -> JsonObject:
        """The JSON object that was sent. Raises Refused."""
        too_large = _("More than %(bytes)d bytes were sent.") % {"bytes": max_bytes}
        try:
            # Not request.body: its limit is that of the site's forms, and below that of documents.
            raw = self.request.read(max_bytes + 1)
        except UnreadablePostError as error:
            raise Refused(_("The connection broke while sending."), code="body_cut") from error
        if len(raw) > max_bytes:
            raise Refused(too_large, code="too_large", status=413)
        try:
            given = loads(
                raw or b"{}", max_bytes=max_bytes, max_depth=settings.MAX_JSON_DEPTH + 3, max_keys=MAX_KEYS
            )
        except JsonInvalid as error:
            raise Refused(error.message, code=error.code) from error
        if not isinstance(given, dict):
            raise Refused(_("Send a JSON object."))
        return given

    def require(self, allowed: bool, action: str) -> None:  # noqa: FBT001
        """Raise NotPermitted unless ``allowed``; ``action`` is a translated phrase."""
        permissions.require(allowed, action)

    def query(self, name: str) -> str | None:
        """A parameter of the address, None where it is absent or empty."""
        return self.request.GET.get(name) or None

    def number(self, name: str, *, default: int = 0) -> int:
        """A parameter of the address as a whole number, zero or more. Raises Refused."""
        text = self.query(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise Refused(_("%(name)s is a whole number, zero or more.") % {"name": name})
        return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCall(Call):
    """A call about a flow that the user may see. Its draft is read when it is first asked for."""

    flow: Flow


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCall(Call):
    """A call about a run that the user may see."""

    run: Run


def endpoint(
    page: PageAdmin, route: str, name: str, *, is_cached: bool = False, **handlers: Callable[..., Any]
) -> URLPattern:
    """An address of the builder: ``handlers`` by method in lower case, each given a call and the other
    parts of the route.

    The route says what the call is about: ``flow_id``, ``run_id`` or neither.
    """

    def view(request: HttpRequest, **parts: Any) -> HttpResponse:
        method = "get" if request.method == "HEAD" else (request.method or "").lower()
        handler = handlers.get(method)
        try:
            if handler is None:
                allowed = ", ".join(known.upper() for known in handlers)
                text = _("This address answers to %(methods)s.") % {"methods": allowed}
                raise Refused(text, code="method_not_allowed", status=405)
            return handler(_opened(page, request, parts), **parts)
        except (OpenFlowError, Http404) as error:
            return refusal(error)

    return path(route, _guarded(page, view, is_cached=is_cached), name=page.local_name(f"builder_{name}"))


def _opened(page: PageAdmin, request: HttpRequest, parts: dict[str, Any]) -> Call:
    """The call with its object, taken out of the parts of the route."""
    if any(NUL in value for value in (*request.GET.values(), *parts.values()) if isinstance(value, str)):
        raise Http404  # no database stores such a text, and some refuse to look for it
    if "flow_id" in parts:
        flows = page.get_queryset(request).defer("draft", "published_version__document")
        flow = flows.filter(pk=parts.pop("flow_id")).first()
        if flow is None or not page.has_view_permission(request, flow):
            raise Http404
        return FlowCall(request=request, page=page, flow=flow)
    if "run_id" in parts:
        runs = Run.objects.select_related("flow", "version").defer("flow__draft", "version__document")
        run = runs.filter(pk=parts.pop("run_id")).first()
        if run is None or not permissions.can_view_run(request.user, run):
            raise Http404
        return RunCall(request=request, page=page, run=run)
    return Call(request=request, page=page)


def _guarded(page: PageAdmin, view: View, *, is_cached: bool) -> View:
    """The view behind the doors of the admin site, with answers that a program can read where one of them
    stays shut.

    The middleware of the site answers a missing token with a page; so it is told to leave the check to the
    one made here.
    """
    protected = csrf_protect(page.admin_site.admin_view(view, cacheable=is_cached))

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = protected(request, *args, **kwargs)
        is_ours = response.headers.get("Content-Type") == "application/json"
        if 300 <= response.status_code < 304:
            message = _("You are not signed in any more. Sign in in another window, then try again.")
            data = {"code": "signed_out", "message": message, "login": response.headers.get("Location")}
            response = answer(data, status=401)
        elif response.status_code == 403 and not is_ours:
            message = _("The page is too old to be trusted. Reload it; unsaved changes are kept.")
            response = answer({"code": "csrf_failed", "message": message}, status=403)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        return response

    return csrf_exempt(guarded)
