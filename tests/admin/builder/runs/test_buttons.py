"""Runs that are repeated, stopped, or shown long after their end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from openflow_django.models import Flow, Run, RunData, RunKind, StepRun
from tests.admin.builder.conftest import SITE
from tests.admin.builder.runs.scene import DEEP, act, execute, flow_of_all_kinds
from tests.testing.build import flow, loop


def test_a_run_is_repeated_from_a_step(live, boss, acting) -> None:
    run = execute(live(flow(act("a"), loop("each", [1, 2], act("b"), act("c")), act("d"))))
    acting.clear()
    for given, expected in (
        ({"from_step": "d"}, ["d"]),
        ({"from_step": "c", "iter": [1]}, ["c", "d"]),
        ({"from_step": "each/1/b"}, ["b", "c", "d"]),
        ({"from_step": "b"}, ["b", "c", "b", "c", "d"]),
        ({}, ["a", "b", "c", "b", "c", "d"]),
    ):
        status, data = boss("POST", f"{SITE}/runs/{run.pk}/restart/", given)
        assert status == 201, data
        again = execute(Run.objects.get(pk=data["run"]))
        assert (again.status, again.original, acting) == ("success", run, expected), given
        acting.clear()


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"from_step": "gone"}, 404),
        ({"from_step": 5}, 400),
        ({"from_step": "c", "iter": "x"}, 400),
        ({"from_step": "c", "iter": [9]}, 422),
    ],
)
def test_places_from_which_nothing_can_be_repeated(live, boss, given, status) -> None:
    run = execute(live(flow(loop("each", [1], act("c")))))
    assert boss("POST", f"{SITE}/runs/{run.pk}/restart/", given)[0] == status


def test_a_repeated_test_acts_as_the_person_and_not_as_the_flow(boss, api, flow) -> None:
    document = {"summary": "", "value": {"modules": [act("a"), act("b")]}}
    _, data = boss("POST", "test/", {"document": document, "mode": "flow"})
    execute(Run.objects.get(pk=data["run"]))
    for given in ({}, {"from_step": "b"}):
        _, again = boss("POST", f"{SITE}/runs/{data['run']}/restart/", given)
        assert Run.objects.get(pk=again["run"]).kind == RunKind.TEST


def test_what_has_ended_cannot_be_stopped(live, boss) -> None:
    run = execute(live(flow(act("a"))))
    status, data = boss("POST", f"{SITE}/runs/{run.pk}/cancel/", {})
    assert (status, data["code"]) == (422, "run_final")
    assert boss("POST", f"{SITE}/runs/{run.pk}/cancel/", {"reason": 5})[0] == 400


def test_a_waiting_run_is_stopped_at_once(live, boss, state) -> None:
    run = execute(live(flow(act("a", sleep={"type": "static", "value": 3600}), act("b"))))
    assert boss("POST", f"{SITE}/runs/{run.pk}/cancel/", {})[1]["status"] == "canceled"
    assert state(run)["done"]


def test_runs_of_a_deleted_flow_are_still_shown(live, boss, state, flow) -> None:
    run = execute(live(flow_of_all_kinds()))
    Flow.objects.get(pk=run.flow_id).delete()
    data = state(run)
    assert (data["status"], data["version"], data["steps"]) == ("success", None, [])
    assert boss.client.get(f"/admin/openflow/run/{run.pk}/change/").status_code == 200


def test_old_times_are_told_as_they_are(halfway, state) -> None:
    run = halfway(DEEP, [("a", "step", "success")])
    moment = timezone.now() - timedelta(days=400)
    StepRun.objects.filter(run=run).update(started_at=moment, duration_us=1_500_000)
    entry = next(entry for entry in state(run)["steps"] if entry["key"] == "a")
    assert entry["ms"] == 1500.0
    assert entry["started"][:10] == moment.isoformat()[:10]


def test_data_of_a_run_that_was_blanked(live, boss) -> None:
    run = execute(live(flow(act("a"))))
    RunData.objects.filter(run=run).delete()
    assert boss("GET", f"{SITE}/runs/{run.pk}/steps/a/")[0] == 200
    assert boss("GET", f"value/?run={run.pk}&step=flow_input")[1]["value"] is None
