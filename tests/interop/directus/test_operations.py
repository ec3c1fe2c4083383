"""Each operation (semantics section 5) as the step it becomes: options, result, differences that are told."""

import time
from typing import Any

import pytest
from django.core import mail as django_mail
from django.test import override_settings

from openflow_django.interop import directus
from openflow_django.operations import operations, validate_options
from openflow_django.spec.issues import errors
from openflow_django.spec.validate import validate
from openflow_django.testing import run_flow
from tests.interop.directus.flows import export, load, op, run, steps_of
from tests.operations.http.server import answering, serving


def made(kind, /, **options) -> Any:
    """The module that an operation becomes."""
    document: Any = load(op("a", kind, **options)).document
    assert errors(validate(document)) == []
    return document["value"]["modules"][0]


def told(kind, /, **options):
    return [issue.code for issue in load(op("a", kind, **options)).warnings]


def inputs(kind, /, **options):
    return made(kind, **options)["value"]["input_transforms"]


def static(value):
    return {"type": "static", "value": value}


def template(value):
    return {"type": "template", "value": value}


def transform(key, value, **edges):
    return op(key, "transform", json=value, **edges)


# all of them


def test_the_name_is_the_summary():
    data = export({**op("a", "log", message="m"), "name": "Says something"})
    assert step_summary(data) == "Says something"
    assert step_summary(export(op("a", "log", message="m"))) == "a"


def step_summary(data) -> Any:
    document: Any = directus.load(data)[0].document
    return document["value"]["modules"][0]["summary"]


def test_options_with_tags_are_templates_and_others_are_not():
    assert inputs("transform", json={"a": "{{ $last }}"}) == {"json": template({"a": "{{ $last }}"})}
    assert inputs("transform", json={"{{ $last }}": "a"}) == {"json": static({"{{ $last }}": "a"})}


def test_options_that_nothing_corresponds_to_are_told():
    assert told("log", message="m", colour="red", size=None) == ["option_dropped"]


@pytest.mark.parametrize(
    ("type", "options"),
    [
        ("condition", {"filter": {"$trigger": {"a": {"_eq": 1}}}}),
        ("exec", {"code": "module.exports = () => 1"}),
        ("transform", {"json": {"a": 1}}),
        ("log", {"message": "m"}),
        ("throw-error", {"code": "A", "status": "404", "message": "m"}),
        ("json-web-token", {"operation": "decode", "token": "t"}),
        ("request", {"url": "https://example.com", "method": "post", "headers": [], "body": "{}"}),
        ("mail", {"to": ["a@example.com"], "subject": "s", "body": "b"}),
        ("mail", {"to": "a@example.com", "subject": "s", "body": "b", "type": "wysiwyg"}),
        (
            "mail",
            {"to": "a@example.com", "subject": "s", "type": "template", "template": "t", "data": {"a": 1}},
        ),
        ("item-create", {"collection": "shop.order", "payload": {"a": 1}}),
        ("item-read", {"collection": "shop.order", "query": {"filter": {"a": {"_eq": 1}}, "limit": 5}}),
        ("item-read", {"collection": "shop.order", "key": [1, 2], "query": {"fields": ["a"]}}),
        ("item-update", {"collection": "shop.order", "key": "1,2", "payload": "{}"}),
        ("item-delete", {"collection": "shop.order", "query": {"filter": {"a": 1}}}),
        ("sleep", {"milliseconds": 5}),
    ],
)
def test_the_options_fit_our_operation(type, options):
    value = made(type, **options)["value"]
    given = {name: each["value"] for name, each in value["input_transforms"].items()}
    assert validate_options(operations.get(value["path"].removeprefix("op/")), given) == []
    assert told(type, **options) == []


def test_an_operation_of_the_site_is_used_for_a_type_that_directus_does_not_have():
    own = operations.get("log")
    with operations.temporarily("my_pigeon", own):
        flow = load(op("a", "my-pigeon", message="{{ $trigger }}", resolve="b"), transform("b", "1"))
        assert flow.warnings == ()
        assert run_flow(flow.document, None, trigger=1).result == 1


# condition


def test_condition():
    rule = {"$trigger": {"body": {"n": {"_eq": "{{ $trigger.body.want }}"}}}}
    operations = [
        op("a", "condition", filter=rule, resolve="y", reject="n"),
        transform("y", "1"),
        transform("n", "0"),
    ]
    assert run(*operations, body={"n": 3, "want": 3}).result == 1
    assert run(*operations, body={"n": 3, "want": 4}).result == 0
    assert run(*operations, body={"n": 3, "want": 3}).data["a"] is None


def test_condition_without_a_rule_resolves_and_with_an_empty_one_rejects():
    assert run(op("a", "condition", filter=None)).status == "success"
    assert run(op("a", "condition")).status == "success"
    assert run(op("a", "condition", filter={})).status == "failure"


def test_condition_rejects_with_the_list_of_errors():
    rule = {"$trigger": {"body": {"n": {"_gt": 5}, "m": {"_eq": 1}}}}
    ran = run(
        op("a", "condition", filter=rule, reject="b"),
        transform(
            "b", ["{{ $last[0].extensions.type }}", "{{ a[1].code }}", "{{ a.length }}", "{{ a[0].status }}"]
        ),
        body={"n": 1, "m": 2},
    )
    assert ran.result == ["gt", "FAILED_VALIDATION", 2, 400]


# exec


def test_exec_renders_the_tags_in_its_code_and_warns_of_it():
    code = "module.exports = () => '{{ $trigger.body }}' + 1"
    assert run(op("a", "exec", code=code), body=1).result == "11"
    assert run(op("a", "exec", code=code), body="' + 40 + '").result == "401"
    assert told("exec", code=code) == ["tags_in_code"]
    assert told("exec", code="module.exports = () => 1") == []


def test_exec_sees_the_whole_state():
    operations = [
        transform("one", {"n": 1}, resolve="a"),
        op(
            "a",
            "exec",
            code="module.exports = async data => [data.one, data.$last, data.$trigger, Object.keys(data)]",
        ),
    ]
    state = [{"n": 1}, {"n": 1}, {"body": 5}, ["$trigger", "$last", "$accountability", "$env", "one"]]
    assert run(*operations, body=5).result == state


def test_exec_has_the_allowed_environment():
    flow = load(op("a", "exec", code="module.exports = () => process.env"))
    assert run_flow(flow.document, None, env={"A": "1"}).result == {"A": "1"}


# transform and log


@pytest.mark.parametrize(
    ("json", "value"),
    [
        ({"a": 1}, {"a": 1}),
        ([1], [1]),
        (5, 5),
        (None, None),
        ('{"a": 1}', {"a": 1}),
        ('"text"', "text"),
        ("{{ $trigger.body }}", {"n": 1}),
        ("[{{ $trigger.body.n }}, {{ $trigger.body }}]", [1, {"n": 1}]),
        ('{"__proto__": {"a": 1}, "b": 2}', {"b": 2}),
    ],
)
def test_transform(json, value):
    assert run(op("a", "transform", json=json), body={"n": 1}).result == value


def test_transform_without_a_value_gives_null():
    assert run(op("a", "transform")).data["$last"] is None


@pytest.mark.parametrize("body", ["text", "{", ""])
def test_transform_of_text_that_is_not_json_rejects(body):
    ran = run(
        op("a", "transform", json="{{ $trigger.body }}", reject="b"),
        transform("b", ["{{ a.name }}"]),
        body=body,
    )
    assert ran.result == ["SyntaxError"]


@pytest.mark.parametrize("message", ["text", "{{ $trigger }}", {"a": 1}, None])
def test_log_gives_null(message):
    ran = run(op("a", "log", message=message, resolve="b"), transform("b", ["{{ a }}", "{{ $last }}"]))
    assert ran.result == [None, None]
    assert run(op("a", "log")).status == "success"


# throw-error


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({}, ("INTERNAL_SERVER_ERROR", 500, "An unexpected error occurred.")),
        (
            {"code": None, "status": None, "message": None},
            ("INTERNAL_SERVER_ERROR", 500, "An unexpected error occurred."),
        ),
        ({"code": "low", "status": "418", "message": "m"}, ("LOW", 418, "m")),
        ({"status": 404}, ("INTERNAL_SERVER_ERROR", 404, "An unexpected error occurred.")),
        ({"status": "404 not found"}, ("INTERNAL_SERVER_ERROR", 404, "An unexpected error occurred.")),
        ({"status": 404.7}, ("INTERNAL_SERVER_ERROR", 404, "An unexpected error occurred.")),
        ({"status": "many"}, ("INTERNAL_SERVER_ERROR", 500, "An unexpected error occurred.")),
        ({"status": True}, ("INTERNAL_SERVER_ERROR", 500, "An unexpected error occurred.")),
        ({"status": "{{ $trigger.body }}"}, ("INTERNAL_SERVER_ERROR", 403, "An unexpected error occurred.")),
        ({"message": "n is {{ $trigger.body }}"}, ("INTERNAL_SERVER_ERROR", 500, "n is 403")),
    ],
)
def test_throw_error(options, error):
    shown = run(op("a", "throw-error", **options), body=403).data["a"]
    assert (shown["code"], shown["status"], shown["message"]) == error


def test_a_status_that_is_none_of_an_error_is_changed():
    assert told("throw-error", status=200) == ["status_changed"]
    assert run(op("a", "throw-error", status="200")).data["a"]["status"] == 500


# json-web-token


def test_json_web_token():
    ran = run(
        op(
            "s",
            "json-web-token",
            operation="sign",
            payload={"n": "{{ $trigger.body }}"},
            secret="s" * 40,
            resolve="v",
        ),
        op("v", "json-web-token", operation="verify", token="{{ s }}", secret="s" * 40, resolve="d"),
        op(
            "d",
            "json-web-token",
            operation="decode",
            token="{{ s }}",
            options={"complete": True},
            resolve="x",
        ),
        op("x", "json-web-token", operation="verify", token="{{ s }}", secret="other" * 8, reject="e"),
        transform("e", ["{{ d.header }}", "{{ v.n }}", "{{ x.name }}", "{{ x.message }}"]),
        body=7,
    )
    assert ran.result == [{"alg": "HS256", "typ": "JWT"}, 7, "JsonWebTokenError", "invalid signature"]


def test_a_secret_in_the_flow_is_told():
    assert told("json-web-token", operation="sign", payload={"a": 1}, secret="s") == ["secret_in_flow"]
    assert told("json-web-token", operation="sign", payload={"a": 1}, secret="{{ $env.SECRET }}") == []


# sleep


@pytest.mark.parametrize(
    ("milliseconds", "seconds"),
    [
        (1500, 1.5),
        ("250", 0.25),
        (0, 0),
        (-5, 0),
        ("soon", 0),
        (None, 0),
        ([], 0),
        ({}, 0),
        ("", 0),
        (True, 0.001),
    ],
)
def test_sleep(milliseconds, seconds):
    begin = time.monotonic()
    ran = run(
        op("a", "sleep", milliseconds=milliseconds, resolve="b"), transform("b", ["{{ a }}", "{{ $last }}"])
    )
    assert ran.result == [None, None]
    assert ran.duration_s == pytest.approx(seconds)
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    ("body", "seconds"), [(1500, 1.5), ("250", 0.25), ("soon", 0), (None, 0), (-1, 0), ({}, 0)]
)
def test_sleep_for_a_computed_time(body, seconds):
    operations = [
        op("a", "sleep", milliseconds="{{ $trigger.body.ms }}", resolve="b"),
        transform("b", ["{{ a }}"]),
    ]
    ran = run(*operations, body={"ms": body})
    assert (ran.result, ran.duration_s) == ([None], pytest.approx(seconds))


def test_a_time_that_can_not_be_rendered_rejects_the_sleep():
    ran = run(op("a", "sleep", milliseconds="{{ }}", reject="b"), transform("b", ["{{ a.name }}"]))
    assert [step for step in steps_of(ran) if step[0] in "ab"] == [("a", "reject"), ("b", "resolve")]


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
