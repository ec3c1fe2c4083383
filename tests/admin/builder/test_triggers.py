"""Triggers from the builder: each saved on its own, with its own token."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from openflow_django.models import Event, Trigger
from openflow_django.services import flows
from openflow_django.triggers.base import TriggerType, trigger_types

OPTIONS = {"model": "shop.order", "actions": ["created"]}


class Clockwork(TriggerType):
    """A type that knows when it fires."""

    __slots__ = ()

    def next_times(self, options: Any, *, count: int) -> list[datetime]:
        return [datetime(2030, 1, day, tzinfo=UTC) for day in range(1, count + 1)]


def listed(boss: Any) -> list[dict[str, Any]]:
    return boss("GET", "triggers/")[1]["triggers"]


def test_a_trigger_is_made_changed_and_deleted(boss, flow) -> None:
    status, made = boss("POST", "triggers/", {"type": "model_event", "config": OPTIONS, "name": "New orders"})
    assert (status, made["name"], made["enabled"], made["config"]) == (201, "New orders", True, OPTIONS)
    assert (made["sentence"], made["issues"], made["next"]) == ("when an order is created", [], [])
    status, changed = boss("PATCH", "triggers/", {"id": made["id"], "base": made["base"], "enabled": False})
    assert (status, changed["enabled"], changed["name"]) == (200, False, "New orders")
    assert changed["base"] != made["base"]
    config = {**OPTIONS, "actions": ["deleted"]}
    status, changed = boss(
        "PATCH", "triggers/", {"id": made["id"], "base": changed["base"], "config": config, "name": ""}
    )
    assert (status, changed["sentence"], changed["name"]) == (200, "when an order is deleted", "")
    assert [trigger["id"] for trigger in listed(boss)] == [made["id"]]
    assert boss("DELETE", "triggers/", {"id": made["id"], "base": changed["base"]}) == (204, None)
    assert listed(boss) == []


def test_two_people_and_one_trigger(api, trigger) -> None:
    kim, lee = api("kim", is_superuser=True), api("lee", is_superuser=True)
    base = listed(kim)[0]["base"]
    assert kim("PATCH", "triggers/", {"id": trigger.pk, "base": base, "name": "kim"})[0] == 200
    for method in ("PATCH", "DELETE"):
        status, data = lee(method, "triggers/", {"id": trigger.pk, "base": base, "name": "lee"})
        assert (status, data["code"], data["name"]) == (409, "conflict", "kim")
    trigger.refresh_from_db()
    assert trigger.name == "kim"


def test_the_draft_and_its_triggers_do_not_disturb_each_other(boss, flow, trigger, document) -> None:
    base = listed(boss)[0]["base"]
    flows.save_draft(flow, document={**document, "summary": "x"}, revision=1, user=None)
    assert boss("PATCH", "triggers/", {"id": trigger.pk, "base": base, "enabled": False})[0] == 200


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"type": "model_event", "config": {}}, ""),
        ({"type": "model_event", "config": {"model": "shop.nothing", "actions": ["created"]}}, "/model"),
        ({"type": "sundial", "config": {}}, ""),
    ],
)
def test_mistakes_are_named_at_their_fields(boss, given, field) -> None:
    status, data = boss("POST", "triggers/", given)
    assert (status, data["code"]) == (422, "options_invalid")
    assert data["issues"][0]["field"] == field
    assert not Trigger.objects.exists()


def test_a_change_with_mistakes_changes_nothing(boss, trigger) -> None:
    (before,) = listed(boss)
    bad = {
        "id": trigger.pk,
        "base": before["base"],
        "config": {"model": "shop.nothing", "actions": ["created"]},
    }
    assert boss("PATCH", "triggers/", {**bad, "name": "x"})[0] == 422
    assert boss("PATCH", "triggers/", {"id": trigger.pk, "base": before["base"], "name": "x" * 201})[0] == 422
    assert listed(boss) == [before]


@pytest.mark.parametrize(
    ("method", "given", "status"),
    [
        ("POST", {}, 400),
        ("POST", {"type": "model_event", "config": []}, 400),
        ("POST", {"type": "model_event", "config": OPTIONS, "name": 5}, 400),
        ("POST", {"type": "model_event", "config": OPTIONS, "enabled": "yes"}, 400),
        ("PATCH", {"name": "x"}, 400),
        ("PATCH", {"id": True, "name": "x"}, 400),
        ("PATCH", {"id": 10**30, "base": "x"}, 404),
        ("DELETE", {"id": 0}, 404),
    ],
)
def test_requests_that_say_too_little(boss, method, given, status) -> None:
    assert boss(method, "triggers/", given)[0] == status


def test_triggers_of_another_flow_are_not_there(boss, flow, trigger) -> None:
    other = flows.create_flow(path="other", name="Other", user=None)
    Trigger.objects.filter(pk=trigger.pk).update(flow=other)
    assert listed(boss) == []
    assert boss("DELETE", "triggers/", {"id": trigger.pk, "base": "x"})[0] == 404


def test_a_type_that_is_gone_is_shown_and_can_be_deleted(boss, flow) -> None:
    made = Trigger.objects.create(flow=flow, type="gone", options={"x": 1})
    (shown,) = listed(boss)
    assert (shown["sentence"], shown["issues"][0]["code"]) == ("gone", "unknown_type")
    assert boss("DELETE", "triggers/", {"id": made.pk, "base": shown["base"]})[0] == 204


def test_the_next_times_of_what_knows_them(boss, flow) -> None:
    kind = Clockwork(
        key="clockwork",
        label="Clockwork",
        options_schema={"type": "object"},
        describe=lambda options: "now and then",
    )
    with trigger_types.temporarily("clockwork", kind):
        _, made = boss("POST", "triggers/", {"type": "clockwork", "config": {}})
        assert made["next"] == [f"2030-01-0{day}T00:00:00Z" for day in range(1, 6)]
        _, off = boss("PATCH", "triggers/", {"id": made["id"], "base": made["base"], "enabled": False})
        assert off["next"] == []


def test_when_it_fired_last(boss, trigger, event) -> None:
    assert listed(boss)[0]["last_fired"][:10] == event.created_at.isoformat()[:10]
    Event.objects.filter(pk=event.pk).update(created_at=event.created_at - timedelta(days=3))
    later = Event.objects.create(flow=event.flow, trigger=trigger, name="x", payload={})
    assert listed(boss)[0]["last_fired"][:19] == later.created_at.isoformat()[:19]


def test_many_triggers_cost_no_more_queries(boss, flow, django_assert_max_num_queries) -> None:
    for _ in range(30):
        Trigger.objects.create(flow=flow, type="model_event", options=OPTIONS)
    listed(boss)
    with django_assert_max_num_queries(4):
        assert len(listed(boss)) == 30
