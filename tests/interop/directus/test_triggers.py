"""What starts a flow (semantics section 3) as triggers of ours; options are kept or told."""

import pytest

from openflow_django.triggers import trigger_types
from tests.interop.directus.flows import load, op


def triggers(trigger, options, **flow):
    return load(op("a", "log"), trigger=trigger, options=options, **flow).triggers


def codes(trigger, options):
    return [issue.code for issue in load(op("a", "log"), trigger=trigger, options=options).warnings]


def only(trigger, options, **flow):
    [found] = triggers(trigger, options, **flow)
    assert (found.enabled, found.name) == (False, "A flow")
    return found.type, found.options


def test_webhook():
    options = {
        "method": "POST",
        "async": True,
        "error_on_reject": True,
        "return": "$all",
        "cacheEnabled": False,
    }
    assert only("webhook", options) == ("webhook", options)
    assert only("webhook", {}) == ("webhook", {"method": "GET", "return": "$last"})
    assert only("webhook", {"return": None, "method": None}) == only("webhook", {})


def test_schedule():
    assert only("schedule", {"cron": "*/5 * * * *"}) == ("schedule", {"cron": "*/5 * * * *"})
    assert codes("schedule", {"cron": "0 */5 * * * *"}) == ["cron_seconds"]
    assert codes("schedule", {"cron": "*/5 * * * *"}) == []


def test_operation():
    assert only("operation", {"return": "$last"}) == ("flow", {"return": "$last"})


def test_events_after_the_save():
    options = {
        "type": "action",
        "scope": ["items.create", "items.delete"],
        "collections": ["shop.order", "shop.item"],
    }
    assert [(found.type, found.options) for found in triggers("event", options)] == [
        ("model_event", {"model": "shop.order", "actions": ["created", "deleted"]}),
        ("model_event", {"model": "shop.item", "actions": ["created", "deleted"]}),
    ]
    assert codes("event", options) == ["payload_differs"]


def test_events_of_collections_that_are_no_models():
    options = {"type": "action", "scope": "items.update", "collections": "orders,items"}
    assert codes("event", options) == ["collection_unknown", "collection_unknown", "payload_differs"]
    assert [found.options["model"] for found in triggers("event", options)] == ["orders", "items"]


def test_other_events():
    options = {"type": "action", "scope": ["auth.login", "items.update"], "collections": ["shop.order"]}
    assert [(found.type, found.options) for found in triggers("event", options)] == [
        ("model_event", {"model": "shop.order", "actions": ["updated"]}),
        ("event", {"type": "action", "scope": ["auth.login"], "collections": ["shop.order"]}),
    ]


@pytest.mark.parametrize("options", [{"type": "action", "scope": ["items.create"]}, {"type": "action"}, {}])
def test_events_without_a_collection_never_happen(options):
    assert triggers("event", options) == ()
    assert codes("event", options) == ["trigger_silent"]


def test_events_before_the_save():
    options = {"type": "filter", "scope": ["items.update"], "collections": ["shop.order"], "return": "$last"}
    assert only("event", options) == ("event_filter", options)
    assert codes("event", options) == ["trigger_blocking"]


def test_manual():
    options = {
        "collections": ["shop.order", "shop.item"],
        "location": "item",
        "requireSelection": False,
        "requireConfirmation": True,
        "confirmationDescription": "Sure?",
        "fields": [
            {"field": "note", "name": "Note", "type": "text", "meta": {"note": "Why", "required": True}},
            {"field": "count", "type": "integer", "meta": None},
            {"field": "day", "type": "date"},
            {
                "field": "kind",
                "type": "string",
                "meta": {"options": {"choices": [{"value": "a"}, {"value": "b"}]}},
            },
            {"name": "no field"},
        ],
        "async": True,
        "error_on_reject": True,
    }
    first, second = triggers("manual", options)
    assert (first.type, second.options["model"]) == ("manual", "shop.item")
    assert first.options == {
        "model": "shop.order",
        "location": "item",
        "require_selection": False,
        "confirmation": "Sure?",
        "fields": {
            "type": "object",
            "properties": {
                "note": {"title": "Note", "type": "string", "description": "Why"},
                "count": {"title": "count", "type": "integer"},
                "day": {"title": "day", "type": "string", "format": "date"},
                "kind": {"title": "kind", "type": "string", "enum": ["a", "b"]},
            },
            "required": ["note"],
            "x-order": ["note", "count", "day", "kind"],
        },
    }
    assert codes("manual", options) == ["trigger_option_dropped"]


def test_manual_by_default():
    assert only("manual", {"collections": ["shop.order"], "requireConfirmation": True}) == (
        "manual",
        {"model": "shop.order", "location": "both", "require_selection": True, "confirmation": "A flow"},
    )
    assert codes("manual", {}) == ["trigger_silent"]


def test_options_fit_the_types_that_there_are(db):
    options = {"collections": ["accounts.user"], "fields": [{"field": "a", "type": "string"}]}
    for trigger, given in (
        ("manual", options),
        ("event", {"type": "action", "scope": ["items.update"], "collections": ["accounts.user"]}),
    ):
        type, made = only(trigger, given)
        assert [issue for issue in trigger_types.get(type).validate(made) if issue.severity == "error"] == []


def test_other_triggers():
    assert only("pigeon", {"a": 1}) == ("pigeon", {"a": 1})
    assert codes("pigeon", {}) == ["trigger_unknown"]
    assert triggers("", {}) == ()
    assert codes("", {}) == ["trigger_missing"]
    assert triggers(None, None) == ()
