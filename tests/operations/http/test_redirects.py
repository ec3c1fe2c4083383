"""Redirects: followed as far as allowed, each judged anew, with nothing that only the first host may have."""

import pytest

from tests.operations.http.fetching import OK, Names, get, refused
from tests.operations.http.server import answering, serving


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
