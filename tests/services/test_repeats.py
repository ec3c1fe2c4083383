"""Restarting: the steps before the place are taken over, those from it on run again."""

from typing import Any

import pytest
from django.test import override_settings

from openflow_django.engine.restart import RestartRefused
from openflow_django.models import Run, RunStatus, StepRun
from openflow_django.services import repeats
from tests.flows import IMMEDIATE, document, live, start
from tests.flows import transform as step
from tests.testing.build import loop

pytestmark = pytest.mark.django_db(transaction=True)


def run_of(*modules: dict[str, Any]) -> Run:
    run = start(live(document(*modules)))
    assert run.status == RunStatus.SUCCESS, run.data.error
    return run


@override_settings(OPENFLOW=IMMEDIATE)
def restarted(run: Run, path: str) -> Run:
    again = repeats.restart(run, path=path, user=None)
    again.refresh_from_db()
    assert again.status == RunStatus.SUCCESS, again.data.error
    return again


def differing(first: Run, second: Run) -> set[str]:
    """The paths whose step gave another result: random numbers tell what ran again."""
    before, after = (
        {step.path: step.result for step in StepRun.objects.filter(run=run, kind="step")}
        for run in (first, second)
    )
    assert before.keys() == after.keys()
    return {path for path in before if before[path] != after[path]}


def test_the_steps_before_are_taken_over_and_both_runs_are_linked():
    first = run_of(*(step(name, "Math.random()") for name in "abc"))
    again = restarted(first, "b")
    assert differing(first, again) == {"b", "c"}
    assert (again.original, again.restart_path, again.kind) == (first, "b", "restart")


@pytest.mark.parametrize(
    ("path", "parallel", "expected"),
    [
        ("loop/1", False, {"loop/1/a", "loop/1/b", "loop/2/a", "loop/2/b"}),
        ("loop/1/b", False, {"loop/1/b", "loop/2/a", "loop/2/b"}),
        ("loop/1", True, {"loop/1/a", "loop/1/b"}),
        ("loop/1/b", True, {"loop/1/b"}),
        ("loop", True, {f"loop/{n}/{name}" for n in range(3) for name in "ab"}),
    ],
)
def test_an_iteration_runs_again(path: str, parallel: bool, expected: set[str]):
    body = (step("a", "Math.random()"), step("b", "Math.random()"))
    first = run_of(
        step("z", "Math.random()"), loop("loop", [0, 1, 2], *body, parallel=parallel), step("y", "1")
    )
    assert differing(first, restarted(first, path)) == expected


def test_a_branch_is_not_chosen_again():
    branch = {
        "expr": "Math.random() >= 0",
        "modules": [step("a", "Math.random()"), step("b", "Math.random()")],
    }
    one = {"id": "one", "value": {"type": "branchone", "branches": [branch], "default": []}}
    first = run_of(one)
    assert differing(first, restarted(first, "one/0/b")) == {"one/0/b"}


@pytest.mark.parametrize("path", ["nowhere", "loop/7", "a/b", "loop/x/a"])
def test_a_place_the_run_never_reached_is_refused(path: str):
    run = run_of(step("a", "1"), loop("loop", [0, 1, 2], step("b", "2")))
    with pytest.raises(RestartRefused):
        repeats.restart(run, path=path, user=None)


def test_a_run_that_has_not_ended_is_refused():
    run = run_of(step("a", "1"))
    Run.objects.filter(pk=run.pk).update(status=RunStatus.RUNNING)
    run.refresh_from_db()
    with pytest.raises(RestartRefused):
        repeats.restart(run, path="a", user=None)
