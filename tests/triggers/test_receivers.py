"""Receivers: connected where they are needed, and unable to break a save."""

import threading
from typing import Any

import pytest
from django.db import models
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save

from openflow_django.triggers import MatchedEvent, ModelWatch, compile_watch
from openflow_django.triggers import receivers as module
from openflow_django.triggers.receivers import connect, disconnect, watched_models
from tests.triggers.conftest import Recorder
from tests.triggers.lab.models import Customer, GiftOrder, Line, Order, PaidOrder, Tag


def watch(model: str, *actions: str, number: int = 1, **options: Any) -> ModelWatch:
    return compile_watch(
        {"model": model, "actions": list(actions), **options}, trigger_id=number, flow_id=number
    )


@pytest.fixture(autouse=True)
def left_alone() -> Any:
    yield
    disconnect()


def listening(signal: Any) -> set[type[models.Model]]:
    known = (Customer, GiftOrder, Line, Order, PaidOrder, Tag, Order.tags.through, Order.watchers.through)
    return {model for model in known if signal.has_listeners(model)}


def test_only_what_is_needed_is_connected() -> None:
    connect([watch("lab.order", "created"), watch("lab.line", "deleted")], print)
    assert listening(post_save) == {Order, PaidOrder, GiftOrder}
    assert listening(pre_save) == set()
    assert listening(pre_delete) == listening(post_delete) == {Line}
    assert listening(m2m_changed) == set()
    assert watched_models() == {Order, PaidOrder, GiftOrder, Line}


def test_connecting_again_replaces() -> None:
    connect([watch("lab.order", "updated", "m2m_changed")], print)
    assert listening(pre_save) == {Order, PaidOrder, GiftOrder}
    assert listening(m2m_changed) == {Order.tags.through, Order.watchers.through}
    connect([watch("lab.line", "updated")], print)
    assert listening(pre_save) == listening(post_save) == {Line}
    assert listening(m2m_changed) == set()
    disconnect()
    assert watched_models() == frozenset()
    assert listening(post_save) == set()


def test_connecting_twice_fires_once(recorder: Recorder, db: None) -> None:
    recorder.watch("lab.order", "created")
    connect([watch("lab.order", "created")], recorder.events.append)
    connect([watch("lab.order", "created")], recorder.events.append)
    Order.objects.create()
    assert len(recorder.events) == 1


def test_a_matcher_that_raises_breaks_neither_the_save_nor_the_others(
    recorder: Recorder, db: None, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    recorder.watch("lab.order", "created", "updated")
    recorder.watch("lab.order", "created", "updated")
    real = ModelWatch.decide

    def decide(self: ModelWatch, change: Any) -> Any:
        if self.trigger_id == 1:
            raise ZeroDivisionError
        return real(self, change)

    monkeypatch.setattr(ModelWatch, "decide", decide)
    order = Order.objects.create()
    order.status = "paid"
    order.save()
    assert [event.trigger_id for event in recorder.events] == [2, 2]
    assert "Trigger 1 of flow 10 could not judge a change of lab.order" in caplog.text


@pytest.mark.parametrize(
    "broken", ["look_before_save", "settle_after_save", "look_before_delete", "look_before_relation"]
)
def test_a_receiver_that_raises_breaks_nothing(
    recorder: Recorder, db: None, monkeypatch: pytest.MonkeyPatch, caplog: Any, broken: str
) -> None:
    def explode(*_args: Any, **_kwargs: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(module, broken, explode)
    recorder.watch("lab.order", "created", "updated", "deleted", "m2m_changed")
    order = Order.objects.create()
    order.status = "paid"
    order.save()
    order.tags.add(Tag.objects.create(name="a"))
    assert Order.objects.get().status == "paid"
    order.delete()
    assert not Order.objects.exists()
    assert "A receiver of model events failed" in caplog.text
    monkeypatch.undo()
    recorder.clear()
    order = Order.objects.create()
    order.status = "paid"
    order.save()
    assert recorder.names == ["lab.order.created", "lab.order.updated"]


def test_a_sink_that_raises_breaks_nothing(db: None, caplog: Any) -> None:
    def broken(event: MatchedEvent) -> None:
        raise ZeroDivisionError

    connect([watch("lab.order", "created", number=7)], broken)
    assert Order.objects.create().pk is not None
    assert (
        "The event lab.order.created of trigger 7 could not be recorded; flow 7 is not started."
        in caplog.text
    )


def test_a_field_that_is_gone_from_the_model_only_loses_the_event(recorder: Recorder, db: None) -> None:
    """A process keeps a watch while the code under it is reloaded: the save must not notice."""
    recorder.watch("lab.order", "updated", only_fields=["quantity"])
    object.__setattr__(recorder._watches[0], "fields", frozenset({"vanished"}))
    order = Order.objects.create()
    order.quantity = 3
    order.save()
    assert recorder.events == []


def test_a_table_replaced_in_the_middle_of_a_save(recorder: Recorder, db: None) -> None:
    recorder.watch("lab.order", "updated")
    order = Order.objects.create()

    def replace(**_: Any) -> None:
        connect([watch("lab.order", "created", "updated", number=9)], recorder.events.append)

    pre_save.connect(replace, sender=Order)
    try:
        order.quantity = 4
        order.save()
    finally:
        pre_save.disconnect(replace, sender=Order)
    assert [event.trigger_id for event in recorder.events] == [1]


def test_connecting_from_many_threads_leaves_one_table() -> None:
    def work(number: int) -> None:
        for turn in range(20):
            model = "lab.order" if (number + turn) % 2 else "lab.line"
            connect([watch(model, "updated", number=number)], print)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connect([watch("lab.line", "updated")], print)
    assert listening(pre_save) == {Line}
