"""Flows of ours as exports of Directus: what can be said there, what is told, what is refused."""

from typing import Any
from uuid import UUID

import pytest

from openflow_django.interop import directus
from openflow_django.interop.directus import NotExpressible
from openflow_django.interop.imported import FlowTrigger
from openflow_django.spec.issues import DocumentInvalid, errors
from tests.interop.directus.flows import export, op
from tests.testing.build import branch_all, call, flow, give, loop, step


def operation(id, kind, *, then=None, fails=None, static=None, **options) -> Any:
    """A step that runs an operation; options are templates, those in ``static`` are not."""
    transforms = {name: {"type": "template", "value": value} for name, value in options.items()}
    transforms |= {name: {"type": "static", "value": value} for name, value in (static or {}).items()}
    value = {"type": "script", "path": f"op/{kind}", "input_transforms": transforms}
    return step(id, value, **(then or {}), **({"error_branch": fails} if fails else {}))


def stop(*modules):
    return {"modules": list(modules), "then": "stop"}


def written(*modules, triggers=(), **options) -> Any:
    document = {**flow(*modules), "summary": "Orders", "description": "All of them"}
    data, issues = directus.dump(document, triggers, **options)
    return data, [issue.code for issue in issues]


def dumped(imported, **options) -> Any:
    return directus.dump(imported.document, imported.triggers, **options)


def only(*modules, **options) -> Any:
    data, codes = written(*modules, **options)
    return data["operations"][0], codes


def refused(*modules, triggers=(), **settings):
    with pytest.raises(NotExpressible) as caught:
        directus.dump(flow(*modules, **settings), triggers)
    return [issue.message for issue in errors(caught.value.issues)]


def test_the_tree():
    data, codes = written(
        operation(
            "a",
            "condition",
            filter={"$trigger": {"n": {"_eq": 1}}},
            fails=stop(operation("c", "log", message="c")),
        ),
        operation("b", "log", message="b"),
        path="shop/orders",
        icon="bolt",
        color="#ff0000",
    )
    assert codes == []
    assert data["version"] == 1
    by_key = {each["key"]: each for each in data["operations"]}
    assert list(by_key) == ["a", "c", "b"]
    assert (by_key["a"]["resolve"], by_key["a"]["reject"]) == (by_key["b"]["id"], by_key["c"]["id"])
    assert [(each["resolve"], each["reject"]) for key, each in by_key.items() if key != "a"] == [
        (None, None)
    ] * 2
    assert data["flow"] == {
        "id": data["flow"]["id"],
        "name": "Orders",
        "icon": "bolt",
        "color": "#ff0000",
        "description": "All of them",
        "status": "inactive",
        "accountability": "all",
        "trigger": None,
        "options": {},
        "operation": by_key["a"]["id"],
    }
    assert all(UUID(each["id"]) and each["flow"] == data["flow"]["id"] for each in data["operations"])


def test_ids_stay_the_same_for_the_same_path():
    steps = [operation("a", "log", message="a")]
    assert written(*steps, path="x")[0] == written(*steps, path="x")[0]
    assert written(*steps, path="x")[0]["flow"]["id"] != written(*steps, path="y")[0]["flow"]["id"]


def test_no_two_operations_stand_at_one_place():
    inner = stop(operation("d", "log", message="d", fails=stop(operation("e", "log", message="e"))))
    data, _ = written(
        operation("a", "log", message="a", fails=inner),
        operation("b", "log", message="b", fails=stop(operation("f", "log", message="f"))),
        operation("c", "log", message="c"),
    )
    places = [(each["position_x"], each["position_y"]) for each in data["operations"]]
    assert len(set(places)) == len(places) == 6
    assert all(x > 1 and y >= 1 for x, y in places)


def test_an_empty_flow():
    data, codes = written()
    assert (data["flow"]["operation"], data["operations"], codes) == (None, [], [])


@pytest.mark.parametrize(
    ("kind", "options", "type", "written_options"),
    [
        ("exec", {"code": "module.exports = () => 1"}, "exec", {"code": "module.exports = () => 1"}),
        ("transform", {"json": {"a": "{{ $last }}"}}, "transform", {"json": {"a": "{{ $last }}"}}),
        ("log", {"message": "m", "level": "info"}, "log", {"message": "m"}),
        ("throw_error", {"code": "A", "status": 404}, "throw-error", {"code": "A", "status": 404}),
        (
            "json_web_token",
            {"operation": "decode", "token": "t"},
            "json-web-token",
            {"operation": "decode", "token": "t"},
        ),
        (
            "http_request",
            {"url": "u", "headers": {"A": "b"}, "body": {"c": 1}},
            "request",
            {"method": "GET", "url": "u", "headers": [{"header": "A", "value": "b"}], "body": {"c": 1}},
        ),
        (
            "send_mail",
            {"to": "a", "reply_to": "r", "subject": "s", "html": "<b>"},
            "mail",
            {"to": "a", "replyTo": "r", "subject": "s", "type": "wysiwyg", "body": "<b>"},
        ),
        (
            "send_mail",
            {"subject": "s", "text": "t"},
            "mail",
            {"subject": "s", "type": "markdown", "body": "t"},
        ),
        (
            "item_read",
            {"model": "shop.order", "filter": {"a": 1}, "limit": 5},
            "item-read",
            {"collection": "shop.order", "query": {"filter": {"a": 1}, "limit": 5}},
        ),
        (
            "item_update",
            {"model": "shop.order", "keys": [1], "payload": {"a": 1}, "emit_events": True},
            "item-update",
            {"collection": "shop.order", "key": [1], "payload": {"a": 1}, "emitEvents": True},
        ),
    ],
)
def test_operations(kind, options, type, written_options):
    made, codes = only(operation("a", kind, **options))
    assert (made["type"], made["options"], codes) == (type, written_options, [])


@pytest.mark.parametrize(
    "given",
    [
        op("a", "condition", filter={"$trigger": {"a": {"_eq": "{{ $last }}"}}}),
        op("a", "exec", code="module.exports = () => '{{ $last }}'"),
        op("a", "request", url="u", method="POST", headers=[{"header": "A", "value": "b"}], body="{}"),
        op(
            "a",
            "mail",
            to="a",
            cc=["b"],
            replyTo="r",
            subject="s",
            type="template",
            template="t",
            data={"a": 1},
        ),
        op("a", "mail", to="a", subject="s", type="markdown", body="**b**"),
        op("a", "item-create", collection="shop.order", payload={"a": 1}),
        op("a", "item-delete", collection="shop.order", key="{{ $trigger.keys }}"),
        op("a", "sleep", milliseconds=1500),
        op("a", "sleep", milliseconds=0.5),
        op("a", "sleep", milliseconds="{{ $trigger.ms }}"),
        op("a", "trigger", flow="child", payload={"a": "{{ $last }}"}),
        op("a", "trigger", flow="child", payload=[1], iterationMode="serial"),
        op("a", "trigger", flow="child", payload=["{{ $last }}"], iterationMode="batch", batchSize=3),
        op("a", "trigger", flow="child", payload="{{ $last }}", iterationMode="parallel"),
        op("a", "notification", recipient="u", subject="s"),
    ],
    ids=lambda given: given["type"],
)
def test_what_was_imported_has_its_options_again(given):
    [imported] = directus.load(export(given), flows={"child": "shop/child"})
    data, issues = dumped(imported, flows={"shop/child": "child"})
    assert issues == []
    [made] = data["operations"]
    assert (made["type"], made["key"]) == (given["type"], "a")
    assert {name: made["options"][name] for name in given["options"]} == given["options"]


def test_a_flow_that_others_run_has_its_return_value_again():
    data = export(
        op("a", "condition", filter={"$trigger": {"_eq": 1}}, resolve="b", reject="c"),
        op("b", "log", message="m"),
        op("c", "transform", json={"x": 1}),
        trigger="operation",
        options={"return": "c.x"},
    )
    [imported] = directus.load(data)
    again, issues = dumped(imported)
    assert issues == []
    assert [each["key"] for each in again["operations"]] == ["a", "c", "b"]
    assert again["flow"]["options"] == {"return": "c.x"}
    assert directus.load(again)[0].document == imported.document


def test_both_edges_to_the_same_operation():
    data, codes = written(
        operation("a", "log", message="a", then={"continue_on_error": True}),
        operation("b", "log", message="b"),
    )
    first, second = data["operations"]
    assert (first["resolve"], first["reject"], codes) == (second["id"], second["id"], [])


def test_a_branch_that_goes_on_to_nothing_is_one_that_stops():
    branch = {"modules": [operation("b", "log", message="b")], "then": "continue"}
    data, _ = written(operation("a", "log", message="a", fails=branch))
    assert data["operations"][0]["reject"] == data["operations"][1]["id"]


# triggers


@pytest.mark.parametrize(
    ("triggers", "type", "options"),
    [
        (
            [("webhook", {"method": "POST", "return": "$all"})],
            "webhook",
            {"method": "POST", "return": "$all"},
        ),
        ([("schedule", {"cron": "0 0 * * *"})], "schedule", {"cron": "0 0 * * *"}),
        ([("flow", {"return": "$last"})], "operation", {"return": "$last"}),
        ([("event_filter", {"type": "filter", "scope": ["x"]})], "event", {"type": "filter", "scope": ["x"]}),
        (
            [
                ("model_event", {"model": model, "actions": ["created", "deleted"]})
                for model in ("a.b", "a.c")
            ],
            "event",
            {"type": "action", "scope": ["items.create", "items.delete"], "collections": ["a.b", "a.c"]},
        ),
        (
            [("manual", {"model": "a.b", "location": "item", "confirmation": "Sure?"})],
            "manual",
            {
                "collections": ["a.b"],
                "location": "item",
                "requireSelection": False,
                "requireConfirmation": True,
                "confirmationDescription": "Sure?",
            },
        ),
    ],
)
def test_triggers(triggers, type, options):
    data, codes = written(triggers=[FlowTrigger(type=kind, options=given) for kind, given in triggers])
    assert (data["flow"]["trigger"], data["flow"]["options"], codes) == (type, options, [])


def test_forms_of_manual_triggers():
    schema = {
        "type": "object",
        "properties": {
            "note": {"title": "Note", "type": "string", "description": "Why"},
            "n": {"type": "integer", "enum": [1, 2]},
            "day": {"type": "string", "format": "date"},
        },
        "required": ["note"],
    }
    data, _ = written(triggers=[FlowTrigger(type="manual", options={"model": "a.b", "fields": schema})])
    fields = data["flow"]["options"]["fields"]
    assert [(each["field"], each["name"], each["type"], each["meta"]["required"]) for each in fields] == [
        ("note", "Note", "string", True),
        ("n", "n", "integer", False),
        ("day", "day", "date", False),
    ]
    assert fields[1]["meta"]["options"] == {"choices": [{"text": "1", "value": 1}, {"text": "2", "value": 2}]}


@pytest.mark.parametrize(
    ("triggers", "codes"),
    [
        ([("schedule", {}), ("webhook", {})], ["triggers_dropped"]),
        ([("pigeon", {})], ["trigger_unknown"]),
        ([("model_event", {"model": "a.b", "actions": ["m2m_changed"]})], ["trigger_option_dropped"]),
        (
            [("model_event", {"model": "a.b", "actions": ["updated"], "only_fields": ["x"]})],
            ["trigger_option_dropped"],
        ),
    ],
)
def test_what_is_lost_of_triggers_is_told(triggers, codes):
    made = [FlowTrigger(type=kind, options=options) for kind, options in triggers]
    assert written(triggers=made)[1] == codes


# what is told, what is refused


@pytest.mark.parametrize(
    ("module", "codes"),
    [
        (operation("a", "approval_link"), ["own_operation"]),
        (operation("a", "log", message="m", level="error"), ["option_dropped"]),
        (operation("a", "http_request", url="u", timeout_s=5), ["option_dropped"]),
        (operation("a", "log", message="m", then={"cache_ttl": 5, "priority": 1}), ["setting_dropped"] * 2),
        (operation("a", "log", message="{{ results.x }} {{ flow_input.y }}"), ["name_unknown"]),
        (call("a", "f/x", {"$trigger": {"type": "template", "value": "{{ $last }}"}}), ["flow_unknown"]),
    ],
)
def test_what_is_lost_is_told(module, codes):
    assert only(module)[1] == codes


@pytest.mark.parametrize(
    ("modules", "word"),
    [
        ([give("a", 1)], "rawscript"),
        ([loop("a", "[1]", give("b", 1))], "forloopflow"),
        ([branch_all("a")], "branchall"),
        (
            [operation("a", "transform", then={"retry": {"constant": {"attempts": 1, "seconds": 1}}})],
            "retries",
        ),
        ([operation("a", "transform", then={"stop_after_if": {"expr": "true"}})], "stop condition"),
        ([operation("a", "transform", then={"skip_if": {"expr": "true"}})], "skip"),
        ([operation("a", "transform", then={"suspend": {"required_events": 1}})], "approvals"),
        ([operation("a", "log", message="m", then={"sleep": {"type": "static", "value": 5}})], "sleeps"),
        ([operation("a", "transform", static={"json": "{{ $last }}"})], "braces"),
        ([call("a", "f/x", {"n": "results.x"})], "expression"),
        (
            [
                operation(
                    "a",
                    "log",
                    message="m",
                    fails={"modules": [operation("b", "log", message="m")], "then": "continue"},
                ),
                operation("c", "log", message="m"),
            ],
            "goes on",
        ),
    ],
)
def test_what_can_not_be_said_is_refused(modules, word):
    [message] = refused(*modules)
    assert word in message
    assert '"a"' in message or "type" in message


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"failure_module": give("failure", 1)}, "failure module"),
        ({"preprocessor_module": give("preprocessor", 1)}, "preprocessor"),
        ({"skip_expr": "true"}, "skip"),
        ({"flow_env": {"a": 1}}, "constants"),
    ],
)
def test_settings_of_the_flow_that_can_not_be_said_are_refused(settings, word):
    [message] = refused(operation("a", "log", message="m"), **settings)
    assert word in message


def test_everything_that_can_not_be_said_is_named_at_once():
    with pytest.raises(NotExpressible) as caught:
        directus.dump(flow(give("a", 1), give("b", 2)))
    assert len(caught.value.issues) == 2
    assert "(1 more)" in caught.value.message


def test_what_is_no_flow_is_refused():
    with pytest.raises(DocumentInvalid):
        directus.dump({"summary": "x"})
