"""Deleted objects: told as they were, with their keys, and at no cost where nothing listens."""

from typing import Any

import pytest
from django.db import transaction
from django.db.models.signals import post_delete, pre_delete

from openflow_django.emission import suppressed
from tests.triggers.conftest import Recorder
from tests.triggers.lab.models import Customer, GiftOrder, Line, Order, PaidOrder

pytestmark = pytest.mark.django_db

RECORDING = 2


def test_a_deleted_object_is_told_as_it_was(recorder: Recorder) -> None:
    recorder.watch("lab.order", "deleted")
    order = Order.objects.create(total=7, status="paid")
    key = order.pk
    order.delete()
    [event] = recorder.events
    assert (event.name, event.object_id) == ("lab.order.deleted", str(key))
    payload: dict[str, Any] = event.payload
    assert (payload["key"], payload["keys"], payload["payload"]) == (key, [key], [key])
    assert payload["after"] is None
    assert payload["before"] == payload["object"]
    assert payload["object"]["total"] == "7.00"
    assert payload["object"]["id"] == key


def test_conditions_look_at_the_last_values(recorder: Recorder) -> None:
    recorder.watch("lab.order", "deleted", conditions=[{"field": "status", "op": "eq", "value": "open"}])
    recorder.watch("lab.order", "deleted", conditions=[{"field": "status", "from": "open"}])
    recorder.watch("lab.order", "deleted", conditions=[{"field": "status", "to": "open"}])
    Order.objects.create(status="paid").delete()
    assert recorder.events == []
    Order.objects.create(status="open").delete()
    assert [event.trigger_id for event in recorder.events] == [1, 2]


def test_a_deletion_adds_no_query(recorder: Recorder, django_assert_num_queries: Any) -> None:
    line = Line.objects.create(order=Order.objects.create(), price=2)
    other = Line.objects.create(order=line.order, price=1)
    recorder.watch("lab.line", "deleted", conditions=[{"field": "price", "op": "gt", "value": 1}])
    with django_assert_num_queries(1):
        other.delete()
    with django_assert_num_queries(1 + RECORDING):
        line.delete()
    assert len(recorder.events) == 1


def test_deferred_fields_cost_one_query_and_only_when_it_may_fire(
    recorder: Recorder, django_assert_num_queries: Any
) -> None:
    order = Order.objects.create()
    pks = [Line.objects.create(order=order, price=price).pk for price in (1, 5)]
    recorder.watch("lab.line", "deleted", conditions=[{"field": "price", "op": "gt", "value": 1}])
    low, high = Line.objects.only("price").order_by("price").filter(pk__in=pks)
    with django_assert_num_queries(1):
        low.delete()
    with django_assert_num_queries(2 + RECORDING):
        high.delete()
    assert recorder.last["object"]["quantity"] == 1


def test_a_cascade_tells_each_object(recorder: Recorder) -> None:
    recorder.watch("lab.line", "deleted")
    order = Order.objects.create()
    keys = {Line.objects.create(order=order, price=price).pk for price in range(3)}
    order.delete()
    assert {event.object_id for event in recorder.events} == {str(key) for key in keys}


def test_a_query_set_tells_each_object(recorder: Recorder) -> None:
    recorder.watch("lab.order", "deleted")
    Order.objects.create()
    Order.objects.create()
    Order.objects.all().delete()
    assert recorder.names == ["lab.order.deleted"] * 2


def test_models_without_a_trigger_keep_the_fast_delete(
    recorder: Recorder, django_assert_num_queries: Any
) -> None:
    recorder.watch("lab.order", "created", "updated")
    recorder.watch("lab.customer", "deleted")
    order = Order.objects.create()
    Line.objects.create(order=order)
    Line.objects.create(order=order)
    for model in (Line, Order):
        assert not pre_delete.has_listeners(model)
        assert not post_delete.has_listeners(model)
    with django_assert_num_queries(1):
        Line.objects.filter(order=order).delete()


def test_proxies_and_children_are_told_once(recorder: Recorder) -> None:
    recorder.watch("lab.order", "deleted")
    PaidOrder.objects.create().delete()
    assert recorder.names == ["lab.order.deleted"]
    recorder.clear()
    gift = GiftOrder.objects.create(wish="peace")
    key = gift.pk
    gift.delete()
    assert recorder.names == ["lab.order.deleted"]
    assert recorder.last["key"] == key
    recorder.watch("lab.giftorder", "deleted")
    recorder.clear()
    GiftOrder.objects.create(wish="peace").delete()
    assert sorted(recorder.names) == ["lab.giftorder.deleted", "lab.order.deleted"]


def test_a_child_deleted_without_its_parent(recorder: Recorder) -> None:
    recorder.watch("lab.order", "deleted")
    GiftOrder.objects.create().delete(keep_parents=True)
    assert recorder.events == []
    assert Order.objects.count() == 1


def test_a_deletion_another_receiver_refuses_is_not_told(recorder: Recorder) -> None:
    class Refused(Exception):
        pass

    def refuse(**_: Any) -> None:
        raise Refused

    recorder.watch("lab.order", "deleted")
    order = Order.objects.create()
    pre_delete.connect(refuse, sender=Order)
    try:
        with pytest.raises(Refused), transaction.atomic():
            order.delete()
    finally:
        pre_delete.disconnect(refuse, sender=Order)
    assert recorder.events == []
    order.delete()
    assert len(recorder.events) == 1


def test_sensitive_fields_are_not_told(recorder: Recorder) -> None:
    recorder.watch("lab.customer", "deleted")
    Customer.objects.create(name="a", password="hunter2").delete()
    assert "hunter2" not in str(recorder.events)


def test_deletions_of_steps_are_silent_when_they_say_so(recorder: Recorder) -> None:
    recorder.watch("lab.order", "deleted")
    with suppressed():
        Order.objects.create().delete()
    assert recorder.events == []
