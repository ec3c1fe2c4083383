"""What is not HTTP, or no server at all: an error with a code that names the host only."""

import socket
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openflow_django.operations.base import OperationError
from tests.operations.http.fetching import CHUNKED, get, refused
from tests.operations.http.server import answering, sending, serving


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"hello\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        b"HTTP/1.1 1000 High\r\n\r\n",
        b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        CHUNKED + b"zz\r\nx\r\n",
        CHUNKED + b"5\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    ],
)
def test_what_is_not_http_fails_with_a_code(data):
    with serving(sending(data)) as server:
        assert refused(server.url) == "http_response_malformed"


GARBAGE = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 301 \r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"\r\n",
        b"\r\n\r\n",
        b": ",
        b" ",
        b"Content-Length: 5\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 5, 6\r\n",
        b"Content-Length: 9e9\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Content-Encoding: deflate, br, x\r\n",
        b"Location: http://[\r\n",
        b"Location: //\r\n",
        b"5\r\nhello\r\n",
        b"0\r\n",
        b"-1\r\n",
        b"ffffffffffffffff\r\n",
        b"1;x=y\r\na\r\n",
        b"\x1f\x8b\x08\x00",
        b"\x00",
        b"\xff\xfe",
    ]
)


@given(st.lists(GARBAGE | st.binary(max_size=8), max_size=12))
@example([b"HTTP/1.1 200 OK\r\n", b"Content-Length: 5, 6\r\n", b"\r\n", b"hello"])
def test_whatever_a_server_sends_there_is_a_response_or_an_error_with_a_code(pieces):
    with serving(sending(b"".join(pieces))) as server, suppress(OperationError):
        assert 100 <= get(server.url, max_redirects=1, max_bytes=10_000, total_s=5).status <= 999


def test_a_closed_port_and_an_unknown_name_fail_with_a_code(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert refused(f"http://127.0.0.1:{port}/") == "http_connect_failed"

    def unknown(*_args, **_options):
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert refused("http://nowhere.example/") == "http_name_unresolved"


def test_bodyless_answers():
    with serving(answering(b"", status="204 No Content", length=False)) as server:
        assert get(server.url).body == b""
    with serving(sending(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")) as server:
        assert get(server.url, method="HEAD").body == b""


def test_the_failure_of_a_request_names_the_host_only():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OperationError) as raised:
        get(f"http://127.0.0.1:{port}/hook/hunter2?token=hunter2")
    assert "hunter2" not in str(raised.value.as_dict())
