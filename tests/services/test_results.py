"""What a synchronous caller is given."""

import threading
from typing import Any

import pytest
from django.db import connection

from openflow_django.models import Run
from openflow_django.services import results
from openflow_django.worker.executor import Executor
from tests.flows import document, live, start
from tests.flows import transform as step

pytestmark = pytest.mark.django_db(transaction=True)


def started(*modules: dict[str, Any], **value: Any) -> Run:
    return start(live(document(*modules, **value)), site={"QUEUE": "none"})


def test_nothing_is_given_before_the_end():
    assert results.wait_for(started(step("a", "1")), timeout_s=0) is None


def test_the_result_of_an_ended_run_is_given():
    run = started(step("a", "41"), step("b", "results.a + 1"))
    Executor().drain("default")
    assert results.wait_for(run, timeout_s=5) == results.Answer("success", 42)


def test_an_early_step_answers_while_the_run_goes_on():
    sleeper = {"sleep": {"type": "static", "value": 100}}
    run = started(step("a", "'{\"early\": 1}'"), step("b", "2", **sleeper), step("c", "3"), early_return="a")
    Executor().drain("default")
    assert results.answer_of(run) == results.Answer("success", {"early": 1}, early=True)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share no database in memory")
def test_it_waits_for_another_worker():
    run = started(step("a", "1"))
    worker = threading.Timer(0.1, lambda: (Executor().drain("default"), connection.close()))
    worker.start()
    assert results.wait_for(run, timeout_s=20) == results.Answer("success", 1)
    worker.join()
