"""What the tests of runs in the builder play with: steps that act, rows that stand for work done."""

from typing import Any

from openflow_django.models import Run, RunKind, StepRun
from openflow_django.worker.executor import Executor
from tests.testing.build import branch, branch_one, flow, loop, step


def act(name: str, what: Any = "ok", **settings: Any) -> dict[str, Any]:
    given = what if isinstance(what, dict) else {"type": "static", "value": what}
    return step(name, {"type": "script", "path": "op/act", "input_transforms": {"what": given}}, **settings)


def states(data: dict[str, Any]) -> dict[str, str]:
    return {entry["key"]: entry["state"] for entry in data["steps"]}


def execute(run: Run) -> Run:
    Executor().advance(run.pk)
    run.refresh_from_db()
    return run


DEEP = flow(
    act("a"),
    loop("each", [1, 2], act("b"), branch_one("choice", branch(act("c"), act("d"), expr="true")), act("e")),
    act("f", error_branch={"modules": [act("g")], "then": "stop"}),
    act("h"),
)


def part(run: Run, number: int, rows: list[str], *, status: str = "running") -> Run:
    made = Run.objects.create(
        flow=run.flow,
        version=run.version,
        parent=run,
        root=run,
        kind=RunKind.PART,
        status=status,
        part_path="each",
        part_no=number,
        seq=len(rows),
    )
    for seq, path in enumerate(rows, start=1):
        StepRun.objects.create(
            run=made,
            seq=seq,
            path=path,
            kind="step",
            attempt=0,
            module_id=path.rpartition("/")[2],
            status="success",
        )
    return made


def flow_of_all_kinds() -> dict[str, Any]:
    return flow(
        act("a"),
        act("skipped", skip_if={"expr": "true"}),
        act("fails", "fail", error_branch={"modules": [act("told")], "then": "continue"}),
        act("tolerated", "fail", continue_on_error=True),
        branch_one("choice", branch(act("yes"), expr="true"), default=[act("no")]),
        loop("each", [1, 2], act("b")),
        act("mocked", mock={"enabled": True, "return_value": 1}),
    )
