"""Bombs and stalls: whatever a server does, a request ends in its time and within its bytes."""

import gzip
import socket
import threading
import time
import zlib

import pytest

from tests.operations.http.fetching import CHUNKED, get, refused
from tests.operations.http.server import answering, serving


def test_the_cap_counts_bytes_after_decompression():
    bomb = gzip.compress(b"\0" * 30_000_000)
    assert len(bomb) < 65_536
    with serving(answering(bomb, headers=("Content-Encoding: gzip",))) as server:
        assert refused(server.url, max_bytes=1_000_000) == "http_response_too_large"


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("gzip, gzip", None)]
)
def test_compressed_bodies_are_unpacked(encoding, pack):
    body = b"hello " * 100
    packed = pack(body) if pack else gzip.compress(gzip.compress(body))
    with serving(answering(packed, headers=(f"Content-Encoding: {encoding}",))) as server:
        assert get(server.url).body == body


@pytest.mark.parametrize(("size", "fits"), [(1000, True), (1001, False)])
def test_the_edge_of_the_byte_cap(size, fits):
    with serving(answering(b"x" * size)) as server:
        if fits:
            assert len(get(server.url, max_bytes=1000).body) == size
        else:
            assert refused(server.url, max_bytes=1000) == "http_response_too_large"


def endless(head, piece, *, pause_s=0.0):
    def script(connection, _request):
        connection.sendall(head)
        stopped = threading.Event()
        while not stopped.wait(pause_s):
            connection.sendall(piece)

    return script


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536),
        (CHUNKED, b"1000\r\n" + b"x" * 4096 + b"\r\n"),
        (CHUNKED, b"1" * 4096),
        (CHUNKED + b"0\r\n", b"Trailer: " + b"x" * 1000 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Big: " + b"x" * 1000 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65_536),
        (b"", b"x" * 65_536),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_an_endless_answer_is_cut_off(head, piece):
    with serving(endless(head, piece)) as server:
        code = refused(server.url, max_bytes=100_000, total_s=20)
    assert code in {"http_response_too_large", "http_response_malformed"}


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
        (CHUNKED, b"1\r\nx\r\n"),
        (CHUNKED, b"0"),
    ],
)
def test_a_drip_ends_at_the_total_time(head, piece):
    began = time.monotonic()
    with serving(endless(head, piece, pause_s=0.02)) as server:
        assert refused(server.url, total_s=0.4, read_s=5) == "http_timeout"
        assert time.monotonic() - began < 3


def test_silence_ends_at_the_read_time():
    def silent(connection, _request):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nx")
        connection.recv(1)

    with serving(silent) as server:
        began = time.monotonic()
        assert refused(server.url, total_s=20, read_s=0.2) == "http_timeout"
    assert time.monotonic() - began < 5


def test_a_server_that_does_not_read_ends_at_the_total_time():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert refused(url, method="POST", body=b"x" * 50_000_000, total_s=0.4) == "http_timeout"


def test_a_slow_resolver_ends_at_the_connect_time(monkeypatch):
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: release.wait(20))
    assert refused("http://slow.example/", connect_s=0.1) == "http_timeout"
    release.set()


def test_the_number_and_size_of_headers_are_capped():
    many = tuple(f"X-{n}: 1" for n in range(150))
    with serving(answering(b"", headers=many)) as server:
        assert refused(server.url) == "http_response_malformed"
    big = tuple(f"X-{n}: {'x' * 1000}" for n in range(70))
    with serving(answering(b"", headers=big)) as server:
        assert refused(server.url) == "http_response_too_large"
        assert get(server.url, max_head_bytes=100_000).status == 200
