"""How many statements a run costs, whatever its number of steps, counted without those that begin and end
transactions."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import override_settings

from openflow_django.models import RunKind, RunStatus
from openflow_django.services import runs
from openflow_django.worker.executor import Executor
from tests.flows import document, live, transform
from tests.testing.build import stored

pytestmark = pytest.mark.django_db(transaction=True)

SILENT = {"QUEUE": "none", "DRAIN_S": 0.0, "FLUSH_MS": 60_000}


@contextmanager
def statements():
    """The statements inside of the block, as their first words."""
    found: list[str] = []

    def note(execute, sql, params, many, context):
        if not sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            found.append(" ".join(sql.split()[:3]).replace('"', ""))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def executed(flow) -> list[str]:
    """The statements of a run in a process that has run the flow before."""
    with override_settings(OPENFLOW=SILENT):
        executor = Executor()
        executor.advance(runs.start(flow=flow, input={"n": 1}, kind=RunKind.API).pk)
        run = runs.start(flow=flow, input={"n": 1}, kind=RunKind.API)
        with statements() as found:
            executor.advance(run.pk)
    run.refresh_from_db()
    assert run.status == RunStatus.SUCCESS, run.data.error
    return found


def test_claim_and_finish_are_four_statements():
    found = executed(live(document(transform("a", "flow_input.n"))))
    assert found[-3:] == [
        "UPDATE openflow_run SET",
        "INSERT INTO openflow_steprun",
        "UPDATE openflow_rundata SET",
    ]
    assert len(found) <= 4


def test_steps_without_effects_cost_next_to_nothing():
    few = executed(live(document(transform("a", "flow_input.n"))))
    many = executed(
        live(document(*(transform(f"s{n}", "flow_input.n") for n in range(200))), path="tests/many")
    )
    assert (len(many) - len(few)) / 199 <= 0.05


def test_a_step_with_effects_is_written_before_and_after():
    """Two each: the fence and the row; what came before it is written first."""
    mail = {"to": {"type": "static", "value": ["a@example.com"]}, "subject": {"type": "static", "value": "s"}}
    plain = executed(live(document(transform("a", "1"), transform("b", "2"))))
    with_mail = executed(
        live(document(transform("a", "1"), stored("m", "op/send_mail", mail)), path="tests/mail")
    )
    assert [name for name in with_mail if "steprun" in name] == ["INSERT INTO openflow_steprun"] * 2
    assert len(with_mail) - len(plain) <= 4


def test_a_wake_up_for_a_run_that_is_taken_is_one_statement():
    flow = live(document(transform("a", "1")))
    with override_settings(OPENFLOW=SILENT):
        run = runs.start(flow=flow, input={}, kind=RunKind.API)
        Executor().advance(run.pk)
        with statements() as found:
            Executor().advance(run.pk)
    assert found == ["UPDATE openflow_run SET"]
