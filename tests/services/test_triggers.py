"""Triggers: who may change them, and what options are refused."""

import pytest
from django.contrib.admin.models import LogEntry

from openflow_django import signals
from openflow_django.models import Trigger
from openflow_django.permissions import NotPermitted
from openflow_django.services import triggers
from openflow_django.services.errors import FieldsInvalid

OPTIONS = {"model": "shop.order", "actions": ["updated"]}


def create(flow, **given):
    return triggers.create_trigger(flow, **{"type": "model_event", "options": OPTIONS, "user": None, **given})


def test_the_life_of_a_trigger(flow, user, listen):
    heard = listen(signals.trigger_changed)
    person = user("change_flow")
    trigger = create(flow, user=person, name="Paid")
    assert (trigger.flow, trigger.enabled, trigger.options) == (flow, True, OPTIONS)
    triggers.update_trigger(trigger, user=person, name="Is paid", enabled=False)
    trigger.refresh_from_db()
    assert (trigger.name, trigger.enabled, trigger.options) == ("Is paid", False, OPTIONS)
    triggers.delete_trigger(trigger, user=person)
    assert not Trigger.objects.exists()
    assert [(told["change"], told["user"]) for told in heard] == [
        ("created", person),
        ("updated", person),
        ("deleted", person),
    ]
    assert [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")] == [
        "Added trigger Paid.",
        "Changed trigger Is paid.",
        "Deleted trigger Is paid.",
    ]


def test_it_takes_editing(flow, user):
    stranger = user("publish_flow", "run_flow", "view_flow", "add_trigger", "change_trigger")
    with pytest.raises(NotPermitted):
        create(flow, user=stranger)
    trigger = create(flow)
    with pytest.raises(NotPermitted):
        triggers.update_trigger(trigger, enabled=False, user=stranger)
    with pytest.raises(NotPermitted):
        triggers.delete_trigger(trigger, user=stranger)


def test_what_starts_a_live_flow_takes_publishing(live, user):
    with pytest.raises(NotPermitted):
        create(live, user=user("change_flow"))
    create(live, user=user("publish_flow"))


def test_an_unknown_type_names_the_nearest(flow):
    with pytest.raises(FieldsInvalid) as caught:
        create(flow, type="model_events")
    assert caught.value.code == "options_invalid"
    assert "model_events" in caught.value.message
    (issue,) = triggers.validate_options(type="model_events", options={})
    assert issue.hint == "Did you mean 'model_event'?"


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"model": "shop.order"},
        {"model": "shop.nothing", "actions": ["updated"]},
        {"model": "shop.order", "actions": ["eaten"]},
        {"model": "shop.order", "actions": ["updated"], "only_fields": ["no_such_field"]},
        {"model": "sessions.session", "actions": ["created"]},
        [],
        None,
        {"model": float("nan")},
    ],
)
def test_options_that_are_refused(flow, options):
    with pytest.raises(triggers.OptionsInvalid):
        create(flow, options=options)
    trigger = create(flow)
    if options is not None:
        with pytest.raises(triggers.OptionsInvalid):
            triggers.update_trigger(trigger, options=options, user=None)
    trigger.refresh_from_db()
    assert trigger.options == OPTIONS


def test_a_name_has_a_largest_length(flow):
    create(flow, name="n" * 200)
    with pytest.raises(FieldsInvalid) as caught:
        create(flow, name="n" * 201)
    assert list(caught.value.fields) == ["name"]
