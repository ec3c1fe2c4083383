"""Settings of flows and steps that the worker keeps: limits, caches, debouncing, blanking."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import override_settings
from django.utils import timezone

from openflow_django.models import Run, RunKind, RunStatus, Slot, StepRun
from openflow_django.services import runs
from openflow_django.worker.blanking import blank_due
from openflow_django.worker.executor import Executor
from tests.flows import document, live, start, transform

pytestmark = pytest.mark.django_db(transaction=True)


@override_settings(OPENFLOW={"QUEUE": "none"})
def queued(flow, **given) -> Run:
    return runs.start(flow=flow, input=given, kind=RunKind.MANUAL)


def drain() -> None:
    Executor().drain("default")


def statuses(*some: Run) -> list[str]:
    return [Run.objects.get(pk=run.pk).status for run in some]


class TestConcurrency:
    def test_only_so_many_runs_start_within_the_window(self):
        flow = live(document(transform("a", "1"), concurrent_limit=2, concurrency_time_window_s=60))
        three = [queued(flow) for _ in range(3)]
        drain()
        assert statuses(*three) == [RunStatus.SUCCESS, RunStatus.SUCCESS, RunStatus.QUEUED]
        late = Run.objects.get(pk=three[2].pk)
        assert late.ready_at > timezone.now() + timedelta(seconds=50)

    def test_it_starts_when_the_window_is_over(self):
        flow = live(document(transform("a", "1"), concurrent_limit=1, concurrency_time_window_s=60))
        both = [queued(flow), queued(flow)]
        drain()
        Slot.objects.update(until=timezone.now())
        Run.objects.update(ready_at=timezone.now())
        drain()
        assert statuses(*both) == [RunStatus.SUCCESS, RunStatus.SUCCESS]

    def test_each_key_has_places_of_its_own(self):
        flow = live(
            document(
                transform("a", "1"),
                concurrent_limit=1,
                concurrency_time_window_s=60,
                concurrency_key="k-$args[who]",
            )
        )
        runs_ = [queued(flow, who="ann"), queued(flow, who="bob"), queued(flow, who="ann")]
        drain()
        assert statuses(*runs_) == [RunStatus.SUCCESS, RunStatus.SUCCESS, RunStatus.QUEUED]

    def test_without_a_window_a_place_is_free_when_its_run_has_ended(self):
        flow = live(document(transform("a", "1"), concurrent_limit=1))
        three = [queued(flow) for _ in range(3)]
        drain()
        assert statuses(*three) == [RunStatus.SUCCESS] * 3

    def test_a_run_that_sleeps_keeps_its_place(self):
        sleeper = {**transform("a", "1"), "sleep": {"type": "static", "value": 100}}
        flow = live(document(sleeper, transform("b", "2"), concurrent_limit=1))
        both = [queued(flow), queued(flow)]
        drain()
        Run.objects.filter(pk=both[1].pk).update(ready_at=timezone.now())
        drain()
        assert not StepRun.objects.filter(run=both[1]).exists()


class TestDebouncing:
    def test_a_burst_becomes_one_run_with_the_last_input(self):
        flow = live(document(transform("a", "flow_input.n"), debounce_delay_s=5))
        several = [queued(flow, n=n) for n in range(3)]
        assert len({run.pk for run in several}) == 1
        assert several[-1].debounces == 2
        assert several[-1].ready_at > timezone.now() + timedelta(seconds=4)
        Run.objects.update(ready_at=timezone.now())
        drain()
        assert several[0].data.__class__.objects.get(run=several[0]).result == 2

    def test_lists_may_be_collected(self):
        rules = {"debounce_delay_s": 5, "debounce_args_to_accumulate": ["ids"]}
        flow = live(document(transform("a", "flow_input.ids"), **rules))
        run = [queued(flow, ids=[n], note=n) for n in range(3)][-1]
        assert run.data.__class__.objects.get(run=run).input == {"ids": [0, 1, 2], "note": 2}

    def test_what_comes_after_the_claim_is_a_run_of_its_own(self):
        flow = live(document(transform("a", "1"), debounce_delay_s=5))
        first = queued(flow)
        Run.objects.filter(pk=first.pk).update(claims=1, status=RunStatus.RUNNING)
        assert queued(flow).pk != first.pk

    def test_other_keys_are_other_bursts(self):
        flow = live(document(transform("a", "1"), debounce_delay_s=5, debounce_key="$args[who]"))
        assert queued(flow, who="ann").pk != queued(flow, who="bob").pk

    def test_a_burst_has_a_longest_time_and_a_largest_number(self):
        rules = {"debounce_delay_s": 50, "max_total_debouncing_time": 60, "max_total_debounces_amount": 1}
        flow = live(document(transform("a", "1"), **rules))
        first = queued(flow)
        Run.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(seconds=55))
        second = queued(flow)
        assert second.pk == first.pk
        assert second.ready_at < timezone.now() + timedelta(seconds=10)
        assert queued(flow).pk != first.pk


class TestCaching:
    def test_a_result_is_used_again_by_the_next_run(self):
        cache.clear()
        code = "export function main(n: number) { return Math.random(); }"
        script = {"type": "rawscript", "language": "bun", "content": code, "input_transforms": {}}
        with override_settings(OPENFLOW={"QUEUE": "immediate", "SCRIPT_LANGUAGES": ["bun"]}):
            flow = live(document({"id": "a", "value": script, "cache_ttl": 60}))
            results = []
            for _ in range(2):
                run = runs.start(flow=flow, input={}, kind=RunKind.MANUAL)
                results.append(type(run.data).objects.get(run=run).result)
        assert isinstance(results[0], float)
        assert results[0] == results[1]

    def test_a_whole_flow_is_cached_by_its_input(self):
        cache.clear()
        flow = live(document(transform("a", "Math.random()"), cache_ttl=60))
        assert start(flow, {"n": 1}).data.result == start(flow, {"n": 1}).data.result
        assert start(flow, {"n": 1}).data.result != start(flow, {"n": 2}).data.result


class TestBlanking:
    def test_data_is_gone_when_the_run_has_ended(self):
        flow = live(
            document({**transform("a", "41"), "delete_after_use": True}, transform("b", "results.a + 1"))
        )
        run = start(flow)
        assert run.data.result == 42
        step = StepRun.objects.get(run=run, path="a")
        assert (step.input, step.result, step.logs) == ({}, {}, [])
        assert StepRun.objects.get(run=run, path="b").result == 42

    def test_data_may_stay_a_while(self):
        flow = live(document({**transform("a", "41"), "delete_after_secs": 60}))
        run = start(flow)
        assert StepRun.objects.get(run=run).result == 41
        blank_due()
        assert StepRun.objects.get(run=run).result == 41
        past = timezone.now() - timedelta(seconds=61)
        Run.objects.filter(pk=run.pk).update(finished_at=past, blank_at=past)
        blank_due()
        assert StepRun.objects.get(run=run).result == {}
        run.refresh_from_db()
        assert run.blank_at is None


def test_a_tag_chooses_a_queue_that_the_site_serves():
    flow = live({**document(transform("a", "1")), "tag": "heavy"})
    assert queued(flow).queue == "default"
    with override_settings(OPENFLOW={"QUEUE": "none", "QUEUES": ["heavy"]}):
        assert runs.start(flow=flow, input={}, kind=RunKind.MANUAL).queue == "heavy"
