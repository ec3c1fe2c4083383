"""Created and updated objects: which saves fire, what is told, and how many queries it costs."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models.signals import post_save, pre_save

from openflow_django.emission import suppressed
from tests.triggers.conftest import Recorder
from tests.triggers.lab.models import Country, Customer, GiftOrder, Order, PaidOrder, Parcel

pytestmark = pytest.mark.django_db

TO_PAID = {"field": "status", "from": "open", "to": "paid"}
RECORDING = 2
"""Statements around one call of the sink: a savepoint and its release."""


@pytest.fixture
def order() -> Order:
    return Order.objects.create(quantity=5)


# ---------------------------------------------------------------------------- the user's view


def test_an_order_that_is_paid_fires_once(recorder: Recorder) -> None:
    recorder.watch("lab.order", "updated", conditions=[TO_PAID])
    order = Order.objects.create(quantity=2)
    order.quantity = 3
    order.save()
    order.status = Order.Status.PAID
    order.save()
    order.save()
    [event] = recorder.events
    assert (event.name, event.object_type, event.object_id) == (
        "lab.order.updated",
        "lab.order",
        str(order.pk),
    )
    assert (event.trigger_id, event.flow_id, event.using) == (1, 10, "default")
    payload: dict[str, Any] = event.payload
    assert payload["before"]["status"] == "open"
    assert payload["after"]["status"] == payload["object"]["status"] == payload["payload"]["status"] == "paid"
    assert payload["changed"] == ["status", "changed_at"]
    assert payload["key"] == order.pk
    assert payload["keys"] == [order.pk]


def test_a_new_object_tells_all_its_values(recorder: Recorder) -> None:
    recorder.watch("lab.order", "created")
    order = Order.objects.create(total="12.5", status="paid")
    assert recorder.names == ["lab.order.created"]
    assert recorder.last["before"] is None
    assert recorder.last["key"] == order.pk
    assert recorder.last["payload"]["total"] == "12.50"
    assert set(recorder.last["changed"]) == set(recorder.last["object"])
    assert recorder.last["object"]["changed_at"] is not None


def test_each_trigger_of_a_model_is_asked(recorder: Recorder) -> None:
    recorder.watch("lab.order", "created", "updated")
    recorder.watch("lab.order", "updated", only_fields=["total"])
    recorder.watch("lab.order", "deleted")
    order = Order.objects.create()
    order.total = 5
    order.save()
    assert [(event.trigger_id, event.name) for event in recorder.events] == [
        (1, "lab.order.created"),
        (1, "lab.order.updated"),
        (2, "lab.order.updated"),
    ]


# ---------------------------------------------------------------------------- queries


def test_a_model_nobody_watches_costs_nothing(recorder: Recorder, django_assert_num_queries: Any) -> None:
    recorder.watch("lab.order", "created", "updated", "deleted")
    customer = Customer.objects.create(name="a")
    with django_assert_num_queries(1):
        customer.save()
    assert not pre_save.has_listeners(Customer)
    assert not post_save.has_listeners(Customer)


def test_new_values_that_rule_it_out_cost_nothing(recorder: Recorder, django_assert_num_queries: Any) -> None:
    recorder.watch("lab.order", "updated", conditions=[TO_PAID])
    order = Order.objects.create()
    order.quantity = 7
    with django_assert_num_queries(1):
        order.save()
    with django_assert_num_queries(1):
        Order.objects.create(status="paid")
    assert recorder.events == []


def test_old_values_cost_one_query_however_many_triggers_ask(
    recorder: Recorder, django_assert_num_queries: Any
) -> None:
    for _ in range(5):
        recorder.watch("lab.order", "updated", conditions=[TO_PAID])
    order = Order.objects.create(status="shipped")
    order.status = "paid"
    with django_assert_num_queries(2):
        order.save()
    assert recorder.events == []
    order.status = "open"
    order.save()
    order.status = "paid"
    with django_assert_num_queries(2 + 5 * RECORDING):
        order.save()
    assert len(recorder.events) == 5


def test_a_creation_never_asks(recorder: Recorder, django_assert_num_queries: Any) -> None:
    recorder.watch("lab.order", "created", "updated")
    recorder.watch("lab.parcel", "created", "updated")
    with django_assert_num_queries(1 + RECORDING):
        Order.objects.create()
    with django_assert_num_queries(1 + RECORDING):
        Parcel.objects.create(code="a")
    with django_assert_num_queries(1 + RECORDING):
        Parcel(id=uuid.uuid4(), code="b").save(force_insert=True)
    assert recorder.names == ["lab.order.created", "lab.parcel.created", "lab.parcel.created"]


def test_update_fields_that_leave_the_watched_ones_alone_cost_nothing(
    recorder: Recorder, django_assert_num_queries: Any
) -> None:
    recorder.watch("lab.order", "updated", only_fields=["total", "status"])
    recorder.watch("lab.order", "updated", conditions=[{"field": "status", "op": "changed"}])
    order = Order.objects.create()
    order.quantity, order.status = 4, "paid"
    with django_assert_num_queries(1):
        order.save(update_fields=["quantity"])
    with django_assert_num_queries(2 + 2 * RECORDING):
        order.save(update_fields={"status"})
    assert len(recorder.events) == 2


def test_a_value_that_is_not_written_counts_as_it_is_stored(recorder: Recorder) -> None:
    recorder.watch(
        "lab.order",
        "updated",
        only_fields=["quantity"],
        conditions=[{"field": "status", "op": "eq", "value": "paid"}],
    )
    order = Order.objects.create()
    order.status, order.quantity = "paid", 2
    order.save(update_fields=["quantity"])
    assert recorder.events == []
    Order.objects.filter(pk=order.pk).update(status="paid")
    order.status, order.quantity = "open", 3
    order.save(update_fields=["quantity"])
    assert recorder.last["object"]["status"] == "paid"
    assert recorder.last["changed"] == ["quantity"]


def test_deferred_fields_are_not_loaded(recorder: Recorder, django_assert_num_queries: Any) -> None:
    recorder.watch("lab.order", "updated", only_fields=["quantity"])
    pk = Order.objects.create(notes="long").pk
    order = Order.objects.only("quantity").get(pk=pk)
    order.quantity = 9
    with django_assert_num_queries(2 + RECORDING):
        order.save()
    assert recorder.last["object"]["notes"] == "long"
    assert recorder.last["changed"] == ["quantity"]
    order = Order.objects.defer("quantity").get(pk=pk)
    with django_assert_num_queries(1):
        order.save()
    assert len(recorder.events) == 1


# ---------------------------------------------------------------------------- kinds of models


def test_saves_through_a_proxy_are_those_of_the_model(recorder: Recorder) -> None:
    recorder.watch("lab.order", "created", "updated")
    paid = PaidOrder.objects.create(status="paid")
    paid.status = "shipped"
    paid.save()
    assert recorder.names == ["lab.order.created", "lab.order.updated"]


def test_a_watched_proxy_sees_only_what_is_saved_through_it(recorder: Recorder) -> None:
    recorder.watch("lab.paidorder", "created")
    Order.objects.create()
    assert recorder.events == []
    PaidOrder.objects.create()
    assert recorder.names == ["lab.paidorder.created"]


def test_a_child_is_its_parent_too(recorder: Recorder, django_assert_num_queries: Any) -> None:
    recorder.watch("lab.order", "created", "updated", only_fields=["quantity"])
    recorder.watch("lab.giftorder", "updated")
    gift = GiftOrder.objects.create(wish="long life")
    assert recorder.names == ["lab.order.created"]
    assert "wish" not in recorder.last["object"]
    assert recorder.last["key"] == gift.pk
    recorder.clear()
    gift.wish = "peace"
    gift.save()
    assert recorder.names == ["lab.giftorder.updated"]
    assert recorder.last["changed"] == ["changed_at", "wish"]
    recorder.clear()
    gift.quantity = 3
    gift.save()
    assert recorder.names == ["lab.order.updated", "lab.giftorder.updated"]


def test_a_parent_saved_by_itself_is_no_child(recorder: Recorder) -> None:
    recorder.watch("lab.giftorder", "created", "updated")
    gift = GiftOrder.objects.create()
    recorder.clear()
    order = Order.objects.get(pk=gift.pk)
    order.quantity = 5
    order.save()
    assert recorder.events == []


def test_a_key_given_by_the_site_may_be_an_update(recorder: Recorder, django_assert_num_queries: Any) -> None:
    recorder.watch("lab.country", "created", "updated")
    Country(code="fr", name="France").save()
    assert recorder.names == ["lab.country.created"]
    assert recorder.events[0].object_id == "fr"
    Country(code="fr", name="République française").save()
    assert recorder.names == ["lab.country.created", "lab.country.updated"]
    assert recorder.last["changed"] == ["name"]


def test_a_copy_is_a_creation(recorder: Recorder, order: Order) -> None:
    recorder.watch("lab.order", "created", "updated")
    order.pk = None
    order.save()
    assert recorder.names == ["lab.order.created"]
    recorder.clear()
    order.pk += 1000
    order.save()
    assert recorder.names == ["lab.order.created"]


def test_uuid_keys(recorder: Recorder) -> None:
    recorder.watch("lab.parcel", "updated")
    parcel = Parcel.objects.create(code="a")
    parcel.code = "b"
    parcel.save()
    assert recorder.last["key"] == recorder.events[0].object_id == str(parcel.pk)


def test_get_or_create_and_update_or_create(recorder: Recorder) -> None:
    recorder.watch("lab.country", "created", "updated")
    Country.objects.get_or_create(code="it", defaults={"name": "Italy"})
    Country.objects.update_or_create(code="it", defaults={"name": "Italia"})
    Country.objects.update_or_create(code="it", defaults={"name": "Italia"})
    assert recorder.names == ["lab.country.created", "lab.country.updated"]


def test_sensitive_fields_are_neither_seen_nor_told(recorder: Recorder) -> None:
    recorder.watch("lab.customer", "created", "updated")
    customer = Customer.objects.create(name="a", password="hunter2", api_token="t0k3n")
    customer.password = "hunter3"
    customer.save()
    assert recorder.names == ["lab.customer.created"]
    assert recorder.last["object"] == {"id": customer.pk, "name": "a"}
    assert "hunter" not in str(recorder.events)
    assert "t0k3n" not in str(recorder.events)


# ---------------------------------------------------------------------------- corners


def test_fixtures_are_ignored(recorder: Recorder, order: Order) -> None:
    recorder.watch("lab.order", "created", "updated")
    order.quantity = 99
    order.save_base(raw=True)
    Order(quantity=1, changed_at=datetime(2026, 1, 1, tzinfo=UTC)).save_base(raw=True)
    assert recorder.events == []


def test_writes_of_steps_are_silent_when_they_say_so(
    recorder: Recorder, order: Order, django_assert_num_queries: Any
) -> None:
    recorder.watch("lab.order", "created", "updated")
    order.quantity = 99
    with suppressed(), django_assert_num_queries(1):
        order.save()
    with suppressed():
        Order.objects.create()
    assert recorder.events == []
    order.quantity = 100
    order.save()
    assert len(recorder.events) == 1


def test_bulk_writes_are_not_seen(recorder: Recorder, order: Order) -> None:
    """Django sends no signal for them; the documentation says so."""
    recorder.watch("lab.order", "created", "updated")
    Order.objects.update(quantity=50)
    Order.objects.bulk_create([Order(), Order()])
    order.quantity = 60
    Order.objects.bulk_update([order], ["quantity"])
    assert recorder.events == []


def test_a_receiver_that_saves_the_same_object_again(recorder: Recorder, order: Order) -> None:
    def count(sender: Any, instance: Order, **_: Any) -> None:
        if instance.notes != "counted":
            instance.notes = "counted"
            instance.save(update_fields=["notes"])

    recorder.watch("lab.order", "updated")
    pre_save.connect(count, sender=Order)
    try:
        order.quantity = 77
        order.save()
    finally:
        pre_save.disconnect(count, sender=Order)
    changes = [event.payload["changed"] for event in recorder.events]
    assert changes == [["notes"], ["quantity", "notes", "changed_at"]]


def test_a_save_that_fails_leaves_the_next_one_right(recorder: Recorder) -> None:
    recorder.watch("lab.order", "updated")
    order = Order.objects.create()
    broken: Any = None
    order.status = broken
    with pytest.raises(IntegrityError), transaction.atomic():
        order.save()
    assert recorder.events == []
    order.status = "paid"
    order.save()
    assert recorder.last["before"]["status"] == "open"
    assert recorder.last["after"]["status"] == "paid"
