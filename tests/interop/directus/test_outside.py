"""Operations that reach outside (semantics section 5): requests, mails, notifications, items."""

from typing import Any

import pytest
from django.core import mail as django_mail
from django.test import override_settings

from openflow_django.interop import directus
from tests.interop.directus.flows import (
    export,
    inputs,
    op,
    run,
    static,
    steps_of,
    template,
    told,
    transform,
)
from tests.operations.http.server import answering, serving

# request


def requested(*operations, answer, body=None):
    with serving(answer) as server, override_settings(OPENFLOW={"HTTP_ALLOWED_HOSTS": ["127.0.0.1"]}):
        ran = run(*operations, body={"url": server.url, **(body or {})})
    return ran, server.received[0]


def test_request():
    answer = answering(b'{"ok": true}', headers=("Content-Type: application/json",))
    operation = op(
        "a",
        "request",
        url="{{ $trigger.body.url }}/x",
        method="post",
        headers=[{"header": "X-Name", "value": "{{ $trigger.body.name }}"}, {"header": "", "value": "v"}],
        body={"n": "{{ $trigger.body.n }}"},
    )
    ran, received = requested(operation, answer=answer, body={"name": "ada", "n": 1})
    shown = ran.data["a"]
    assert (shown["status"], shown["statusText"], shown["data"]) == (200, "OK", {"ok": True})
    assert shown["headers"]["content-type"] == "application/json"
    assert (received.method, received.path, received.body) == ("POST", "/x", b'{"n": 1}')
    assert received.headers["x-name"] == "ada"
    assert received.headers["content-type"] == "application/json"


def test_request_sends_json_text_as_json():
    ran, received = requested(
        op("a", "request", url="{{ $trigger.body.url }}", method="POST", body='{"a": {{ $trigger.body.n }}}'),
        answer=answering(b""),
        body={"n": 1},
    )
    assert ran.status == "success"
    assert (received.body, received.headers["content-type"]) == (b'{"a": 1}', "application/json")


def test_request_rejects_with_the_answer():
    answer = answering(b"gone", status="410 Gone", headers=("Content-Type: text/plain",))
    ran, _received = requested(
        op("a", "request", url="{{ $trigger.body.url }}", reject="b"),
        transform("b", ["{{ $last.status }}", "{{ a.data }}", "{{ a.statusText }}"]),
        answer=answer,
    )
    assert ran.result == [410, "gone", "Gone"]


def test_request_rejects_with_an_error_where_there_is_no_answer():
    ran = run(op("a", "request", url="http://127.0.0.1:1/", reject="b"), transform("b", ["{{ a.name }}"]))
    assert ran.result[0]


def test_a_method_that_is_computed_stays_a_template():
    assert inputs("request", url="u", method="{{ $last }}")["method"] == template("{{ $last }}")
    assert inputs("request", url="u")["method"] == static("GET")
    assert "body" not in inputs("request", url="u", body="")


# mail


def test_mail_in_markdown():
    assert (
        run(
            op("a", "mail", to="ada@example.com", subject="Hi {{ $trigger.body }}", body="**x**"), body=1
        ).data["a"]
        is None
    )
    message: Any = django_mail.outbox[0]
    assert (message.to, message.subject, message.body) == (["ada@example.com"], "Hi 1", "**x**")
    assert message.alternatives[0][0] == "<p><strong>x</strong></p>\n"


def test_mail_in_html():
    run(op("a", "mail", to=["a@example.com", "b@example.com"], subject="s", type="wysiwyg", body="<b>x</b>"))
    message: Any = django_mail.outbox[0]
    assert (message.to, message.alternatives[0][0]) == (["a@example.com", "b@example.com"], "<b>x</b>")


def test_a_body_that_is_no_text_is_json():
    run(
        op("a", "mail", to="a@example.com", subject="s", type="wysiwyg", body="{{ $trigger.body }}"),
        body={"a": [1]},
    )
    message: Any = django_mail.outbox[0]
    assert message.alternatives[0][0] == '{"a":[1]}'


def test_mail_from_a_template():
    options = {
        "to": "a@example.com",
        "cc": "c@example.com",
        "bcc": "b@example.com",
        "replyTo": "r@example.com",
    }
    given = inputs(
        "mail", **options, subject="s", type="template", template="order", data={"n": "{{ $last }}"}
    )
    assert given == {
        "to": static("a@example.com"),
        "cc": static("c@example.com"),
        "bcc": static("b@example.com"),
        "reply_to": static("r@example.com"),
        "subject": static("s"),
        "template": static("order"),
        "data": template({"n": "{{ $last }}"}),
    }
    assert told("mail", to="a@example.com", subject="s", body="b", fromName="Shop") == ["sender_dropped"]
    assert told("mail", to="a@example.com", subject="s", body="b", type="{{ $last }}") == ["computed_option"]


# notification


def test_notification_waits_for_its_operation():
    assert told("notification", recipient="u", subject="s", message="m") == ["operation_missing"]
    ran = run(op("a", "notification", recipient="u", reject="b"), transform("b", "1"))
    assert steps_of(ran) == [("a", "reject"), ("b", "resolve")]


# items


def test_items_are_read_by_query():
    query = {
        "filter": {"status": {"_eq": "{{ $trigger.body }}"}},
        "fields": ["id", "status"],
        "sort": "-id",
        "limit": "5",
        "page": 3,
        "search": "x",
        "aggregate": {},
    }
    assert inputs("item-read", collection="shop.order", query=query) == {
        "model": static("shop.order"),
        "filter": template(query["filter"]),
        "fields": static(["id", "status"]),
        "sort": static("-id"),
        "search": static("x"),
        "limit": static(5),
        "offset": static(10),
    }


@pytest.mark.parametrize(
    ("key", "kept"),
    [
        (1, static(1)),
        ("a", static("a")),
        ([1, 2], static([1, 2])),
        ("1, 2", static(["1", "2"])),
        ("{{ $trigger.keys }}", template("{{ $trigger.keys }}")),
        ("", None),
        ([], None),
        (None, None),
    ],
)
def test_keys(key, kept):
    assert inputs("item-read", collection="shop.order", key=key).get("key") == kept


def test_with_a_key_only_the_fields_of_the_query_count():
    given = inputs(
        "item-read", collection="shop.order", key=1, query={"fields": ["id"], "limit": 1, "filter": {"a": 1}}
    )
    assert set(given) == {"model", "key", "fields"}


def test_a_query_may_be_json_text():
    text = '{"filter": {"id": {"_eq": "{{ $trigger.body }}"}}, "limit": -1}'
    given = inputs("item-read", collection="shop.order", query=text)
    assert given["filter"] == template({"id": {"_eq": "{{ $trigger.body }}"}})
    assert given["limit"] == static(10_000)


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ({"query": '{"limit": {{ $last }}}'}, ["computed_option"]),
        ({"query": "{{ $last }}"}, ["computed_option"]),
        ({"query": {"group": ["a"], "deep": {"x": 1}}}, ["query_dropped"]),
        ({"query": {"page": "{{ $last }}"}}, ["computed_option"]),
        ({"permissions": "$full"}, ["permissions_changed"]),
        ({"permissions": "$trigger"}, []),
        ({"permissions": "0f5b1c2e-role"}, ["permissions_changed"]),
        ({"emitEvents": True}, []),
    ],
)
def test_what_can_not_be_kept_of_a_query_is_told(options, codes):
    assert told("item-read", collection="shop.order", **options) == codes


def test_collections_are_models():
    data = export(op("a", "item-create", collection="orders", payload={}))
    [unknown] = directus.load(data)
    assert [issue.code for issue in unknown.warnings] == ["collection_unknown"]
    [known] = directus.load(data, collections={"orders": "shop.order"})
    assert known.warnings == ()
    document: Any = known.document
    assert document["value"]["modules"][0]["value"]["input_transforms"]["model"] == static("shop.order")


def test_writing_items():
    create = inputs("item-create", collection="shop.order", payload=[{"a": 1}], emitEvents=True)
    assert create == {
        "model": static("shop.order"),
        "emit_events": static(True),
        "payload": static([{"a": 1}]),
    }
    update = inputs("item-update", collection="shop.order", key="{{ $last }}", payload={"a": 2}, query={})
    assert update == {
        "model": static("shop.order"),
        "key": template("{{ $last }}"),
        "payload": static({"a": 2}),
    }
    delete = inputs("item-delete", collection="shop.order", query={"filter": {"a": 1}, "limit": 1})
    assert delete == {"model": static("shop.order"), "filter": static({"a": 1})}
    assert told("item-delete", collection="shop.order", query={"filter": {"a": 1}, "limit": 1}) == [
        "query_dropped"
    ]
