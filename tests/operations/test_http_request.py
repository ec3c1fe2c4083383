"""The operation ``http_request``, as a step runs it."""

import base64
import json
from typing import Any

import pytest

from openflow_django.operations import OperationContext, OperationError, operations
from tests.operations.http.server import answering, serving


@pytest.fixture(autouse=True)
def _this_machine_is_allowed(settings):
    settings.OPENFLOW = {"HTTP_ALLOWED_NETWORKS": ["127.0.0.0/8"]}


def run(context=None, **options) -> Any:
    return operations.get("http_request").perform(options, context=context or OperationContext())


def failure(**options) -> Any:
    with pytest.raises(OperationError) as raised:
        run(**options)
    return raised.value


def json_answer(value, **options):
    return answering(json.dumps(value).encode(), headers=("Content-Type: application/json",), **options)


def test_the_answer_has_status_text_headers_and_parsed_data():
    with serving(json_answer({"id": 7, "tags": ["a"]})) as server:
        result = run(url=server.url)
    assert result["status"] == 200
    assert result["statusText"] == "OK"
    assert result["headers"]["content-type"] == "application/json"
    assert result["data"] == {"id": 7, "tags": ["a"]}
    assert server.received[0].method == "GET"


def test_an_error_status_fails_with_the_whole_answer_as_result():
    with serving(json_answer({"detail": "no"}, status="404 Not Found")) as server:
        error = failure(url=server.url)
    assert (error.code, error.name) == ("http_status", "HttpStatusError")
    assert (error.result["status"], error.result["statusText"]) == (404, "Not Found")
    assert error.result["data"] == {"detail": "no"}


@pytest.mark.parametrize("status", ["300 Many", "302 Found", "400 Bad", "500 Broken"])
def test_every_status_but_200_to_299_fails(status):
    with serving(answering(b"", status=status)) as server:
        assert failure(url=server.url).code == "http_status"
        assert run(url=server.url, fail_on_status=False)["status"] == int(status[:3])


def test_a_redirect_is_followed_when_asked_for():
    def script(connection, request):
        answer = (
            json_answer(1)
            if request.path == "/b"
            else answering(status="302 Found", headers=("Location: /b",))
        )
        answer(connection, request)

    with serving(script) as server:
        assert run(url=server.url, max_redirects=1)["data"] == 1


@pytest.mark.parametrize(
    ("body", "content_type", "sent"),
    [
        ({"a": "ö"}, "application/json", '{"a": "ö"}'),
        ([1, None], "application/json", "[1, null]"),
        (5, "application/json", "5"),
        (False, "application/json", "false"),
        ('{"a": 1}', "application/json", '{"a": 1}'),
        ("hello", "text/plain; charset=utf-8", "hello"),
        ("{not json", "text/plain; charset=utf-8", "{not json"),
        (None, None, ""),
    ],
)
def test_the_body_and_its_content_type(body, content_type, sent):
    with serving(json_answer(None)) as server:
        run(url=server.url, method="POST", body=body)
    [request] = server.received
    assert request.body.decode() == sent
    assert request.headers.get("content-type") == content_type


def test_a_content_type_of_the_flow_stays_and_a_form_is_encoded():
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with serving(json_answer(None)) as server:
        run(url=server.url, method="POST", body={"a": "x y", "b": [1, 2], "c": None}, headers=form)
        run(url=server.url, method="POST", body="<a/>", headers={"content-type": "text/xml"})
    first, second = server.received
    assert (first.body, first.headers["content-type"]) == (b"a=x+y&b=1&b=2", form["Content-Type"])
    assert (second.body, second.headers["content-type"]) == (b"<a/>", "text/xml")


@pytest.mark.parametrize(
    "headers",
    [{"X-A": "1", "X-B": None, "X-N": 5}, [{"header": "X-A", "value": "1"}, {"header": "X-N", "value": 5}]],
)
def test_headers_as_object_and_as_list(headers):
    with serving(json_answer(None)) as server:
        run(url=server.url, headers=headers)
    sent = server.received[0].headers
    assert (sent["x-a"], sent["x-n"]) == ("1", "5")
    assert "x-b" not in sent


def test_a_query_is_added_to_the_url():
    with serving(json_answer(None)) as server:
        run(url=f"{server.url}/p?x=1", query={"q": "a&b", "n": [1, True], "none": None})
        run(url=f"{server.url}/p", query={"q": "ö"})
        run(url=f"{server.url}/p", query={})
    assert [request.path for request in server.received] == ["/p?x=1&q=a%26b&n=1&n=true", "/p?q=%C3%B6", "/p"]


def test_the_idempotency_key_goes_along_with_every_method_that_changes_something():
    context = OperationContext(idempotency_key="run-1/a")
    with serving(json_answer(None)) as server:
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
            run(url=server.url, method=method, context=context)
        run(url=server.url, method="POST", headers={"idempotency-key": "mine"}, context=context)
        run(url=server.url, method="POST")
    keys = [request.headers.get("idempotency-key") for request in server.received]
    assert keys == [None, None, "run-1/a", "run-1/a", "run-1/a", "run-1/a", "mine", None]


@pytest.mark.parametrize(
    ("content_type", "body", "data"),
    [
        ("application/json", b'{"a": 1}', {"a": 1}),
        ("application/problem+json; charset=utf-8", b'{"a": 1}', {"a": 1}),
        ("application/json", b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ("application/json", b"{broken", "{broken"),
        ("application/json", b"", ""),
        ("application/json", b"1e999", "1e999"),
        ("application/json", b"[" * 5000, "[" * 5000),
        ("text/html", b"<b>x</b>", "<b>x</b>"),
        ("text/plain; charset=latin-1", b"gr\xf6\xdfer", "größer"),
        ("text/plain; charset=nonsense", "ö".encode(), "ö"),
        ("text/plain", b"\xff", "\ufffd"),
        ("application/xml", b"<a/>", "<a/>"),
        (None, b"plain", "plain"),
        (None, b"", ""),
    ],
)
def test_the_data_by_content_type(content_type, body, data):
    headers = (f"Content-Type: {content_type}",) if content_type else ()
    with serving(answering(body, headers=headers)) as server:
        assert run(url=server.url)["data"] == data


@pytest.mark.parametrize(
    ("content_type", "told"),
    [("image/png", "image/png"), ("application/octet-stream", None), (None, None)],
)
def test_what_is_not_text_comes_as_marked_base64(content_type, told):
    body = b"\x89PNG\r\n\xff\x00"
    headers = (f"Content-Type: {content_type}",) if content_type else ()
    with serving(answering(body, headers=headers)) as server:
        data = run(url=server.url)["data"]
    assert data["encoding"] == "base64"
    assert data["content_type"] == (told or "application/octet-stream")
    assert data["size"] == len(body)
    assert base64.b64decode(data["content"]) == body


def test_headers_that_came_several_times():
    headers = ("Set-Cookie: a=1", "Set-Cookie: b=2", "X-A: 1", "x-a: 2", "X-U: größer")
    with serving(answering(b"", headers=headers)) as server:
        got = run(url=server.url)["headers"]
    assert got["set-cookie"] == ["a=1", "b=2"]
    assert got["x-a"] == "1, 2"
    assert got["x-u"] == "größer"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"url": ""},
        {"url": 5},
        {"url": "http://x.example", "method": "TRACE"},
        {"url": "http://x.example", "method": "get"},
        {"url": "http://x.example", "headers": "X: y"},
        {"url": "http://x.example", "timeout_s": 0},
        {"url": "http://x.example", "max_redirects": 11},
        {"url": "http://x.example", "max_redirects": -1},
        {"url": "http://x.example", "verify": False},
    ],
)
def test_options_that_do_not_fit(options):
    assert failure(**options).code == "invalid_options"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"url": "ftp://127.0.0.1/"}, "http_url_refused"),
        ({"url": "http://10.0.0.1/"}, "http_destination_refused"),
        ({"url": "http://[::1]/"}, "http_destination_refused"),
        ({"url": "http://127.0.0.1/", "headers": {"Host": "x"}}, "http_header_refused"),
        ({"url": "http://127.0.0.1/", "headers": {"X-A": "a\r\nb: c"}}, "http_header_refused"),
    ],
)
def test_refused_before_anything_is_sent(options, code):
    assert failure(**options).code == code


def test_the_settings_of_the_site_are_read_live(settings):
    with serving(answering(b"x" * 1000)) as server:
        settings.OPENFLOW = {}
        assert failure(url=server.url).code == "http_destination_refused"
        settings.OPENFLOW = {"HTTP_ALLOWED_HOSTS": [f"127.0.0.1:{server.port}"]}
        assert run(url=server.url)["status"] == 200
        settings.OPENFLOW = {"HTTP_GUARD": False, "HTTP_MAX_BYTES": 999}
        assert failure(url=server.url).code == "http_response_too_large"
        settings.OPENFLOW = {"HTTP_GUARD": False, "MAX_PAYLOAD_BYTES": 3}
        assert failure(url=server.url, method="POST", body="four").code == "http_body_too_large"
        settings.OPENFLOW = {"HTTP_ALLOWED_NETWORKS": ["10.0.0.1/8"]}
        with pytest.raises(Exception, match="HTTP_ALLOWED_NETWORKS"):
            run(url=server.url)


@pytest.mark.parametrize(("site", "option", "left"), [(0.3, None, None), (20, 0.3, None), (20, 5, 0.3)])
def test_the_shortest_time_limit_counts(settings, site, option, left):
    settings.OPENFLOW = {"HTTP_ALLOWED_NETWORKS": ["127.0.0.0/8"], "HTTP_TIMEOUT_S": site}

    def silent(connection, _request):
        connection.recv(1)

    with serving(silent) as server, pytest.raises(OperationError) as raised:
        run(url=server.url, timeout_s=option, context=OperationContext(deadline_s=left))
    assert raised.value.code == "http_timeout"


def test_the_log_names_the_host_and_nothing_that_may_be_secret():
    lines = []
    context = OperationContext(log=lambda level, message: lines.append((level, message)))
    with serving(json_answer(None)) as server:
        run(url=f"{server.url}/hook/hunter2?token=hunter2", context=context)
    assert lines == [("info", "GET 127.0.0.1: 200")]
