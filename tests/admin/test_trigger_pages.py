"""Triggers in the admin: a type, a form made of its options, a sentence, a switch."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from openflow_django.models import Trigger
from openflow_django.triggers.base import TriggerType, trigger_types
from tests.admin.conftest import Page

TYPE = "type=model_event"


def add_url(flow: Any, more: str = TYPE) -> str:
    return f"/admin/openflow/trigger/add/?flow={flow.pk}&{more}"


def page_of(trigger: Trigger, name: str = "change") -> str:
    return f"/admin/openflow/trigger/{trigger.pk}/{name}/"


FILLED: dict[str, Any] = {
    "options-model": "shop.order",
    "options-actions": ["created", "updated"],
    "options-only_fields": ["status"],
    "options-conditions": '[{"field": "status", "from": "open", "to": "paid"}]',
    "options-match": "0",
    "name": "Paid",
    "enabled": "on",
}


def test_the_types_of_the_site_are_offered(boss, flow) -> None:
    page = Page(boss.get(add_url(flow, "")))
    assert "Model event" in page.text
    assert page.all("a", href=add_url(flow))
    extra = TriggerType(
        key="extra", label="My own", options_schema={"type": "object"}, describe=lambda _options: "x"
    )
    with trigger_types.temporarily("extra", extra):
        assert "My own" in Page(boss.get(add_url(flow, ""))).text


def test_a_trigger_is_added_with_a_form(boss, flow) -> None:
    page = Page(boss.get(add_url(flow)))
    models = [attrs["value"] for attrs in page.all("option")]
    assert "shop.order" in models
    assert "openflow.flow" not in models
    assert "sessions.session" not in models
    response = boss.post(add_url(flow), FILLED, follow=True)
    trigger = Trigger.objects.get()
    assert (trigger.flow, trigger.type, trigger.name, trigger.enabled) == (flow, "model_event", "Paid", True)
    assert trigger.options == {
        "model": "shop.order",
        "actions": ["created", "updated"],
        "only_fields": ["status"],
        "conditions": [{"field": "status", "from": "open", "to": "paid"}],
        "match": "all",
    }
    assert response.redirect_chain[-1][0] == f"/admin/openflow/flow/{flow.pk}/change/"
    assert "when an order is created or updated" in Page(response).text
    assert LogEntry.objects.get().change_message == "Added trigger Paid."


def test_choosing_a_model_offers_its_fields_and_loses_nothing(boss, flow) -> None:
    assert not Page(boss.get(add_url(flow))).all("input", name="options-only_fields")
    half = {key: value for key, value in FILLED.items() if key != "options-only_fields"}
    page = Page(boss.post(add_url(flow), {**half, "options-conditions": "[half", "_refresh": "1"}))
    offered = [attrs["value"] for attrs in page.all("input", name="options-only_fields")]
    assert {"status", "total"} <= set(offered)
    assert page.value("name") == "Paid"
    assert "[half" in page.text
    assert page.all("option", value="shop.order", selected="")
    assert [attrs["value"] for attrs in page.all("input", name="options-actions", checked="")] == [
        "created",
        "updated",
    ]
    assert "errorlist" not in str(page.tags)
    assert not Trigger.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("options-model", "", "This field is required."),
        ("options-actions", [], "This field is required."),
        ("options-conditions", '[{"field": "statos", "to": "paid"}]', "has no field statos of its own"),
        ("options-conditions", '[{"field": "status"}]', "This condition says nothing about the field."),
        ("options-conditions", '[{"feeld": 1}]', "unknown: feeld"),
        ("options-conditions", "[broken", "Line 1, column 2"),
        ("name", "x" * 201, "at most 200 characters"),
    ],
)
def test_each_mistake_is_told_and_nothing_is_saved(boss, flow, field, value, told) -> None:
    page = Page(boss.post(add_url(flow), {**FILLED, field: value}))
    assert told in page.text
    assert page.value("name") == (value if field == "name" else "Paid")
    assert not Trigger.objects.exists()


def test_a_hint_says_what_was_meant(boss, flow) -> None:
    page = Page(
        boss.post(add_url(flow), {**FILLED, "options-conditions": '[{"field": "statos", "to": "paid"}]'})
    )
    assert 'Did you mean "status"?' in page.text
    assert "/conditions/0/field" in page.text


def test_a_trigger_is_changed(boss, flow, trigger) -> None:
    page = Page(boss.get(page_of(trigger)))
    assert "when an order is updated and status changes from open to paid" in page.text
    assert page.all("option", value="shop.order", selected="")
    boss.post(page_of(trigger), {**FILLED, "options-only_fields": [], "enabled": ""})
    trigger.refresh_from_db()
    assert (trigger.name, trigger.enabled, trigger.options["actions"]) == (
        "Paid",
        False,
        ["created", "updated"],
    )


def test_a_trigger_is_switched_from_the_page_of_its_flow(boss, flow, trigger) -> None:
    page = Page(boss.get(f"/admin/openflow/flow/{flow.pk}/change/"))
    (form,) = page.all("form", action=page_of(trigger, "switch"))
    assert form["method"] == "post"
    boss.post(page_of(trigger, "switch"), {"enabled": "0"})
    trigger.refresh_from_db()
    assert not trigger.enabled
    boss.post(page_of(trigger, "switch"), {"enabled": "1"})
    trigger.refresh_from_db()
    assert trigger.enabled


def test_a_trigger_is_deleted_and_its_events_stay(boss, flow, event, trigger) -> None:
    assert trigger.type in Page(boss.get(page_of(trigger, "delete"))).text
    response = boss.post(page_of(trigger, "delete"), {"post": "yes"}, follow=True)
    assert response.redirect_chain[-1][0] == f"/admin/openflow/flow/{flow.pk}/change/"
    assert not Trigger.objects.exists()
    event.refresh_from_db()
    assert event.trigger is None


def test_a_model_that_has_gone_is_kept_until_another_is_chosen(boss, trigger) -> None:
    Trigger.objects.filter(pk=trigger.pk).update(options={"model": "shop.gone", "actions": ["created"]})
    page = Page(boss.get(page_of(trigger)))
    assert page.all("option", value="shop.gone", selected="")
    assert (
        "There is no model shop.gone."
        in Page(boss.get(f"/admin/openflow/flow/{trigger.flow.pk}/change/")).text
    )


def test_a_type_that_is_not_installed_any_more_is_shown(boss, trigger) -> None:
    Trigger.objects.filter(pk=trigger.pk).update(type="gone")
    assert '"model": "shop.order"' in Page(boss.get(page_of(trigger))).text
    for address in (f"/admin/openflow/flow/{trigger.flow.pk}/change/", "/admin/openflow/trigger/"):
        assert "gone" in Page(boss.get(address)).text


@pytest.mark.parametrize("query", ["", "flow=", "flow=x", "flow=999", f"flow={9**40}", "flow=-1"])
def test_without_a_flow_there_is_nothing_to_add_to(boss, db, query) -> None:
    assert boss.get(f"/admin/openflow/trigger/add/?{query}").status_code == 404


def test_an_unknown_type_leads_to_the_choice(boss, flow) -> None:
    assert "Model event" in Page(boss.get(add_url(flow, "type=nonsense"))).text


def test_the_list_shows_all_triggers_with_their_sentences(
    boss, trigger, django_assert_max_num_queries
) -> None:
    for number in range(30):
        Trigger.objects.create(flow=trigger.flow, type="manual", name=f"Button {number}")
    boss.get("/admin/openflow/trigger/")
    with django_assert_max_num_queries(6):
        page = Page(boss.get("/admin/openflow/trigger/"))
    assert "when an order is updated and status changes from open to paid" in page.text
    assert "Button 7: when somebody starts it by hand" in page.text
