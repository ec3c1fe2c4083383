"""What goes out and what comes back, as values."""

from dataclasses import dataclass

from openflow_django.operations.http.targets import Target

__all__ = ["Headers", "Limits", "Request", "Response", "header"]

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds and bytes one request may take.

    ``connect_s``: name resolution, connection and TLS handshake with one address. ``read_s``: silence between
    two packets.
    ``total_s``: everything, redirects included. ``max_bytes``: the body after decompression.
    ``max_head_bytes``: status line and headers. ``max_redirects``: hops that are followed; with 0 a redirect
    is an ordinary response.
    """

    connect_s: float = 10.0
    read_s: float = 30.0
    total_s: float = 30.0
    max_bytes: int = 2_097_152
    max_head_bytes: int = 65_536
    max_redirects: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that is ready to be sent: headers were judged, the body is bytes."""

    method: str
    target: Target
    headers: Headers = ()
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response with its whole body. Header names are lower case, in the order received."""

    target: Target
    status: int
    reason: str
    headers: Headers
    body: bytes


def header(headers: Headers, *, name: str) -> str | None:
    """The first header of this name, whatever its case."""
    return next((value for key, value in headers if key.lower() == name), None)
