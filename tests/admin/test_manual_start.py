"""Flows started by hand: from their own page, from a list of objects, from one object."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from demo_project.shop.models import Customer
from openflow_django.models import Flow, Run, RunData, Trigger
from openflow_django.services import flows, triggers
from openflow_django.spec.json import digest
from tests.admin.conftest import Page

pytestmark = pytest.mark.usefixtures("version")

FORM = {
    "type": "object",
    "properties": {
        "order_id": {"type": "integer", "title": "Order"},
        "reason": {"type": "string", "minLength": 3},
    },
    "required": ["order_id"],
}


@pytest.fixture
def button(flow) -> Trigger:
    options = {"fields": FORM, "confirmation": "Really?"}
    return triggers.create_trigger(flow, type="manual", name="Refund", options=options, user=None)


@pytest.fixture
def customers(db) -> list[Customer]:
    return [
        Customer.objects.create(name=name, email=f"{name}@example.org") for name in ("Kim", "Lee", "Xaver")
    ]


@pytest.fixture
def for_customers(flow) -> Trigger:
    options = {"model": "shop.customer", "require_selection": True, "fields": FORM}
    return triggers.create_trigger(flow, type="manual", name="Greet", options=options, user=None)


def start_url(trigger: Trigger, site: str = "admin", **more: Any) -> str:
    query = "&".join(f"key={key}" for key in more.get("keys", ()))
    return f"/{site}/openflow/flow/{trigger.flow_id}/start/{trigger.pk}/" + (f"?{query}" if query else "")


def test_the_page_of_the_flow_has_the_button_and_the_button_asks(boss, flow, button) -> None:
    page = Page(boss.get(f"/admin/openflow/flow/{flow.pk}/change/"))
    assert page.all("a", href=start_url(button))
    page = Page(boss.get(start_url(button)))
    assert "Really?" in page.text
    assert page.all("input", name="options-order_id")
    response = boss.post(start_url(button), {"options-order_id": "7", "options-reason": "broken"})
    run = Run.objects.get()
    assert response.headers["Location"] == f"/admin/openflow/run/{run.pk}/change/"
    assert (run.kind, run.started_by.username) == ("manual", "boss")
    data = RunData.objects.get()
    assert data.input == {"order_id": 7, "reason": "broken"}
    assert data.trigger["body"] == data.input
    assert data.accountability["username"] == "boss"


@pytest.mark.parametrize(("reason", "told"), [("ab", "reason"), ("", "")])
def test_the_answers_are_judged_by_the_schema_of_the_form(boss, button, reason, told) -> None:
    response = boss.post(start_url(button), {"options-order_id": "7", "options-reason": reason})
    assert Run.objects.exists() is (not told)
    if told:
        assert response.context["form"].errors[told]


def test_only_who_may_start_the_flow_sees_the_button_and_may_press_it(login, flow, button) -> None:
    viewer, operator = login("viewer"), login("operator")
    assert not Page(viewer.get(f"/admin/openflow/flow/{flow.pk}/change/")).all("a", href=start_url(button))
    assert viewer.get(start_url(button)).status_code == 403
    assert viewer.post(start_url(button), {"options-order_id": "7"}).status_code == 403
    assert Page(operator.get(f"/admin/openflow/flow/{flow.pk}/change/")).all("a", href=start_url(button))
    assert operator.post(start_url(button), {"options-order_id": "7"}).status_code == 302


@pytest.mark.parametrize("change", ["inactive", "off", "hidden", "other type", "other flow"])
def test_a_button_that_is_not_there_does_not_answer(boss, flow, button, change) -> None:
    address = start_url(button)
    if change == "inactive":
        Flow.objects.update(status="inactive")
    elif change == "off":
        Trigger.objects.update(enabled=False)
    elif change == "hidden":
        Trigger.objects.update(options={"location": "hidden"})
    elif change == "other type":
        Trigger.objects.update(type="model_event")
    else:
        address = address.replace(f"/{flow.pk}/", f"/{flow.pk + 1}/", 1)
    assert boss.get(address).status_code == 404
    assert boss.post(address, {"options-order_id": "7"}).status_code == 404
    assert not Run.objects.exists()


@override_settings(ROOT_URLCONF="tests.admin.sites")
def test_an_action_of_the_list_starts_the_flow_for_those_chosen(boss, customers, for_customers) -> None:
    kim, lee, _ = customers
    page = Page(boss.get("/back/shop/customer/"))
    (action,) = [
        attrs["value"] for attrs in page.all("option") if attrs["value"].startswith("openflow_start")
    ]
    response = boss.post("/back/shop/customer/", {"action": action, "_selected_action": [kim.pk, lee.pk]})
    assert response.headers["Location"] == start_url(for_customers, "back", keys=sorted([kim.pk, lee.pk]))
    page = Page(boss.get(response.headers["Location"]))
    assert "For 2 objects" in page.text
    assert {attrs["value"] for attrs in page.all("input", name="key")} == {str(kim.pk), str(lee.pk)}
    boss.post(start_url(for_customers, "back"), {"key": [kim.pk, lee.pk], "options-order_id": "1"})
    assert RunData.objects.get().input == {
        "order_id": 1,
        "collection": "shop.customer",
        "keys": [str(kim.pk), str(lee.pk)],
    }


@override_settings(ROOT_URLCONF="tests.admin.sites")
def test_an_action_may_have_any_name(boss, customers, for_customers) -> None:
    Trigger.objects.update(name="50% off %(verbose_name)s")
    assert "50% off %(verbose_name)s" in Page(boss.get("/back/shop/customer/")).text


@override_settings(ROOT_URLCONF="tests.admin.sites")
def test_the_page_of_an_object_has_a_button(boss, login, customers, for_customers) -> None:
    address = f"/back/shop/customer/{customers[0].pk}/change/"
    url = start_url(for_customers, "back", keys=[customers[0].pk])
    assert Page(boss.get(address)).all("a", href=url)
    Trigger.objects.update(options={**for_customers.options, "location": "collection"})
    assert not Page(boss.get(address)).all("a", href=url)
    assert "Kim" in Page(boss.get("/back/shop/customer/")).text


@override_settings(ROOT_URLCONF="tests.admin.sites")
def test_objects_that_the_person_may_not_see_are_not_found(boss, customers, for_customers) -> None:
    kim, _, hidden = customers
    for keys in ([hidden.pk], [kim.pk, hidden.pk], [10**6], ["x"], ["1' or 1=1"]):
        assert boss.get(start_url(for_customers, "back"), {"key": keys}).status_code == 404
        data = {"key": keys, "options-order_id": "1"}
        assert boss.post(start_url(for_customers, "back"), data).status_code == 404
    assert not Run.objects.exists()


@override_settings(ROOT_URLCONF="tests.admin.sites")
def test_without_the_right_to_see_the_model_nothing_is_started_for_it(
    login, customers, for_customers
) -> None:
    operator = login("operator")
    data = {"key": [customers[0].pk], "options-order_id": "1"}
    assert operator.post(start_url(for_customers, "back"), data).status_code == 404
    assert not Run.objects.exists()


@override_settings(ROOT_URLCONF="tests.admin.sites")
def test_a_selection_that_is_required_is_required(boss, for_customers) -> None:
    page = Page(boss.post(start_url(for_customers, "back"), {"options-order_id": "1"}))
    assert "Choose at least one object in the list first." in page.text
    assert not Run.objects.exists()


class TestWithoutAFormOfItsOwn:
    """The published input schema asks; what it requires is required on the server."""

    @pytest.fixture
    def asked(self, flow) -> Flow:
        schema = {
            "type": "object",
            "properties": {
                "amount": {"type": "integer", "title": "Amount", "maximum": 10},
                "scan": {"type": "string", "contentEncoding": "base64"},
                "keys": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["amount", "keys"],
        }
        flow.refresh_from_db()
        draft = {**flow.draft, "schema": schema}
        flows.save_draft(flow, document=draft, revision=flow.draft_revision, user=None)
        flow.refresh_from_db()
        flows.publish(flow, digest=digest(flow.draft), user=None)
        flow.refresh_from_db()
        return flow

    def test_the_input_schema_asks(self, boss, asked) -> None:
        trigger = triggers.create_trigger(asked, type="manual", name="Go", options={}, user=None)
        page = Page(boss.get(start_url(trigger)))
        assert page.all("input", name="options-amount", type="number")
        assert page.all("form", enctype="multipart/form-data")
        for amount, keys in (("", "1"), ("11", "1"), ("5", "")):
            boss.post(start_url(trigger), {"options-amount": amount, "options-keys": keys})
            assert not Run.objects.exists()
        scan = SimpleUploadedFile("scan.txt", b"hello")
        boss.post(start_url(trigger), {"options-amount": "5", "options-keys": "1\n2", "options-scan": scan})
        assert RunData.objects.get().input == {"amount": 5, "keys": ["1", "2"], "scan": "aGVsbG8="}

    @override_settings(ROOT_URLCONF="tests.admin.sites")
    def test_what_the_chosen_objects_say_is_not_asked_again(self, boss, customers, asked) -> None:
        options = {"model": "shop.customer", "require_selection": True}
        trigger = triggers.create_trigger(asked, type="manual", name="Go", options=options, user=None)
        url = start_url(trigger, "back", keys=[customers[0].pk])
        assert not Page(boss.get(url)).all("textarea", name="options-keys")
        boss.post(start_url(trigger, "back"), {"key": [customers[0].pk], "options-amount": "5"})
        data = RunData.objects.get()
        assert data.input == {"amount": 5, "collection": "shop.customer", "keys": [str(customers[0].pk)]}
        assert data.trigger["body"] == data.input

    def test_a_field_named_as_a_part_of_the_trigger_hides_nothing(self, boss, flow) -> None:
        names = ("body", "event", "order_id")
        fields = {"type": "object", "properties": {name: {"type": "integer"} for name in names}}
        trigger = triggers.create_trigger(
            flow, type="manual", name="Go", options={"fields": fields}, user=None
        )
        boss.post(start_url(trigger), {f"options-{name}": "1" for name in names})
        told = RunData.objects.get().trigger
        assert (told["event"], told["body"]) == ("manual", dict.fromkeys(names, 1))
