"""Runs: what is written when one starts, who may, what is refused, and how one is stopped."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from openflow_django import signals
from openflow_django.models import Run, RunData, RunKind, RunStatus
from openflow_django.permissions import NotPermitted
from openflow_django.services import flows, repeats, runs
from openflow_django.services.errors import FlowNotLive, RunFinal
from openflow_django.spec.issues import DocumentInvalid
from openflow_django.spec.json import JsonInvalid, digest


def start(flow, **given):
    return runs.start(flow=flow, **{"input": {"name": "Ann"}, "kind": RunKind.MANUAL, **given})


class TestStarting:
    def test_rows_are_written_and_a_worker_is_woken_after_the_commit(self, live, version, user, bell, commit):
        person = user("run_flow")
        with commit():
            run = start(live, user=person, trigger={"t": 1}, accountability={"user": "1"})
            assert bell.rung == []
        assert bell.rung == [run.pk]
        run = Run.objects.select_related("data").get(pk=run.pk)
        assert (run.flow, run.version, run.document_digest) == (live, version, version.digest)
        assert (run.kind, run.status, run.queue, run.priority) == ("manual", "queued", "default", 100)
        assert (run.started_by, run.event, run.idempotency_key) == (person, None, None)
        assert run.data.input == {"name": "Ann"}
        assert run.data.trigger == {"t": 1}
        assert run.data.accountability == {"user": "1"}
        assert run.data.document is None

    def test_the_start_is_noted(self, live, user):
        person = user("run_flow")
        run = start(live, user=person)
        entry = LogEntry.objects.get(object_id=str(run.pk))
        assert (entry.user, entry.get_change_message()) == (person, "Started.")

    def test_a_signal_is_sent(self, live, listen):
        heard = listen(signals.run_queued)
        run = start(live)
        assert heard == [{"run": run, "user": None}]

    def test_it_takes_the_right(self, live, user):
        with pytest.raises(NotPermitted):
            start(live, user=user("change_flow", "publish_flow", "view_run"))
        assert not Run.objects.exists()

    def test_what_is_not_live_is_not_started(self, flow):
        with pytest.raises(FlowNotLive):
            start(flow)

    def test_an_inactive_flow_is_not_started(self, live):
        flows.deactivate(live, user=None)
        with pytest.raises(FlowNotLive):
            start(live)

    def test_a_run_keeps_its_version(self, live, version, document):
        run = start(live)
        flows.save_draft(live, document={**document, "summary": "second"}, revision=1, user=None)
        flows.publish(live, digest=digest(live.draft), user=None)
        run.refresh_from_db()
        assert run.version == version
        assert start(live).version.number == 2

    def test_an_older_version_can_be_asked_for(self, live, version, document):
        flows.save_draft(live, document={**document, "summary": "second"}, revision=1, user=None)
        flows.publish(live, digest=digest(live.draft), user=None)
        assert start(live, version=version).version == version

    def test_nothing_happens_when_the_transaction_is_rolled_back(self, live, bell, commit):
        with commit():
            try:
                with transaction.atomic():
                    start(live)
                    raise RuntimeError
            except RuntimeError:
                pass
        assert not Run.objects.exists()
        assert bell.rung == []

    def test_a_queue_that_fails_costs_nothing_but_time(self, live, bell, monkeypatch, caplog, commit):
        def broken(*args, **kwargs):
            raise ConnectionError("no broker")

        monkeypatch.setattr(bell, "enqueue", broken)
        with commit():
            run = start(live)
        assert Run.objects.get(pk=run.pk).status == "queued"
        assert "No worker could be woken" in caplog.text

    def test_a_run_for_later_rings_nobody_now(self, live, bell, commit):
        later = timezone.now() + timedelta(minutes=5)
        with commit():
            run = start(live, ready_at=later)
        assert run.ready_at == later
        assert bell.rung == []

    def test_the_priority_of_the_document_counts(self, live, document):
        urgent = {**document, "value": {**document["value"], "priority": 30}}
        flows.save_draft(live, document=urgent, revision=1, user=None)
        flows.publish(live, digest=digest(live.draft), user=None)
        assert start(live).priority == 70

    def test_a_run_has_a_deadline_when_the_site_says_so(self, live, settings):
        assert start(live).deadline_at is None
        settings.OPENFLOW = {**settings.OPENFLOW, "RUN_TIMEOUT_S": 60}
        run = start(live)
        assert run.deadline_at - run.ready_at == timedelta(seconds=60)

    def test_allowed_variables_of_the_environment_are_kept(self, live, settings, monkeypatch):
        monkeypatch.setenv("SHOP_URL", "https://shop.example")
        monkeypatch.setenv("SHOP_SECRET", "hidden")
        settings.OPENFLOW = {**settings.OPENFLOW, "ENV_ALLOW_LIST": ["SHOP_URL", "SHOP_MISSING"]}
        assert start(live).data.env == {"SHOP_URL": "https://shop.example"}

    def test_four_statements_are_enough(self, live, django_assert_max_num_queries):
        start(live)
        with django_assert_max_num_queries(4):  # savepoint, run, data, release
            start(live)


class TestPayloads:
    @pytest.fixture(autouse=True)
    def any_input(self, settings):
        settings.OPENFLOW = {**settings.OPENFLOW, "CHECK_INPUT": "warn"}

    @pytest.mark.parametrize("value", [None, 0, "", [], {}, [1, {"a": None}], "text"])
    def test_any_json_is_an_input(self, live, value):
        run = start(live, input=value)
        assert RunData.objects.get(run=run).input == value

    @pytest.mark.parametrize("field", ["input", "trigger", "accountability"])
    @pytest.mark.parametrize("value", [float("nan"), float("inf"), {1: 2}, object(), {"a": {1, 2}}])
    def test_what_is_not_json_is_refused(self, live, field, value):
        with pytest.raises(JsonInvalid):
            start(live, **{field: value})
        assert not Run.objects.exists()

    def test_a_payload_has_a_largest_size(self, live, settings):
        settings.OPENFLOW = {**settings.OPENFLOW, "MAX_PAYLOAD_BYTES": 10}
        start(live, input="x" * 8)
        with pytest.raises(JsonInvalid):
            start(live, input="x" * 9)

    def test_a_payload_has_a_largest_depth(self, live, settings):
        settings.OPENFLOW = {**settings.OPENFLOW, "MAX_JSON_DEPTH": 3}
        start(live, input=[[[1]]])
        with pytest.raises(JsonInvalid):
            start(live, input=[[[[1]]]])

    def test_text_no_database_stores_is_replaced(self, live):
        assert RunData.objects.get(run=start(live, input="a\x00\udc00")).input == "a\ufffd\ufffd"


class TestIdempotency:
    def test_the_same_key_gives_the_same_run(self, live, bell, commit):
        with commit():
            first = start(live, idempotency_key="order-1")
            second = start(live, idempotency_key="order-1", input={"other": True})
        assert second.pk == first.pk
        assert Run.objects.count() == 1
        assert RunData.objects.get().input == {"name": "Ann"}
        assert bell.rung == [first.pk]

    def test_another_key_gives_another_run(self, live):
        assert start(live, idempotency_key="a").pk != start(live, idempotency_key="b").pk

    def test_no_key_gives_a_run_each_time(self, live):
        assert start(live).pk != start(live).pk


class TestTesting:
    def test_the_draft_runs_although_nothing_is_published(self, flow, user, document, bell, commit):
        person = user("change_flow", "run_flow")
        with commit():
            run = runs.start_test(flow, input={"name": "Ann"}, user=person)
        assert (run.kind, run.version, run.document_digest) == ("test", None, digest(document))
        assert RunData.objects.get(run=run).document == document
        assert bell.rung == [run.pk]

    @pytest.mark.parametrize("rights", [("change_flow",), ("run_flow",), ()])
    def test_it_takes_editing_and_starting(self, flow, user, rights):
        with pytest.raises(NotPermitted):
            runs.start_test(flow, input={}, user=user(*rights))

    def test_a_draft_with_errors_does_not_run(self, flow):
        flows.save_draft(flow, document={"summary": ""}, revision=1, user=None)
        with pytest.raises(DocumentInvalid):
            runs.start_test(flow, input={}, user=None)


class TestReplaying:
    def test_it_repeats_input_and_version(self, live, version, user, document):
        first = start(live, trigger={"t": 1}, accountability={"user": "7"})
        flows.save_draft(live, document={**document, "summary": "second"}, revision=1, user=None)
        flows.publish(live, digest=digest(live.draft), user=None)
        person = user("replay_run")
        second = repeats.replay(first, user=person)
        assert second.pk != first.pk
        assert (second.version, second.kind, second.started_by) == (version, "manual", person)
        assert (second.data.input, second.data.trigger) == ({"name": "Ann"}, {"t": 1})
        assert second.data.accountability == {"user": "7"}

    def test_a_test_run_repeats_its_draft(self, flow, document):
        first = runs.start_test(flow, input={}, user=None)
        flows.save_draft(flow, document={**document, "summary": "changed"}, revision=1, user=None)
        assert repeats.replay(first, user=None).data.document == document

    def test_it_takes_the_right(self, live, user):
        with pytest.raises(NotPermitted):
            repeats.replay(start(live), user=user("run_flow", "view_run", "cancel_run"))

    def test_an_inactive_flow_is_not_replayed(self, live):
        run = start(live)
        flows.deactivate(live, user=None)
        with pytest.raises(FlowNotLive):
            repeats.replay(run, user=None)

    def test_a_deleted_flow_is_not_replayed(self, live):
        run = start(live)
        flows.delete_flow(live, user=None)
        run.refresh_from_db()
        with pytest.raises(FlowNotLive):
            repeats.replay(run, user=None)


class TestCanceling:
    @pytest.mark.parametrize("status", ["queued", "suspended", "joining"])
    def test_what_waits_ends_at_once(self, live, user, status):
        run = start(live)
        Run.objects.filter(pk=run.pk).update(status=status)
        person = user("cancel_run")
        runs.cancel(run, user=person, reason="Wrong order.")
        assert (run.status, run.cancel_reason, run.canceled_by) == ("canceled", "Wrong order.", person)
        assert run.finished_at is not None
        assert RunData.objects.get(run=run).error == {
            "name": "Canceled",
            "message": f"Job canceled: Wrong order. by {person}",
        }
        assert LogEntry.objects.get(object_id=str(run.pk)).get_change_message() == "Canceled. Wrong order."

    def test_what_executes_is_asked_to_stop(self, live):
        run = start(live)
        Run.objects.filter(pk=run.pk).update(status=RunStatus.RUNNING)
        runs.cancel(run, user=None, reason="Enough.")
        assert (run.status, run.cancel_reason, run.finished_at) == ("running", "Enough.", None)
        assert run.cancel_requested_at is not None

    @pytest.mark.parametrize("status", ["success", "failure", "skipped", "canceled"])
    def test_what_has_ended_stays_as_it_is(self, live, status):
        run = start(live)
        Run.objects.filter(pk=run.pk).update(status=status, finished_at=timezone.now())
        with pytest.raises(RunFinal):
            runs.cancel(run, user=None)
        run.refresh_from_db()
        assert (run.status, run.cancel_requested_at) == (status, None)

    def test_its_parts_stop_too(self, live):
        run = start(live)
        Run.objects.filter(pk=run.pk).update(status=RunStatus.JOINING, pending=2)
        part = Run.objects.create(flow=live, parent=run, root=run)
        running = Run.objects.create(flow=live, parent=part, root=run, status=RunStatus.RUNNING)
        done = Run.objects.create(
            flow=live, parent=running, root=run, status=RunStatus.SUCCESS, finished_at=timezone.now()
        )
        runs.cancel(run, user=None)
        assert dict(Run.objects.values_list("pk", "status")) == {
            run.pk: "canceled",
            part.pk: "canceled",
            running.pk: "running",
            done.pk: "success",
        }
        running.refresh_from_db()
        assert running.cancel_requested_at is not None

    def test_it_takes_the_right(self, live, user):
        run = start(live)
        with pytest.raises(NotPermitted):
            runs.cancel(run, user=user("view_run", "run_flow", "replay_run"))
        run.refresh_from_db()
        assert run.status == "queued"

    def test_signals_tell(self, live, listen):
        canceled, finished = listen(signals.run_canceled), listen(signals.run_finished)
        run = runs.cancel(start(live), user=None, reason="r")
        assert canceled == [{"run": run, "user": None, "reason": "r"}]
        assert finished == [{"run": run}]


def test_a_list_of_runs_reads_no_payload(live):
    start(live)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        list(Run.objects.select_related("flow"))
    assert "rundata" not in queries[0]["sql"]
