"""A server on this machine that answers exactly the bytes a test wants."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

Script = Callable[[socket.socket, "Received"], None]


class Received:
    """One request as it arrived."""

    def __init__(self, head: bytes, body: bytes) -> None:
        self.line, _, rest = head.decode("latin-1").partition("\r\n")
        self.headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in rest.split("\r\n") if line)
        }
        self.body = body

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]

    @property
    def method(self) -> str:
        return self.line.split(" ")[0]


class Server:
    """Answers every connection by calling ``script`` in a thread; ``received`` keeps what came in."""

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.script = script
        self.tls = tls
        self.received: list[Received] = []
        self.failures: list[BaseException] = []
        self.accepted = 0
        self.closing = threading.Event()
        self.listener = socket.create_server(
            (host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
        self.port: int = self.listener.getsockname()[1]
        self.threads: list[threading.Thread] = []
        self._start(self._accept)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.closing.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(timeout=5)

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            self._start(lambda connection=connection: self._serve(connection))

    def _serve(self, connection: socket.socket) -> None:
        with closing(connection):
            try:
                if self.tls is not None:
                    connection = self.tls.wrap_socket(connection, server_side=True)
                with closing(connection):
                    request = _read(connection)
                    self.received.append(request)
                    self.script(connection, request)
            except OSError as error:
                self.failures.append(error)


def _read(connection: socket.socket) -> Received:
    data = b""
    # A TLS hello is answered in plain text, as a server that speaks no TLS would.
    while b"\r\n\r\n" not in data and not data.startswith(b"\x16"):
        chunk = connection.recv(65536)
        if not chunk:
            raise ConnectionError("the client left")
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    received = Received(head, b"")
    missing = int(received.headers.get("content-length", 0)) - len(body)
    while missing > 0:
        chunk = connection.recv(65536)
        body += chunk
        missing -= len(chunk)
    received.body = body
    return received


@contextmanager
def serving(
    script: Script, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> Iterator[Server]:
    server = Server(script, tls=tls, host=host)
    try:
        yield server
    finally:
        server.close()


def answering(
    body: bytes = b"", *, status: str = "200 OK", headers: tuple[str, ...] = (), length: bool = True
) -> Script:
    """A script that sends one whole response."""
    lines = [f"HTTP/1.1 {status}", *headers, *([f"Content-Length: {len(body)}"] if length else [])]
    return sending("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def sending(data: bytes) -> Script:
    """A script that sends these bytes and closes."""

    def script(connection: socket.socket, _request: Received) -> None:
        connection.sendall(data)

    return script
