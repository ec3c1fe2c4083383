"""Many-to-many fields, changed from either side."""

from typing import Any

import pytest

from openflow_django.emission import suppressed
from tests.triggers.conftest import Recorder
from tests.triggers.lab.models import Customer, GiftOrder, Order, PaidOrder, Tag

pytestmark = pytest.mark.django_db

RECORDING = 2


@pytest.fixture
def order() -> Order:
    return Order.objects.create(quantity=3)


@pytest.fixture
def tags() -> list[Any]:
    return [Tag.objects.create(name=name) for name in "abc"]


def keys(tags: list[Any]) -> list[int]:
    return [tag.pk for tag in tags]


def test_added_members_are_told_with_those_before_and_after(
    recorder: Recorder, order: Order, tags: list[Any]
) -> None:
    order.tags.add(tags[0])
    recorder.watch("lab.order", "m2m_changed")
    order.tags.add(tags[2], tags[0], tags[1])
    [event] = recorder.events
    assert (event.name, event.object_id) == ("lab.order.m2m_changed", str(order.pk))
    payload: dict[str, Any] = event.payload
    assert payload["before"]["tags"] == keys(tags[:1])
    assert payload["after"]["tags"] == payload["object"]["tags"] == keys(tags)
    assert payload["payload"] == {"tags": keys(tags)}
    assert payload["changed"] == ["tags"]
    assert payload["relation"] == {"field": "tags", "operation": "add", "keys": keys(tags[1:])}
    assert payload["object"]["quantity"] == 3


def test_removed_members(recorder: Recorder, order: Order, tags: list[Any]) -> None:
    order.tags.set(tags[:2])
    recorder.watch("lab.order", "m2m_changed")
    order.tags.remove(tags[0], tags[2])
    assert recorder.last["after"]["tags"] == [tags[1].pk]
    assert recorder.last["relation"] == {"field": "tags", "operation": "remove", "keys": [tags[0].pk]}


def test_cleared_members(recorder: Recorder, order: Order, tags: list[Any]) -> None:
    order.tags.set(tags)
    recorder.watch("lab.order", "m2m_changed")
    order.tags.clear()
    assert recorder.last["before"]["tags"] == keys(tags)
    assert recorder.last["after"]["tags"] == []
    assert recorder.last["relation"] == {"field": "tags", "operation": "clear", "keys": keys(tags)}


def test_what_changes_nothing_is_not_told(recorder: Recorder, order: Order, tags: list[Any]) -> None:
    order.tags.set(tags[:1])
    recorder.watch("lab.order", "m2m_changed")
    order.tags.add(tags[0])
    order.tags.remove(tags[1])
    order.tags.set(tags[:1])
    order.tags.add()
    assert recorder.events == []
    order.tags.clear()
    order.tags.clear()
    assert len(recorder.events) == 1


def test_a_new_set_is_a_removal_and_an_addition(recorder: Recorder, order: Order, tags: list[Any]) -> None:
    order.tags.set(tags[:1])
    recorder.watch("lab.order", "m2m_changed")
    order.tags.set(tags[1:])
    assert [payload["relation"]["operation"] for payload in recorder.payloads] == ["remove", "add"]


def test_keys_may_be_given_instead_of_objects(recorder: Recorder, order: Order, tags: list[Any]) -> None:
    recorder.watch("lab.order", "m2m_changed")
    spelled: Any = str(tags[0].pk)
    order.tags.add(spelled)
    assert recorder.last["after"]["tags"] == [tags[0].pk]


def test_the_other_side_tells_each_object(recorder: Recorder, order: Order, tags: list[Any]) -> None:
    other = Order.objects.create()
    order.tags.add(tags[1])
    recorder.watch("lab.order", "m2m_changed")
    tags[0].orders.add(order, other)
    told = {payload["key"]: payload for payload in recorder.payloads}
    assert told[order.pk]["before"]["tags"] == [tags[1].pk]
    assert told[order.pk]["after"]["tags"] == keys(tags[:2])
    assert told[order.pk]["object"]["quantity"] == 3
    assert told[other.pk]["relation"] == {"field": "tags", "operation": "add", "keys": [tags[0].pk]}
    recorder.clear()
    tags[0].orders.remove(other)
    assert [event.object_id for event in recorder.events] == [str(other.pk)]
    recorder.clear()
    tags[0].orders.clear()
    assert [event.object_id for event in recorder.events] == [str(order.pk)]
    assert recorder.last["after"]["tags"] == [tags[1].pk]
    assert recorder.last["relation"] == {"field": "tags", "operation": "clear", "keys": [tags[0].pk]}


def test_queries(
    recorder: Recorder, order: Order, tags: list[Any], django_assert_max_num_queries: Any
) -> None:
    """Django sends two statements for an addition a receiver listens to; reading the members is ours."""
    recorder.watch("lab.order", "m2m_changed", only_fields=["tags"])
    with django_assert_max_num_queries(3 + RECORDING):
        order.tags.add(*tags)
    customer = Customer.objects.create(name="a")
    with django_assert_max_num_queries(1):
        order.watchers.add(customer)


def test_conditions_rule_out_before_anything_is_read(
    recorder: Recorder, order: Order, tags: list[Any], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        order.tags.remove(tags[0])
    recorder.watch("lab.order", "m2m_changed", conditions=[{"field": "quantity", "op": "gt", "value": 5}])
    with django_assert_num_queries(1):
        order.tags.remove(tags[0])


def test_only_the_named_fields_count(recorder: Recorder, order: Order, tags: list[Any]) -> None:
    customer = Customer.objects.create(name="a")
    recorder.watch("lab.order", "m2m_changed", only_fields=["watchers"])
    order.tags.add(*tags)
    assert recorder.events == []
    order.watchers.add(customer)
    assert recorder.last["after"]["watchers"] == [customer.pk]
    assert "tags" not in recorder.last["after"]


def test_conditions_on_members(recorder: Recorder, order: Order, tags: list[Any]) -> None:
    recorder.watch(
        "lab.order", "m2m_changed", conditions=[{"field": "tags", "op": "contains", "value": tags[1].pk}]
    )
    recorder.watch("lab.order", "m2m_changed", conditions=[{"field": "tags", "op": "is_null"}])
    order.tags.add(tags[0])
    assert recorder.events == []
    order.tags.add(tags[1])
    assert [event.trigger_id for event in recorder.events] == [1]
    recorder.clear()
    order.tags.clear()
    assert [event.trigger_id for event in recorder.events] == [2]


def test_conditions_on_columns(recorder: Recorder, order: Order, tags: list[Any]) -> None:
    recorder.watch("lab.order", "m2m_changed", conditions=[{"field": "quantity", "op": "eq", "value": 3}])
    recorder.watch("lab.order", "m2m_changed", conditions=[{"field": "quantity", "op": "changed"}])
    order.tags.add(tags[0])
    Order.objects.create().tags.add(tags[0])
    tags[1].orders.add(order)
    assert [(event.trigger_id, event.object_id) for event in recorder.events] == [(1, str(order.pk))] * 2


def test_deferred_columns_are_completed(recorder: Recorder, order: Order, tags: list[Any]) -> None:
    recorder.watch("lab.order", "m2m_changed", conditions=[{"field": "quantity", "op": "eq", "value": 3}])
    Order.objects.only("id").get(pk=order.pk).tags.add(tags[0])
    assert recorder.last["object"]["status"] == "open"
    assert recorder.last["object"]["tags"] == [tags[0].pk]


def test_proxies_and_children(recorder: Recorder, order: Order, tags: list[Any]) -> None:
    recorder.watch("lab.order", "m2m_changed")
    recorder.watch("lab.giftorder", "m2m_changed")
    recorder.watch("lab.paidorder", "m2m_changed")
    gift = GiftOrder.objects.create(wish="peace")
    order.tags.add(tags[0])
    assert recorder.names == ["lab.order.m2m_changed"]
    recorder.clear()
    gift.tags.add(tags[0])
    assert recorder.names == ["lab.order.m2m_changed", "lab.giftorder.m2m_changed"]
    assert recorder.last["object"]["wish"] == "peace"
    recorder.clear()
    PaidOrder.objects.get(pk=order.pk).tags.add(tags[1])
    assert recorder.names == ["lab.order.m2m_changed", "lab.paidorder.m2m_changed"]
    recorder.clear()
    tags[2].orders.add(order, gift)
    assert sorted(recorder.names) == ["lab.giftorder.m2m_changed"] + ["lab.order.m2m_changed"] * 2


def test_many_objects_from_the_other_side(recorder: Recorder, tags: list[Any]) -> None:
    orders = Order.objects.bulk_create(Order() for _ in range(1201))
    recorder.watch("lab.order", "m2m_changed")
    tags[0].orders.add(*orders)
    assert len(recorder.events) == 1201


def test_changes_by_steps_are_silent_when_they_say_so(
    recorder: Recorder, order: Order, tags: list[Any]
) -> None:
    recorder.watch("lab.order", "m2m_changed")
    with suppressed():
        order.tags.add(*tags)
    assert recorder.events == []
