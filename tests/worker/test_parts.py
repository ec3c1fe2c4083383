"""Parallel loops spread over parts: every item once, results in order, the run woken once."""

import pytest
from django.test import override_settings

from openflow_django.models import Run, RunStatus, StepRun
from openflow_django.services import runs
from openflow_django.worker.executor import Executor
from tests.flows import document, live, start, transform

pytestmark = pytest.mark.django_db(transaction=True)

LATE = {"type": "javascript", "expr": "flow_input.iter.index > 0 ? 100 : 0"}
SPREAD = {"QUEUE": "immediate", "FORK_MIN_S": 0.0, "FORK_PARTS": 4}


def loop(*modules: dict, count: int = 10, **more: object) -> dict:
    value = {
        "type": "forloopflow",
        "iterator": {"type": "static", "value": list(range(count))},
        "modules": list(modules),
        "parallel": True,
        "skip_failures": False,
        **more,
    }
    return {"id": "loop", "value": value}


def test_parts_do_each_item_once_and_the_result_is_in_order():
    flow = live(document(loop(transform("a", "flow_input.iter.value * 10")), transform("b", "results.loop")))
    run = start(flow, site=SPREAD)
    assert run.status == RunStatus.SUCCESS
    assert run.data.result == [n * 10 for n in range(10)]
    parts = Run.objects.filter(parent=run)
    assert parts.count() == 4
    assert {part.status for part in parts} == {RunStatus.SUCCESS}
    paths = list(StepRun.objects.filter(module_id="a", kind="step").values_list("path", flat=True))
    assert sorted(paths) == [f"loop/{n}/a" for n in range(10)]


def test_a_failing_item_lets_the_others_end_and_fails_the_loop():
    flow = live(document(loop(transform("a", "flow_input.iter.value === 3 ? flow_input.x.y : 1"), count=6)))
    run = start(flow, site=SPREAD)
    assert run.status == RunStatus.FAILURE
    assert [isinstance(entry, dict) for entry in run.data.result] == [False, False, False, True, False, False]


def test_parallelism_bounds_the_number_of_parts():
    parallelism = {"type": "static", "value": 2}
    flow = live(document(loop(transform("a", "1"), parallelism=parallelism)))
    run = start(flow, site=SPREAD)
    assert run.status == RunStatus.SUCCESS
    assert Run.objects.filter(parent=run).count() == 2


def test_a_part_that_sleeps_parks_and_its_run_waits_for_it():
    inner = {**transform("a", "1"), "sleep": LATE}
    flow = live(document(loop(inner, transform("c", "2"), count=4)))
    run = start(flow, site=SPREAD)
    assert run.status == RunStatus.JOINING
    parts = Run.objects.filter(parent=run)
    assert {part.status for part in parts} == {RunStatus.QUEUED}
    assert parts.count() == 3
    StepRun.objects.filter(kind="sleep").update(result="2020-01-01T00:00:00+00:00")
    parts.update(ready_at="2020-01-01T00:00:00+00:00")
    with override_settings(OPENFLOW=SPREAD):
        Executor().drain("default")
    run.refresh_from_db()
    assert run.status == RunStatus.SUCCESS
    assert run.data.result == [2, 2, 2, 2]


def test_a_small_fork_stays_in_process():
    flow = live(document(loop(transform("a", "1"))))
    run = start(flow)
    assert run.status == RunStatus.SUCCESS
    assert not Run.objects.filter(parent=run).exists()


def test_a_fork_inside_a_parallel_branch_is_found_again():
    branches = [{"modules": [loop(transform("a", "flow_input.iter.value"), count=5)], "skip_failure": False}]
    both = {
        "type": "branchall",
        "parallel": True,
        "branches": [*branches, {"modules": [transform("d", "9")]}],
    }
    flow = live(document({"id": "all", "value": both}))
    run = start(flow, site=SPREAD)
    assert run.status == RunStatus.SUCCESS, run.data.error
    assert run.data.result == [[0, 1, 2, 3, 4], 9]


def test_cancelling_a_run_cancels_its_parts():
    inner = {**transform("a", "1"), "sleep": LATE}
    flow = live(document(loop(inner, count=4)))
    run = start(flow, site=SPREAD)
    runs.cancel(run, user=None, reason="enough")
    assert run.status == RunStatus.CANCELED
    assert set(Run.objects.filter(parent=run).values_list("status", flat=True)) == {RunStatus.CANCELED}
