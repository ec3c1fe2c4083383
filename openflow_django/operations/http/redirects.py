"""What a redirect asks for, as far as it is followed."""

from openflow_django.operations.base import OperationError
from openflow_django.operations.http.messages import Headers, Request, Response, header
from openflow_django.operations.http.targets import follow

__all__ = ["following"]

SAME_METHOD = frozenset({307, 308})
SEE_OTHER = 303
REDIRECTS = frozenset({301, 302, SEE_OTHER}) | SAME_METHOD

# All that another origin is told: whatever else a flow put into its headers may be a credential.
HARMLESS = frozenset({"accept", "accept-language", "content-type", "user-agent"})
OF_BODY = frozenset({"content-type", "content-encoding", "content-language", "content-location"})


def following(request: Request, *, response: Response) -> Request | None:
    """The request that the response redirects to, or None when it is no redirect.

    Methods as RFC 9110, 15.4: 303, and 301 or 302 after POST, continue with GET and without body. To another
    origin only harmless headers go along.

    Raises :class:`OperationError`, code ``http_redirect_refused``: from https to http, and for a body that
    would be sent to another origin; code ``http_url_refused`` for an unreadable location.
    """
    location = header(response.headers, name="location")
    if response.status not in REDIRECTS or location is None:
        return None
    target = follow(request.target, location=location.encode("latin-1", "replace").decode("utf-8", "replace"))
    if request.target.scheme == "https" and target.scheme == "http":
        raise _refused("it leads from https to http")
    elsewhere = target.origin != request.target.origin
    method, body = request.method, request.body
    if response.status not in SAME_METHOD and _becomes_get(method, status=response.status):
        method, body = "GET", None
    if elsewhere and body is not None:
        raise _refused("it would send the body to another host")
    return Request(
        method=method,
        target=target,
        headers=_kept(request.headers, elsewhere=elsewhere, body=body),
        body=body,
    )


def _becomes_get(method: str, *, status: int) -> bool:
    return method not in ("GET", "HEAD") if status == SEE_OTHER else method == "POST"


def _kept(headers: Headers, *, elsewhere: bool, body: bytes | None) -> Headers:
    kept = headers if body is not None else tuple(h for h in headers if h[0].lower() not in OF_BODY)
    return tuple(h for h in kept if h[0].lower() in HARMLESS) if elsewhere else kept


def _refused(reason: str) -> OperationError:
    return OperationError(
        f"The redirect is not followed: {reason}", code="http_redirect_refused", name="RedirectRefused"
    )
