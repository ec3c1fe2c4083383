"""The outbox: never lost, never doubled, never a phantom, never in the way of the site."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from openflow_django import signals
from openflow_django.accountability import acting
from openflow_django.causality import caused_by
from openflow_django.models import Event, EventStatus, Run
from openflow_django.services import events, flows, runs, triggers
from openflow_django.worker.tick import chores


def record(flow, **given: Any) -> Event:
    told: dict[str, Any] = {
        "flow_id": flow.pk,
        "trigger_id": None,
        "name": "shop.order.updated",
        "payload": {"event": "shop.order.updated", "key": 7},
        "object_type": "shop.order",
        "object_id": "7",
    }
    event = events.record(**{**told, **given})
    assert event is not None
    return event


def record_and_roll_back(flow) -> None:
    with transaction.atomic():
        record(flow)
        raise RuntimeError


class TestFromEventToRun:
    def test_the_run_starts_after_the_commit(self, live, bell, commit, listen):
        heard = listen(signals.event_recorded)
        with commit():
            event = record(live)
            assert (event.status, Run.objects.count()) == ("new", 0)
            assert heard == [{"event": event}]
        event.refresh_from_db()
        assert (event.status, event.attempts, event.reason) == ("started", 1, "")
        run = event.run
        assert (run.kind, run.status, run.flow, run.started_by) == ("trigger", "queued", live, None)
        assert run.data.input == run.data.trigger == {"event": "shop.order.updated", "key": 7}
        assert bell.rung == [run.pk]

    def test_who_was_behind_it_reaches_the_run(self, live, commit):
        with commit(), acting(lambda: {"user": "1"}):
            event = record(live)
        assert event.run.data.accountability == {"user": "1"}

    def test_nobody_behind_it_is_null(self, live, commit):
        with commit():
            event = record(live)
        assert event.run.data.accountability is None

    def test_what_is_given_counts_more(self, live):
        with acting(lambda: {"user": "1"}):
            assert record(live, accountability={"user": "2"}).accountability == {"user": "2"}

    def test_long_names_are_cut(self, live):
        event = record(live, name="n" * 300, object_type="t" * 300, object_id="i" * 300)
        event.full_clean(exclude=["trigger", "payload", "ancestry", "accountability"])


class TestRollback:
    def test_an_event_goes_with_its_transaction(self, live, commit):
        with commit(), pytest.raises(RuntimeError):
            record_and_roll_back(live)
        assert not Event.objects.exists()
        assert not Run.objects.exists()

    def test_an_inner_savepoint_alone_goes(self, live, commit):
        with commit():
            kept = record(live)
            with pytest.raises(RuntimeError):
                record_and_roll_back(live)
        assert list(Event.objects.all()) == [kept]
        assert Run.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_without_a_transaction_it_starts_at_once(self, live, bell):
        event = record(live)
        assert bell.rung == [event.run.pk]


class TestOnce:
    def test_dispatching_again_starts_nothing(self, live):
        event = record(live)
        first = events.dispatch(event.pk)
        assert first is not None
        assert events.dispatch(event.pk) is None
        assert Run.objects.get() == first

    def test_an_unknown_event_is_nothing(self, db):
        assert events.dispatch(4711) is None

    def test_what_fails_between_claim_and_run_leaves_the_event_new(self, live, monkeypatch, caplog):
        event = record(live)

        def crash(**kwargs):
            raise MemoryError("out of luck")

        with monkeypatch.context() as patched:
            patched.setattr(runs, "start", crash)
            assert events.dispatch(event.pk) is None
        event.refresh_from_db()
        assert (event.status, event.attempts, event.reason) == ("new", 1, "MemoryError: out of luck")
        assert "could not be started" in caplog.text
        assert events.dispatch(event.pk) is not None

    def test_a_process_killed_between_claim_and_run_leaves_the_event_new(self, live, monkeypatch):
        event = record(live)

        def killed(**kwargs):
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(runs, "start", killed)
            with pytest.raises(KeyboardInterrupt):
                events.dispatch(event.pk)
        event.refresh_from_db()
        assert event.status == "new"
        assert events.dispatch(event.pk) is not None

    def test_it_is_given_up_after_the_last_attempt(self, live, monkeypatch, settings):
        settings.OPENFLOW = {**settings.OPENFLOW, "EVENT_MAX_ATTEMPTS": 2}
        event = record(live)
        monkeypatch.setattr(runs, "start", lambda **_: 1 / 0)
        events.dispatch(event.pk)
        event.refresh_from_db()
        assert event.status == "new"
        events.dispatch(event.pk)
        event.refresh_from_db()
        assert (event.status, event.attempts) == ("failed", 2)
        assert "ZeroDivisionError" in event.reason

    @pytest.mark.postgresql
    def test_two_processes_start_one_run(self, transactional_db, live):
        event = record(live, accountability={})
        Run.objects.all().delete()
        Event.objects.filter(pk=event.pk).update(status=EventStatus.NEW)
        started, barrier = [], threading.Barrier(4)

        def worker():
            try:
                barrier.wait()
                started.append(events.dispatch(event.pk))
            finally:
                connection.close()

        workers = [threading.Thread(target=worker) for _ in range(4)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()
        assert Run.objects.count() == 1
        assert sum(run is not None for run in started) == 1


class TestSuppressed:
    def test_the_flow_was_switched_off(self, live):
        event = record(live)
        flows.deactivate(live, user=None)
        assert events.dispatch(event.pk) is None
        event.refresh_from_db()
        assert event.status == "suppressed"
        assert "not active" in event.reason

    def test_the_trigger_was_switched_off(self, live):
        trigger = triggers.create_trigger(live, type="manual", options={}, user=None)
        event = record(live, trigger_id=trigger.pk)
        triggers.update_trigger(trigger, enabled=False, user=None)
        events.dispatch(event.pk)
        event.refresh_from_db()
        assert (event.status, event.reason) == ("suppressed", "The trigger was switched off meanwhile.")

    def test_a_deleted_trigger_has_fired_all_the_same(self, live):
        trigger = triggers.create_trigger(live, type="manual", options={}, user=None)
        event = record(live, trigger_id=trigger.pk)
        triggers.delete_trigger(trigger, user=None)
        assert events.dispatch(event.pk) is not None

    def test_a_flow_deleted_by_another_process(self, live):
        event = record(live, flow_id=live.pk + 1000, trigger_id=4711)
        assert events.dispatch(event.pk) is None
        event = Event.objects.get(pk=event.pk)
        assert (event.status, event.reason) == ("suppressed", "The flow does not exist any more.")


class TestDepth:
    @pytest.fixture
    def chain(self, live, settings):
        """Each run of the flow causes the event that starts the next one."""
        settings.OPENFLOW = {**settings.OPENFLOW, "MAX_EVENT_DEPTH": 3}
        event, ids = record(live), []
        while event.status == EventStatus.NEW:
            run = events.dispatch(event.pk)
            assert run is not None
            ids.append(str(run.public_id))
            with caused_by(run):
                event = record(live)
        return event, ids

    def test_a_flow_that_starts_itself_ends(self, chain):
        last, ids = chain
        assert len(ids) == 4
        assert (last.status, last.depth, last.ancestry) == ("suppressed", 4, ids)
        assert last.reason == "4 runs led here one through the other; 3 may."
        assert Run.objects.count() == 4

    def test_what_is_suppressed_stays_so(self, chain):
        last, _ids = chain
        assert events.dispatch(last.pk) is None
        assert events.dispatch_pending() == 0


class TestPayload:
    def test_one_too_large_is_noted_and_starts_nothing(self, live, settings, commit):
        settings.OPENFLOW = {**settings.OPENFLOW, "MAX_PAYLOAD_BYTES": 50}
        with commit():
            event = record(live, payload={"text": "x" * 100})
        event.refresh_from_db()
        assert (event.status, event.payload) == ("failed", {})
        assert "50 bytes" in event.reason
        assert not Run.objects.exists()

    def test_text_no_database_stores_is_replaced(self, live):
        assert record(live, payload={"a": "\x00\ud800"}).payload == {"a": "\ufffd\ufffd"}


class TestPending:
    def test_lost_nudges_are_made_good(self, live, bell):
        lost = [record(live) for _ in range(3)]
        assert events.dispatch_pending() == 3
        assert [event.status for event in Event.objects.order_by("pk")] == ["started"] * 3
        assert [run.event_id for run in Run.objects.order_by("pk")] == [event.pk for event in lost]
        assert events.dispatch_pending() == 0

    def test_a_pass_is_bounded(self, live):
        for _ in range(3):
            record(live)
        assert events.dispatch_pending(limit=2) == 2
        assert events.dispatch_pending(limit=2) == 1

    def test_a_failed_one_rests_before_it_is_tried_again(self, live, settings, monkeypatch):
        event = record(live)
        with monkeypatch.context() as patched:
            patched.setattr(runs, "start", lambda **_: 1 / 0)
            events.dispatch(event.pk)
        assert events.dispatch_pending() == 0
        settings.OPENFLOW = {**settings.OPENFLOW, "EVENT_RETRY_S": 0}
        assert events.dispatch_pending() == 1

    def test_one_that_fails_does_not_stop_the_others(self, live, monkeypatch):
        bad, good = record(live), record(live)
        start = runs.start

        def picky(*, event, **given):
            if event.pk == bad.pk:
                raise ValueError("bad")
            return start(event=event, **given)

        monkeypatch.setattr(runs, "start", picky)
        assert events.dispatch_pending() == 1
        good.refresh_from_db()
        assert good.status == "started"

    def test_every_tick_does_it(self, live):
        record(live)
        chores.get("events")()
        assert Run.objects.count() == 1


class TestOtherDatabases:
    def test_what_was_written_elsewhere_is_recorded_after_its_commit(self, live, monkeypatch):
        monkeypatch.setattr(events, "home", lambda: "default")
        waiting = []
        monkeypatch.setattr(
            transaction, "on_commit", lambda func, using, robust=False: waiting.append((using, func))
        )
        told = {"flow_id": live.pk, "trigger_id": None, "name": "n", "payload": {}}
        assert events.record(**told, using="warehouse") is None
        assert not Event.objects.exists()
        ((using, write),) = waiting
        assert using == "warehouse"
        write()
        assert Event.objects.count() == 1
