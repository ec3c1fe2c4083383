"""Several people at the same moment, on a database that has several connections."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from openflow_django.models import Answer, Run, RunStatus
from openflow_django.queues import queues
from openflow_django.worker.executor import Executor
from tests.approvals.conftest import address, asking, started

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def paused(settings):
    """Runs go on only when the test says so."""

    class Deaf:
        transactional = False

        def enqueue(self, run_id: int, *, queue: str = "default", priority: int = 100) -> None:
            return None

    settings.OPENFLOW = {**settings.OPENFLOW, "QUEUE": "deaf"}
    with queues.temporarily("deaf", Deaf()):
        yield


def at_once(*works: Any) -> list[Any]:
    def alone(work: Any) -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(alone, works))


def press(url: str) -> int:
    return Client().post(url, {"decision": "approve"}).status_code


@pytest.mark.parametrize("is_early", [True, False])
def test_one_link_pressed_by_many_answers_once(is_early):
    run = started(asking(required_events=2))
    if not is_early:
        Executor().advance(run.pk)
    url = address(run)
    statuses = at_once(*[lambda: press(url)] * 6)
    assert sorted(statuses) == [200, *[410] * 5]
    assert Answer.objects.count() == 1


def test_answers_while_the_run_comes_to_the_step_and_parks_are_never_lost():
    for number in range(12):
        run = started(asking(required_events=2), path=f"flow{number}")
        first, second = (partial(press, address(run, approver=name)) for name in ("ann", "ben"))
        at_once(first, partial(Executor().advance, run.pk), second)
        run.refresh_from_db()
        if run.status == RunStatus.QUEUED:
            Executor().advance(run.pk)
        run.refresh_from_db()
        assert run.status == RunStatus.SUCCESS, (number, run.status)
    assert Run.objects.count() == 12
