"""The guarded client against a real server: what is sent, what is refused, that it always ends in time."""

import gzip
import socket
import threading
import time
import zlib
from contextlib import suppress
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from openflow_django.operations.base import OperationError
from openflow_django.operations.http import Client, Limits, Policy, Request, SystemResolver
from openflow_django.operations.http.targets import parse
from tests.operations.http.server import answering, sending, serving

LOOPBACK = Policy(networks=(ip_network("127.0.0.0/8"),))
OK = answering(b"fine", headers=("Content-Type: text/plain",))


class Names:
    """A resolver that tells each name's addresses from a list, one answer after the other."""

    def __init__(self, **names):
        self.names = {name.replace("_", "."): list(answers) for name, answers in names.items()}
        self.asked = []

    def resolve(self, host, *, port, timeout_s):
        self.asked.append(host)
        answers = self.names[host]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return tuple(ip_address(address) for address in answer)


def get(url, *, policy=LOOPBACK, resolver=None, method="GET", headers=(), body=None, **limits):
    client = Client(policy=policy, resolver=resolver or SystemResolver(), limits=Limits(**limits))
    return client.fetch(Request(method=method, target=parse(url), headers=headers, body=body))


def refused(url, **options):
    with pytest.raises(OperationError) as raised:
        get(url, **options)
    return raised.value.code


def test_a_request_and_its_answer():
    with serving(OK) as server:
        response = get(f"{server.url}/a?b=c", method="POST", headers=(("X-One", "1"),), body=b"hello")
    assert (response.status, response.reason, response.body) == (200, "OK", b"fine")
    assert ("content-type", "text/plain") in response.headers
    [request] = server.received
    assert (request.method, request.path, request.body) == ("POST", "/a?b=c", b"hello")
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["x-one"] == "1"
    assert request.headers["content-length"] == "5"
    assert request.headers["user-agent"].startswith("openflow-django/")


def test_the_name_goes_into_the_host_header_and_the_judged_address_is_called():
    names = Names(shop_example=[["127.0.0.1"]])
    with serving(OK) as server:
        get(f"http://shop.example:{server.port}/", resolver=names)
    assert server.received[0].headers["host"] == f"shop.example:{server.port}"


# Where requests may go


def test_without_permission_of_the_site_nothing_on_this_machine_is_called():
    with serving(OK) as server:
        for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.2", "0.0.0.0"):
            assert refused(f"http://{host}:{server.port}/", policy=Policy()) == "http_destination_refused"
    assert server.accepted == 0


def test_one_refused_address_among_good_ones_refuses_the_name():
    names = Names(mixed_example=[["8.8.8.8", "2001:4860:4860::8888", "10.0.0.1"]])
    assert refused("http://mixed.example/", policy=Policy(), resolver=names) == "http_destination_refused"


def test_a_name_that_changes_its_address_after_it_was_judged_gains_nothing():
    names = Names(rebind_example=[["127.0.0.1"], ["169.254.169.254"], ["10.0.0.1"]])
    with serving(OK) as server:
        assert get(f"http://rebind.example:{server.port}/", resolver=names).status == 200
        assert names.asked == ["rebind.example"]
        code = refused(f"http://rebind.example:{server.port}/", resolver=names)
    assert code == "http_destination_refused"
    assert server.accepted == 1


def test_an_address_of_this_host_is_refused_whatever_its_range():
    names = Names(self_example=[["8.8.8.8"]])
    policy = Policy(own=lambda address: str(address) == "8.8.8.8")
    assert refused("http://self.example/", policy=policy, resolver=names) == "http_destination_refused"


@pytest.mark.parametrize("entry", ["{host}", "{host}:{port}", "*.example"])
def test_hosts_named_by_the_site_are_called_wherever_they_are(entry):
    names = Names(shop_example=[["127.0.0.1"]])
    with serving(OK) as server:
        policy = Policy(hosts=frozenset({entry.format(host="shop.example", port=server.port)}))
        assert get(f"http://shop.example:{server.port}/", policy=policy, resolver=names).status == 200


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        ("shop.example:1", "shop.example"),
        ("*.shop.example", "shop.example"),
        ("*.example", "badexample"),
        ("hop.example", "shop.example"),
        ("*.0.0.1", "127.0.0.1"),
    ],
)
def test_only_exactly_named_hosts_are_exempt(entry, host):
    names = Names(**{host.replace(".", "_"): [["127.0.0.1"]]})
    policy = Policy(hosts=frozenset({entry}))
    assert refused(f"http://{host}:8000/", policy=policy, resolver=names) == "http_destination_refused"


@pytest.mark.parametrize("port", [1, 22, 25, 81, 110, 445, 1023, 2375, 3306, 5432, 6379, 9200, 11211, 27017])
def test_ports_of_other_services_are_refused(port):
    names = Names(public_example=[["8.8.8.8"]])
    assert (
        refused(f"http://public.example:{port}/", policy=Policy(), resolver=names)
        == "http_destination_refused"
    )


def test_without_the_guard_everything_is_called():
    with serving(OK) as server:
        assert get(f"{server.url}/", policy=Policy(guard=False)).status == 200


def test_a_dead_address_is_followed_by_the_next():
    names = Names(two_example=[["127.0.0.2", "127.0.0.1"]])
    with serving(OK) as server:
        assert get(f"http://two.example:{server.port}/", resolver=names).status == 200


# Side doors


def test_proxies_netrc_and_cookies_of_the_environment_are_ignored(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password secret\n")
    netrc.chmod(0o600)
    with serving(answering(b"", headers=("Set-Cookie: a=1",))) as server, serving(OK) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NETRC", str(netrc))
        get(server.url)
        get(server.url)
    assert proxy.accepted == 0
    assert len(server.received) == 2
    for request in server.received:
        assert not {"authorization", "cookie"} & set(request.headers)


# Redirects


def redirecting(location, *, status="302 Found"):
    return answering(b"gone", status=status, headers=(f"Location: {location}",))


def test_a_redirect_is_an_ordinary_response_unless_asked_for():
    with serving(redirecting("/next")) as server:
        response = get(server.url)
    assert response.status == 302
    assert server.accepted == 1


def chain(**answers):
    """A script that answers by path."""

    def script(connection, request):
        answers[request.path.strip("/") or "start"](connection, request)

    return script


def test_redirects_are_followed_as_far_as_allowed():
    script = chain(start=redirecting("/one"), one=redirecting("two"), two=OK)
    with serving(script) as server:
        assert get(server.url, max_redirects=2).body == b"fine"
        assert refused(server.url, max_redirects=1) == "http_redirect_refused"
    with serving(redirecting("/")) as server:
        assert refused(server.url, max_redirects=3) == "http_redirect_refused"
    assert server.accepted == 4


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://[::1]:8000/",
        "http://localhost6:81/",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
def test_each_hop_is_judged_anew(location):
    names = Names(localhost6=[["::1"]])
    with serving(redirecting(location)) as server:
        assert refused(server.url, max_redirects=5, resolver=names) == "http_destination_refused"


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "http://user:pw@x.example/", "gopher://x/", "http://127.1/"]
)
def test_a_redirect_to_an_unreadable_place_is_refused(location):
    with serving(redirecting(location)) as server:
        assert refused(server.url, max_redirects=5) == "http_url_refused"


@pytest.mark.parametrize(
    ("status", "method", "then", "body"),
    [
        ("301 Moved", "POST", "GET", b""),
        ("302 Found", "POST", "GET", b""),
        ("302 Found", "PUT", "PUT", b"x"),
        ("303 See Other", "PUT", "GET", b""),
        ("303 See Other", "HEAD", "HEAD", b""),
        ("307 Temporary", "POST", "POST", b"x"),
        ("308 Permanent", "PATCH", "PATCH", b"x"),
    ],
)
def test_the_method_and_the_body_after_a_redirect(status, method, then, body):
    with serving(chain(start=redirecting("/next", status=status), next=OK)) as server:
        get(
            server.url,
            method=method,
            body=None if method == "HEAD" else b"x",
            headers=(("Content-Type", "text/plain"), ("Authorization", "Bearer t")),
            max_redirects=1,
        )
    second = server.received[1]
    assert (second.method, second.body) == (then, body)
    assert second.headers["authorization"] == "Bearer t"
    assert ("content-type" in second.headers) is bool(body)


def test_nothing_secret_goes_along_to_another_host():
    sent = (
        ("Authorization", "Bearer t"),
        ("X-Api-Key", "k"),
        ("Cookie", "a=1"),
        ("Accept", "application/json"),
    )
    with serving(OK) as other, serving(redirecting(f"http://localhost:{other.port}/")) as server:
        get(server.url, headers=sent, max_redirects=1, resolver=Names(localhost=[["127.0.0.1"]]))
    headers = other.received[0].headers
    assert headers["accept"] == "application/json"
    assert not {"authorization", "x-api-key", "cookie"} & set(headers)
    assert headers["host"] == f"localhost:{other.port}"


def test_a_body_is_not_sent_to_another_host():
    with serving(OK) as other, serving(redirecting(f"{other.url}/", status="307 T")) as server:
        code = refused(server.url, method="POST", body=b"secret", max_redirects=1)
    assert code == "http_redirect_refused"
    assert other.accepted == 0


# Bombs and stalls


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


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


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


# Broken servers


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
