"""Runs through rows: started by the services, executed by the worker, read back from the database."""

import pytest
from django.test import override_settings

from openflow_django.models import RunKind, RunStatus, StepRun
from openflow_django.services import runs
from openflow_django.worker.executor import Executor
from openflow_django.worker.store import Store
from tests.flows import document, live, start, transform

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_started_run_is_executed_and_every_step_is_a_row():
    flow = live(
        document(
            transform("a", "flow_input.n"),
            transform("b", "results.a + 1"),
            transform("c", "previous_result * 2"),
        )
    )
    run = start(flow, {"n": 20})
    assert run.status == RunStatus.SUCCESS
    assert run.data.result == 42
    steps = StepRun.objects.filter(run=run).order_by("seq")
    assert [(step.path, step.status, step.result) for step in steps] == [
        ("a", "success", 20),
        ("b", "success", 21),
        ("c", "success", 42),
    ]
    assert run.lease_token == ""
    assert run.finished_at


def test_a_failed_step_fails_the_run_with_its_error():
    flow = live(document(transform("a", "flow_input.n.missing.deeper")))
    run = start(flow, {"n": None})
    assert run.status == RunStatus.FAILURE
    assert run.data.error["step_id"] == "a"
    assert run.data.result == {"error": run.data.error}


def test_statements_of_a_run_are_few(django_assert_max_num_queries):
    flow = live(document(*(transform(f"s{n}", f"{n}") for n in range(40))))
    with override_settings(OPENFLOW={"QUEUE": "none"}):
        run = runs.start(flow=flow, input={}, kind=RunKind.MANUAL)
    store = Store()
    Executor().drain("default")
    run.refresh_from_db()
    assert run.status == RunStatus.SUCCESS
    assert store.claim(run.pk) is None
