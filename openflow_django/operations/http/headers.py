"""Which request headers a flow may set."""

import re
from collections.abc import Iterable

from openflow_django.operations.base import OperationError
from openflow_django.operations.http.messages import Headers

__all__ = ["judged"]

MAX_HEADERS = 64
MAX_HEADER_BYTES = 32_768

NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

# What frames the message, names the destination or belongs to one hop is the client's to say (RFC 9110, 7.6.1
# and 7.2).
REFUSED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
REFUSED_PREFIX = "proxy-"


def judged(headers: Iterable[tuple[str, str]]) -> Headers:
    """The headers, ready to be sent; values as UTF-8 on the wire.

    Raises :class:`OperationError`, code ``http_header_refused``: for names that are no token or belong to the
    client, control characters (CR, LF and NUL among them), a name given twice, too many or too large headers.
    """
    given = list(headers)
    if len(given) > MAX_HEADERS:
        raise _refused(f"there are more than {MAX_HEADERS} of them")
    if sum(len(name) + len(value.encode()) for name, value in given) > MAX_HEADER_BYTES:
        raise _refused(f"together they are larger than {MAX_HEADER_BYTES} bytes")
    seen: set[str] = set()
    for name, value in given:
        _judge(name, value=value)
        if name.lower() in seen:
            raise _refused(f"{name} is given twice")
        seen.add(name.lower())
    return tuple((name, value.strip(" \t").encode().decode("latin-1")) for name, value in given)


def _judge(name: str, *, value: str) -> None:
    if not NAME.fullmatch(name):
        raise _refused("a name holds characters that no header name may hold")
    lowered = name.lower()
    if lowered in REFUSED or lowered.startswith(REFUSED_PREFIX):
        raise _refused(f"{name} is set by the client itself")
    if CONTROL.search(value):
        raise _refused(f"the value of {name} holds a line break or another control character")


def _refused(reason: str) -> OperationError:
    return OperationError(
        f"The headers are refused: {reason}", code="http_header_refused", name="HeaderRefused"
    )
