"""``openflow run``."""

import json
import threading

import pytest
from django.db import connection

from openflow_django.management.flow_commands import running
from openflow_django.models import Run, RunStatus
from openflow_django.services import flows, runs
from openflow_django.spec.json import digest
from openflow_django.worker.tasks import advance
from tests.management.conftest import greeting, transform
from tests.spec.documents import flow, step

pytestmark = pytest.mark.django_db(transaction=True)


def make(document, path="x", *, active=True):
    made = flows.create_flow(path=path, name=path, document=document, user=None)
    flows.publish(made, digest=digest(made.draft), user=None)
    return flows.activate(made, user=None) if active else made


FAILING = flow(
    transform({"ok": True}),
    step(
        {
            "type": "script",
            "path": "op/throw_error",
            "input_transforms": {"message": {"type": "static", "value": "too late"}},
        },
        "b",
        summary="Throws",
    ),
)
WAITING = flow(transform([1], suspend={"required_events": 1}), transform([2], "b"))


def test_a_run_is_started_and_left_alone(openflow, live):
    said = openflow("run", "greet/person", "--input", '{"name": "Ann"}')
    run = Run.objects.get()
    assert (said.code, said.out) == (0, f"Run {run.public_id}\n")
    assert (run.status, run.kind, run.data.input) == ("queued", "manual", {"name": "Ann"})
    assert openflow("run", "greet/person", "--format", "json").json["status"] == "queued"


def test_a_run_executed_here(openflow, live):
    said = openflow("run", "greet/person", "--input", '{"name": "Ann"}', "--here")
    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[1].startswith("  success  a  ")
    assert json.loads("\n".join(lines[2:])) == {"text": "Hello Ann"}


def test_input_from_everywhere(openflow, live, file):
    path = file("in.yaml", "name: Bo\n")
    assert openflow("run", "greet/person", "--here", "--format", "json", "--input", f"@{path}").json[
        "result"
    ] == {"text": "Hello Bo"}
    said = openflow(
        "run", "greet/person", "--here", "--format", "json", "--input", "-", stdin=b'{"name": "Cy"}'
    )
    assert said.json["result"] == {"text": "Hello Cy"}
    assert openflow("run", "greet/person", "--here", "--format", "json").json["result"] == {
        "text": "Hello undefined"
    }


@pytest.mark.parametrize("given", ["{", "{name: 1}", "@missing.json", '{"a": NaN}', "[" * 1000])
def test_input_that_cannot_be_read(openflow, live, given):
    said = openflow("run", "greet/person", "--input", given)
    assert said.code == 2
    assert said.err
    assert not Run.objects.exists()


def test_input_that_does_not_fit(openflow, db):
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    make({**greeting(), "schema": schema})
    said = openflow("run", "x", "--input", "{}")
    assert (said.code, "name" in said.err) == (2, True)


def test_a_failure_is_exit_code_1(openflow, db):
    make(FAILING)
    said = openflow("run", "x", "--here")
    assert (said.code, said.err) == (1, "The run failed: ThrownError: too late")
    assert "  success  a  " in said.out
    assert "  failure  b  " in said.out
    assert "    ThrownError: too late" in said.out
    told = openflow("run", "x", "--here", "--format", "json")
    assert (told.code, told.json["status"], told.json["error"]["message"]) == (1, "failure", "too late")


def test_a_skipped_run_is_fine(openflow, db):
    make(flow(transform([0]), skip_expr="true"))
    assert openflow("run", "x", "--here").code == 0


def test_a_run_that_waits_for_an_answer_is_exit_code_4(openflow, db):
    make(WAITING)
    said = openflow("run", "x", "--here")
    assert (said.code, "has not ended" in said.err) == (4, True)
    assert "  success  a  " in said.out


def test_a_canceled_run_is_exit_code_3(openflow, db, monkeypatch):
    make(WAITING)

    def cancel(run_id):
        advance(run_id)
        runs.cancel(Run.objects.get(pk=run_id), user=None, reason="enough")

    monkeypatch.setattr(running, "advance", cancel)
    said = openflow("run", "x", "--here")
    assert (said.code, "enough" in said.err) == (3, True)


def test_time_to_watch_ends(openflow, live):
    said = openflow("run", "greet/person", "--watch", "--timeout", "0.3")
    assert (said.code, said.err) == (4, "The run has not ended: it is queued.")


def test_sleeps_and_loops_are_worked_off_here(openflow, db, settings):
    settings.OPENFLOW = {**settings.OPENFLOW, "SLEEP_IN_PLACE_S": 0}
    loop = {
        "type": "forloopflow",
        "iterator": {"type": "static", "value": [1, 2, 3]},
        "parallel": True,
        "skip_failures": False,
        "modules": [transform(["{{ flow_input.iter.value }}"], "in")],
    }
    make(flow(transform([0], sleep={"type": "static", "value": 1}), step(loop, "loop")))
    said = openflow("run", "x", "--here", "--timeout", "60", "--format", "json")
    assert (said.code, said.json["result"]) == (0, [[1], [2], [3]])


@pytest.mark.skipif(connection.vendor == "sqlite", reason="two connections to one database in memory")
def test_a_worker_does_the_work(openflow, live):
    def work() -> None:
        try:
            advance(Run.objects.get().pk)
        finally:
            connection.close()  # a thread has a connection of its own

    worker = threading.Timer(1.0, work)
    worker.start()
    said = openflow("run", "greet/person", "--watch", "--timeout", "30")
    worker.join()
    assert said.code == 0


def test_retries_are_counted(openflow, db):
    document = flow(*FAILING["value"]["modules"])
    document["value"]["modules"][1]["retry"] = {"constant": {"attempts": 1, "seconds": 0}}
    make(document)
    assert "  failure  b #2  " in openflow("run", "x", "--here").out


def test_the_draft_is_run_for_a_test(openflow, stored):
    said = openflow(
        "run", "greet/person", "--test", "--here", "--format", "json", "--input", '{"name": "Di"}'
    )
    assert (said.code, said.json["result"]) == (0, {"text": "Hello Di"})
    assert Run.objects.get().kind == "test"
    flows.save_draft(stored, document={"summary": "", "value": {"modules": [{}]}}, revision=1, user=None)
    said = openflow("run", "greet/person", "--test")
    assert said.code == 2
    assert "missing" in said.err


def test_only_live_flows_run(openflow, stored, user):
    said = openflow("run", "greet/person")
    assert (said.code, "not active" in said.err) == (2, True)
    assert openflow("run", "nothing").code == 2


def test_rights_count(openflow, live, user):
    said = openflow("run", "greet/person", "--user", user())
    assert (said.code, "You may not start this flow." in said.err) == (2, True)
    name = user("run_flow")
    assert openflow("run", "greet/person", "--user", name).code == 0
    assert Run.objects.get().started_by.username == name
    assert Run.objects.get().status == RunStatus.QUEUED
