"""The guarded client: resolve once, judge every address, connect to a judged one, stop in time."""

import http.client
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
)
from urllib3.exceptions import SSLError as TLSError
from urllib3.response import BaseHTTPResponse

from openflow_django import __version__
from openflow_django.operations.base import OperationError
from openflow_django.operations.http.addresses import Address
from openflow_django.operations.http.deadline import (
    Deadline,
    TimedSocket,
    TimedTLSSocket,
    TooManyBytes,
    Watch,
)
from openflow_django.operations.http.messages import Headers, Limits, Request, Response, header
from openflow_django.operations.http.policy import Policy
from openflow_django.operations.http.redirects import following
from openflow_django.operations.http.resolver import Resolver, SystemResolver

__all__ = ["Client"]

CHUNK = 65_536
MAX_ADDRESSES_TRIED = 4
# Framing around the body (chunk sizes, trailers) and incompressible data: room beside the cap on the decoded
# body.
RAW_BYTES_FACTOR = 4
RAW_BYTES_FLOOR = 1_048_576


@lru_cache(maxsize=1)
def _default_tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.sslsocket_class = TimedTLSSocket
    return context


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Sends requests for flows.

    Proxies, netrc files and cookies of the environment play no part: a connection is made here, used once,
    and closed. ``before_sending`` judges what every hop is about to send, see
    :class:`~openflow_django.operations.base.OperationContext`.
    ``tls`` gives the context for https; its ``sslsocket_class`` has to be :class:`TimedTLSSocket`.
    """

    policy: Policy = field(default_factory=Policy)
    resolver: Resolver = field(default_factory=SystemResolver)
    before_sending: Callable[[str, Iterable[str]], None] = lambda host, texts: None
    limits: Limits = field(default_factory=Limits)
    tls: Callable[[], ssl.SSLContext] = _default_tls

    def fetch(self, request: Request) -> Response:
        """The response, redirects followed as far as the limits allow.

        Raises :class:`OperationError` with one of the codes ``http_destination_refused``,
        ``http_name_unresolved``, ``http_connect_failed``, ``http_tls_failed``, ``http_timeout``,
        ``http_response_too_large``, ``http_response_malformed``, ``http_redirect_refused``,
        ``http_url_refused``.
        """
        deadline = Deadline.after(self.limits.total_s)
        for _hop in range(self.limits.max_redirects + 1):
            response = self._exchange(request, deadline=deadline)
            next_request = following(request, response=response) if self.limits.max_redirects else None
            if next_request is None:
                return response
            request = next_request
        message = f"The redirects did not end after {self.limits.max_redirects}"
        raise OperationError(message, code="http_redirect_refused", name="RedirectRefused")

    def _exchange(self, request: Request, *, deadline: Deadline) -> Response:
        self.before_sending(request.target.host, _texts(request))
        try:
            connection = self._connect(request, deadline=deadline)
            try:
                return self._talk(connection, request=request, deadline=deadline)
            finally:
                connection.close()
        except (TimeoutError, ConnectTimeoutError, ReadTimeoutError) as error:
            message = f"{request.target.host} did not answer in time"
            raise OperationError(message, code="http_timeout", name="Timeout") from error
        except TooManyBytes as error:
            raise _too_large(f"{request.target.host} sent more than is accepted") from error
        except (ssl.SSLError, TLSError) as error:
            reason = getattr(error, "verify_message", "") or "the handshake failed"
            message = f"No secure connection to {request.target.host}: {reason}"
            raise OperationError(message, code="http_tls_failed", name="TLSFailed") from error
        except (DecodeError, HTTPError, http.client.HTTPException, OSError) as error:
            message = f"{request.target.host} broke off or sent something that is not HTTP"
            raise OperationError(message, code="http_response_malformed", name="ResponseMalformed") from error

    def _connect(self, request: Request, *, deadline: Deadline) -> HTTPConnection:
        """A connection to a judged address, the original name kept for TLS."""
        patience = deadline.left(at_most=self.limits.connect_s)
        target = request.target
        addresses = (
            (target.address,)
            if target.address is not None
            else self.resolver.resolve(target.host, port=target.port, timeout_s=patience)
        )
        self.policy.judge(target, addresses=addresses)
        failure: Exception | None = None
        for address in addresses[:MAX_ADDRESSES_TRIED]:
            connection = self._connection(
                request, address=address, patience=deadline.left(at_most=self.limits.connect_s)
            )
            try:
                connection.connect()
            except (ssl.SSLError, TLSError):
                connection.close()
                raise
            except (HTTPError, OSError) as error:
                connection.close()
                failure = error
            else:
                return connection
        if isinstance(failure, TimeoutError | ConnectTimeoutError) and not isinstance(
            failure, NewConnectionError
        ):
            raise failure
        message = f"No connection to {target.host}"
        raise OperationError(message, code="http_connect_failed", name="ConnectFailed") from failure

    def _connection(self, request: Request, *, address: Address, patience: float) -> HTTPConnection:
        target = request.target
        if target.scheme == "http":
            return HTTPConnection(str(address), target.port, timeout=patience)
        return HTTPSConnection(
            str(address), target.port, timeout=patience, ssl_context=self.tls(), server_hostname=target.host
        )

    def _talk(self, connection: HTTPConnection, *, request: Request, deadline: Deadline) -> Response:
        watch = Watch(deadline, self.limits.read_s, self.limits.max_head_bytes + CHUNK)
        if not isinstance(connection.sock, TimedTLSSocket):
            connection.sock = TimedSocket.taking_over(connection.sock)
        connection.sock.watch = watch
        connection.request(
            request.method,
            request.target.path,
            body=request.body,
            headers=dict(_complete(request)),
            preload_content=False,
        )
        received = connection.getresponse()
        try:
            headers = _headers(received, cap=self.limits.max_head_bytes)
            watch.bytes_left = max(self.limits.max_bytes * RAW_BYTES_FACTOR, RAW_BYTES_FLOOR)
            body = _body(received, cap=self.limits.max_bytes)
        finally:
            received.close()
        return Response(
            target=request.target,
            status=received.status,
            reason=received.reason or "",
            headers=headers,
            body=body,
        )


def _texts(request: Request) -> Iterator[str]:
    """Everything in a request that the step could have put there."""
    yield request.target.url
    for name, value in request.headers:
        yield from (name, value)
    yield (request.body or b"").decode("utf-8", "replace")


def _complete(request: Request) -> Headers:
    own: Headers = (
        ("Host", request.target.authority),
        ("Accept-Encoding", "gzip, deflate"),
        ("Connection", "close"),
    )
    if header(request.headers, name="user-agent") is None:
        own = (*own, ("User-Agent", f"openflow-django/{__version__}"))
    return (*own, *request.headers)


def _headers(received: BaseHTTPResponse, *, cap: int) -> Headers:
    headers = tuple((name.lower(), value) for name, value in received.headers.iteritems())
    if sum(len(name) + len(value) + 4 for name, value in headers) > cap:
        raise _too_large(f"The headers are larger than {cap} bytes")
    return headers


def _body(received: BaseHTTPResponse, *, cap: int) -> bytes:
    body = bytearray()
    while chunk := received.read(CHUNK, decode_content=True):
        body += chunk
        if len(body) > cap:
            raise _too_large(f"The body is larger than {cap} bytes")
    return bytes(body)


def _too_large(message: str) -> OperationError:
    return OperationError(message, code="http_response_too_large", name="ResponseTooLarge")
