"""Each operation (semantics section 5) as the step it becomes: options, result, differences that are told."""

import time
from typing import Any

import pytest

from openflow_django.interop import directus
from openflow_django.operations import operations, validate_options
from openflow_django.services.documents import validate_document
from openflow_django.spec.issues import errors
from openflow_django.testing import run_flow
from tests.interop.directus.flows import (
    export,
    inputs,
    load,
    made,
    op,
    run,
    static,
    steps_of,
    template,
    told,
    transform,
)

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


@pytest.mark.django_db
@pytest.mark.parametrize(
    "operation",
    [
        op("a", "transform"),
        op("a", "log"),
        op("a", "exec"),
        op("a", "sleep", milliseconds=5),
        op("a", "sleep", milliseconds="{{ $trigger.ms }}"),
        op("a", "condition"),
        op("a", "throw-error"),
        op("a", "json-web-token", operation="decode", token="{{ $last }}"),
        op("a", "request", url="https://example.com/{{ $last }}"),
        op("a", "mail", to="a@example.com", body="b"),
        op("a", "pigeon"),
        op("a", "trigger", flow="nowhere"),
    ],
    ids=lambda operation: operation["type"],
)
def test_the_site_takes_the_document(operation):
    assert [issue.message for issue in errors(validate_document(load(operation).document))] == []


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
