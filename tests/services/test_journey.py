"""The whole way, as a site sees it: an order is paid, the flow runs, its consequences are there."""

from collections.abc import Callable
from typing import Any

import pytest

from demo_project.shop.models import Customer, Order
from openflow_django.models import Event, Flow, Run, RunAs, StepRun
from openflow_django.services import flows, triggers
from openflow_django.spec.json import digest

NOTE = {
    "summary": "Notes on the order that it was paid",
    "value": {
        "modules": [
            {
                "id": "text",
                "value": {
                    "type": "script",
                    "path": "op/transform",
                    "input_transforms": {
                        "json": {"type": "template", "value": {"total": "{{ $trigger.after.total }}"}}
                    },
                },
            },
        ]
    },
}


COUNT = {
    "summary": "Makes the order it hears of a little dearer, and hears of that",
    "value": {
        "modules": [
            {
                "id": "dearer",
                "value": {
                    "type": "script",
                    "path": "op/item_update",
                    "input_transforms": {
                        "model": {"type": "static", "value": "shop.order"},
                        "key": {"type": "template", "value": "{{ $trigger.key }}"},
                        "payload": {"type": "javascript", "expr": "({notes: $trigger.after.notes + '+'})"},
                        "emit_events": {"type": "static", "value": True},
                    },
                },
            },
        ]
    },
}


@pytest.fixture
def order(db) -> Order:
    customer = Customer.objects.create(name="Ann", email="ann@example.com")
    return Order.objects.create(customer=customer, total=5)


@pytest.fixture
def go_live(commit, settings) -> Callable[..., Flow]:
    """Publish a flow that listens to changes of orders, on a site whose queue does the work at once."""
    settings.OPENFLOW = {"QUEUE": "immediate", "MAX_EVENT_DEPTH": 3}

    def make(document: dict[str, Any], **options: Any) -> Flow:
        with commit():
            flow = flows.create_flow(path="orders/flow", name="Flow", document=document, user=None)
            flows.publish(flow, digest=digest(flow.draft), user=None)
            flows.activate(flow, user=None)
            told = {"model": "shop.order", "actions": ["updated"], **options}
            triggers.create_trigger(flow, type="model_event", options=told, user=None)
        return flow

    return make


def test_a_saved_object_runs_the_flow(order, go_live, commit):
    go_live(NOTE, conditions=[{"field": "status", "to": "paid"}])
    with commit():
        order.status = Order.Status.PAID
        order.save()
    run = Run.objects.select_related("data", "event").get()
    assert (run.status, run.data.error) == ("success", None)
    assert run.data.result == {"total": "5.00"}
    assert Event.objects.get().status == "started"
    assert StepRun.objects.get(run=run, kind="step").result == {"total": "5.00"}


def test_a_flow_that_starts_itself_comes_to_an_end(order, go_live, commit, django_user_model):
    flow = go_live(COUNT)
    keeper = django_user_model.objects.create(username="keeper", is_superuser=True)
    flows.set_run_as(flow, run_as=RunAs.USER, run_as_user=keeper, user=None)
    with commit():
        order.notes = "1"
        order.save()
    assert [run.status for run in Run.objects.order_by("pk")] == ["success"] * 4
    *started, last = Event.objects.order_by("pk")
    assert [(event.status, event.depth) for event in started] == [("started", depth) for depth in range(4)]
    assert (last.status, last.depth) == ("suppressed", 4)
    assert last.ancestry == [str(run.public_id) for run in Run.objects.order_by("pk")]
    assert last.accountability is not None
    assert last.accountability["username"] == "keeper"
    order.refresh_from_db()
    assert order.notes == "1++++"
