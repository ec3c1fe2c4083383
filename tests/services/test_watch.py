"""From a save of the site to a run: the table of watched models, how it is kept fresh and what it costs."""

from collections.abc import Callable, Iterator

import pytest
from django.core.signals import request_started
from django.db import DatabaseError, close_old_connections, connection
from django.test.utils import CaptureQueriesContext

from demo_project.shop.models import Customer, Order
from openflow_django.emission import suppressed
from openflow_django.models import Event, Flow, Run, Trigger
from openflow_django.services import flows, triggers, watch
from openflow_django.signals import run_started
from openflow_django.triggers.receivers import watched_models

PAID = {
    "model": "shop.order",
    "actions": ["updated"],
    "conditions": [{"field": "status", "from": "open", "to": "paid"}],
}


@pytest.fixture
def order(db) -> Order:
    customer = Customer.objects.create(name="Ann", email="ann@example.com")
    return Order.objects.create(customer=customer)


@pytest.fixture
def trigger(live, order, commit) -> Trigger:
    with commit():
        return triggers.create_trigger(live, type="model_event", options=PAID, user=None)


@pytest.fixture
def request_begins() -> Iterator[Callable[[], object]]:
    """What the handler of a request sends first; as with Django's test client, the connection stays open."""
    request_started.disconnect(close_old_connections)
    yield lambda: request_started.send(None)
    request_started.connect(close_old_connections)


def pay(order: Order) -> None:
    order.status = Order.Status.PAID
    order.save()


def test_a_save_starts_the_flow(trigger, order, commit, bell):
    with commit():
        pay(order)
    run = Run.objects.get()
    assert bell.rung == [run.pk]
    payload = run.data.trigger
    assert payload == run.data.input
    assert payload["event"] == "shop.order.updated"
    assert payload["action"] == "updated"
    assert payload["before"]["status"] == "open"
    assert payload["after"]["status"] == "paid"
    assert payload["changed"] == ["status"]
    event = Event.objects.get()
    assert (event.trigger, event.name, event.object_type, event.object_id) == (
        trigger,
        "shop.order.updated",
        "shop.order",
        str(order.pk),
    )


def test_a_save_that_does_not_match_starts_nothing_and_asks_nothing(trigger, order):
    order.status = Order.Status.SHIPPED
    with CaptureQueriesContext(connection) as queries:
        order.save(update_fields=["status"])
    assert not Event.objects.exists()
    assert [query["sql"].split()[0] for query in queries if "openflow" in query["sql"]] == []


def test_unwatched_models_have_no_receiver(trigger, order):
    assert watched_models() == {Order}


def test_nothing_is_watched_before_anything_is_published(db, commit, document):
    with commit():
        flow = flows.create_flow(path="a", name="a", document=document, user=None)
        triggers.create_trigger(flow, type="model_event", options=PAID, user=None)
    assert watched_models() == frozenset()


class TestChanges:
    """A change that has committed in this process counts at once."""

    def test_switching_the_flow_off_and_on(self, trigger, live, commit):
        with commit():
            flows.deactivate(live, user=None)
        assert watched_models() == frozenset()
        with commit():
            flows.activate(live, user=None)
        assert watched_models() == {Order}

    def test_switching_the_trigger_off(self, trigger, commit):
        with commit():
            triggers.update_trigger(trigger, enabled=False, user=None)
        assert watched_models() == frozenset()

    def test_other_options(self, trigger, commit):
        with commit():
            triggers.update_trigger(
                trigger, options={"model": "shop.customer", "actions": ["created"]}, user=None
            )
        assert watched_models() == {Customer}

    def test_deleting_the_trigger(self, trigger, commit):
        with commit():
            triggers.delete_trigger(trigger, user=None)
        assert watched_models() == frozenset()

    def test_deleting_the_flow(self, trigger, live, commit):
        with commit():
            flows.delete_flow(live, user=None)
        assert watched_models() == frozenset()

    def test_rows_saved_past_the_services(self, trigger, commit):
        with commit():
            Trigger.objects.get(pk=trigger.pk).delete()
        assert watched_models() == frozenset()

    def test_a_change_that_is_rolled_back_changes_nothing(self, trigger, commit):
        triggers.update_trigger(trigger, enabled=False, user=None)
        assert watched_models() == {Order}


class TestOtherProcesses:
    """A change made elsewhere is seen when the table is read again."""

    @pytest.fixture
    def elsewhere(self, trigger):
        Trigger.objects.filter(pk=trigger.pk).update(enabled=False)
        return trigger

    @pytest.fixture
    def clock(self, trigger, monkeypatch):
        class Clock:
            now = watch.time.monotonic()

            @classmethod
            def monotonic(cls):
                return cls.now

        monkeypatch.setattr(watch, "time", Clock)
        watch.refresh()
        return Clock

    def test_a_request_reads_it_when_it_is_older_than_a_second(self, clock, elsewhere, request_begins):
        clock.now += 1.0
        request_begins()
        assert watched_models() == {Order}
        clock.now += 0.1
        request_begins()
        assert watched_models() == frozenset()

    def test_requests_within_a_second_cost_nothing(self, clock, request_begins, django_assert_num_queries):
        with django_assert_num_queries(0):
            request_begins()

    def test_a_read_is_one_query(self, trigger, django_assert_num_queries):
        with django_assert_num_queries(3):  # savepoint, select, release: the test holds a transaction open
            watch.refresh()

    def test_a_worker_reads_it_when_a_run_starts(self, clock, elsewhere, settings):
        clock.now += 30.0
        run_started.send(Run, run=None)
        assert watched_models() == {Order}
        clock.now += 0.1
        run_started.send(Run, run=None)
        assert watched_models() == frozenset()

    def test_a_matched_event_reads_it_after_the_commit(self, clock, elsewhere, order, commit):
        clock.now += 31
        with commit():
            pay(order)
            assert watched_models() == {Order}
        assert watched_models() == frozenset()
        assert Event.objects.get().status == "suppressed"

    def test_the_age_is_a_setting(self, clock, elsewhere, settings):
        settings.OPENFLOW = {**settings.OPENFLOW, "WATCH_REFRESH_S": 5}
        clock.now += 5.1
        run_started.send(Run, run=None)
        assert watched_models() == frozenset()


class TestNeverInTheWay:
    def test_missing_tables_watch_nothing(self, db, monkeypatch):
        def missing():
            raise DatabaseError("no such table: openflow_trigger")

        watch.forget()
        monkeypatch.setattr(watch, "_read", missing)
        watch.refresh()
        assert watched_models() == frozenset()

    def test_anything_else_is_logged(self, db, monkeypatch, caplog):
        def broken():
            raise ValueError("nobody expected this")

        monkeypatch.setattr(watch, "_read", broken)
        watch.refresh()
        assert "could not be refreshed" in caplog.text

    def test_one_broken_trigger_does_not_silence_the_others(self, trigger, live, commit, caplog):
        with commit():
            Trigger.objects.create(
                flow=live, type="model_event", options={"model": "gone.model", "actions": ["created"]}
            )
        assert watched_models() == {Order}
        assert "watches nothing" in caplog.text

    def test_a_broken_outbox_does_not_break_the_save(self, trigger, order, monkeypatch, caplog, commit):
        def full(**_):
            raise DatabaseError("disk full")

        monkeypatch.setattr(watch.events, "record", full)
        with commit():
            pay(order)
        order.refresh_from_db()
        assert order.status == "paid"
        assert "could not be recorded" in caplog.text

    def test_a_broken_transaction_is_left_alone(self, trigger):
        connection.needs_rollback = True
        try:
            watch.refresh()
        finally:
            connection.needs_rollback = False
        assert watched_models() == {Order}

    def test_a_deleted_flow_that_is_still_watched_here(self, trigger, order, commit):
        Flow.objects.get(pk=trigger.flow_id).delete()
        assert watched_models() == {Order}
        with commit():
            pay(order)
        order.refresh_from_db()
        assert order.status == "paid"
        assert Event.objects.get().status == "suppressed"


def test_writes_that_ask_for_silence_start_nothing(trigger, order, commit):
    with commit(), suppressed():
        pay(order)
    assert not Event.objects.exists()


def test_loaded_fixtures_start_nothing(trigger, order, commit):
    with commit():
        order.status = "paid"
        order.save_base(raw=True)
    assert not Event.objects.exists()
