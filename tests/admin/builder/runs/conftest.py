"""Runs of a live flow for the tests of the builder."""

from typing import Any

import pytest
from django.utils import timezone

from openflow_django.models import Run, RunKind, RunStatus, StepRun
from openflow_django.operations.base import Operation, operations
from openflow_django.services import flows, runs
from openflow_django.spec.json import digest
from tests.admin.builder.conftest import SITE, Api


@pytest.fixture(autouse=True)
def acting() -> Any:
    """Operation ``act``: does nothing, or fails when it is told to."""
    attempts: list[str] = []

    def run(options: Any, context: Any) -> Any:
        attempts.append(context.step_id)
        context.log("info", f"acting {options['what']}")
        if options["what"] == "fail":
            raise ValueError("as asked")
        return {"did": options["what"]}

    made = Operation(type="act", label="Act", options_schema={"type": "object"}, run=run)
    with operations.temporarily("act", made):
        yield attempts


@pytest.fixture
def live(flow) -> Any:
    """``live(document)``: a live flow with that document, and a run of it that has not begun."""

    def make(document: dict[str, Any], *, input: Any = None) -> Run:
        saved = flows.save_draft(flow, document=document, revision=flow.draft_revision, user=None)
        version = flows.publish(saved, digest=digest(saved.draft), user=None)
        flow.refresh_from_db()
        flows.activate(flow, user=None)
        assert version.document == document
        return runs.start(flow=flow, input=input or {}, kind=RunKind.MANUAL)

    return make


@pytest.fixture
def state(boss) -> Any:
    """``state(run)``: the answer; ``state(run, seq)``: what is new since."""

    def asked(run: Run, since: str | None = None, who: Api = boss) -> dict[str, Any]:
        query = f"?since={since}" if since else ""
        status, data = who("GET", f"{SITE}/runs/{run.pk}/state/{query}")
        assert status == 200
        return data

    return asked


@pytest.fixture
def halfway(live) -> Any:
    """``halfway(document, [("a", "step", "success"), ...])``: a run that has recorded these rows."""

    def make(document: dict[str, Any], rows: list[tuple[str, str, str]], **fields: Any) -> Run:
        run = live(document)
        for seq, (path, kind, status) in enumerate(rows, start=1):
            name = path.rpartition("/")[2]
            StepRun.objects.create(
                run=run,
                seq=seq,
                path=path,
                kind=kind,
                attempt=0,
                module_id=name,
                status=status,
                started_at=timezone.now(),
                result=True if kind == "skip" else None,
            )
        Run.objects.filter(pk=run.pk).update(
            **{"status": RunStatus.RUNNING, "seq": len(rows), "started_at": timezone.now(), **fields}
        )
        run.refresh_from_db()
        return run

    return make
