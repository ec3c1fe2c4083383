"""Random flow documents that need no script engine, and a driver whose steps do what their code says.

The code of a step is ``ok`` or ``fail N``: it fails its first N attempts. Its result names its path.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from openflow_django.engine.commands import Pending, Resumption, RunStep, WaitForEvents
from openflow_django.engine.driver import Driver
from openflow_django.engine.evaluation import Expressions
from openflow_django.engine.interpreter import run_flow
from openflow_django.engine.outcome import UNSET, Outcome
from openflow_django.engine.parking import Parked
from openflow_django.engine.ports import Bounds, Ports, StepResult
from openflow_django.engine.records import Record, RecordKey
from openflow_django.engine.scope import RunInfo
from openflow_django.spec.document import Flow, Identity, PathScript, RawScript
from openflow_django.spec.parse import parse

__all__ = ["Interrupted", "World", "documents", "run_to_end"]

TRUTH = st.sampled_from(["true", "false"])


class Interrupted(Exception):
    """The machine died here."""


@dataclass
class World:
    """The outside of a run: its journal survives an interruption, its clock moves only when somebody waits.

    ``budget``: how many records may be written before the machine dies.
    """

    records: dict[RecordKey, Record] = field(default_factory=dict)
    effects: list[tuple[str, int]] = field(default_factory=list)
    budget: int = 10**9
    time: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    work: Callable[[RunStep], StepResult] | None = None
    approve: bool = True

    def now(self) -> datetime:
        return self.time

    def monotonic_us(self) -> int:
        return time.perf_counter_ns() // 1000

    def wait_until(self, due: datetime, *, alone: bool) -> bool:
        return False

    def record(self, record: Record) -> None:
        if self.budget <= 0:
            raise Interrupted
        self.budget -= 1
        assert record.key not in self.records, f"recorded twice: {record.key}"
        self.records[record.key] = record

    def flush(self) -> None:
        return None

    def hold(self, seconds: float) -> None:
        return None

    def poll(self, command: WaitForEvents) -> Resumption | Pending:
        return Resumption("resumed", ("yes",), ("eve",)) if self.approve else Resumption("timed_out")

    def bounds(self, command: RunStep) -> Bounds:
        return Bounds(effects=False, time_limit_s=1.0)

    def run(self, command: RunStep, ports: Ports) -> StepResult:
        self.effects.append((command.path, command.attempt))
        if self.work is not None:
            return self.work(command)
        match command.module.value:
            case Identity():
                return StepResult(ok=True, value=command.scope.previous)
            case RawScript(content=code) | PathScript(path=code) if code.startswith("fail"):
                failing = int(code.split()[1])
                if command.attempt < failing:
                    error = {
                        "name": "Error",
                        "message": f"attempt {command.attempt}",
                        "step_id": command.module.id,
                    }
                    return StepResult(ok=False, error=error, args={})
        return StepResult(ok=True, value={"at": command.path}, args={})

    def latest(self, path: str) -> Any:
        return path

    def load(self, reference: Any) -> Flow:
        raise KeyError(reference)


class NoJavaScript:
    """The documents here need none."""

    def evaluate(self, jobs: Any, *, scope: Any) -> Any:
        raise AssertionError(f"JavaScript asked for: {jobs}")


def run_to_end(document: Any, world: World, *, flow_input: Any = None, trigger: Any = UNSET) -> Outcome:
    """Drive until the flow ends, letting time pass wherever it parks. Raises Interrupted when the budget is
    used up."""
    flow = parse(document)
    driver = Driver(
        ports=Ports(Expressions(NoJavaScript()), world),
        steps=world,
        journal=world,
        clock=world,
        waits=world,
        history=world.records,
    )
    while True:
        try:
            return driver.run(run_flow(flow, flow_input, RunInfo(trigger=trigger, max_iterations=5)))
        except Parked as parked:
            world.time = max(world.time, parked.due or world.time + timedelta(days=1))


def settings() -> st.SearchStrategy[dict[str, Any]]:
    """Settings that any step may have."""
    return st.fixed_dictionaries(
        {},
        optional={
            "retry": st.builds(
                lambda attempts, seconds: {"constant": {"attempts": attempts, "seconds": seconds}},
                st.integers(0, 2),
                st.integers(0, 3),
            ),
            "continue_on_error": st.booleans(),
            "stop_after_if": st.builds(
                lambda expr, skip: {"expr": expr, "skip_if_stopped": skip}, TRUTH, st.booleans()
            ),
            "stop_after_all_iters_if": st.builds(
                lambda expr: {"expr": expr, "skip_if_stopped": False}, TRUTH
            ),
            "skip_if": st.builds(lambda expr: {"expr": expr}, TRUTH),
            "sleep": st.builds(lambda value: {"type": "static", "value": value}, st.integers(0, 5)),
            "mock": st.builds(lambda on: {"enabled": on, "return_value": "mocked"}, st.booleans()),
            "suspend": st.just({"required_events": 1, "timeout": 60}),
        },
    )


def leaves() -> st.SearchStrategy[dict[str, Any]]:
    code = st.sampled_from(["ok", "ok", "fail 1", "fail 2", "fail 9"])
    script = st.builds(
        lambda content: {"type": "rawscript", "language": "deno", "content": content, "input_transforms": {}},
        code,
    )
    return st.one_of(script, st.just({"type": "identity"}))


def containers(lists: st.SearchStrategy[list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    items = st.lists(st.integers(), max_size=3)
    branch = st.builds(
        lambda modules, expr, skip: {"modules": modules, "expr": expr, "skip_failure": skip},
        lists,
        TRUTH,
        st.booleans(),
    )
    return st.one_of(
        st.builds(
            lambda modules, values, parallel, skip: {
                "type": "forloopflow",
                "iterator": {"type": "static", "value": values},
                "modules": modules,
                "parallel": parallel,
                "skip_failures": skip,
            },
            lists,
            items,
            st.booleans(),
            st.booleans(),
        ),
        st.builds(
            lambda modules: {"type": "whileloopflow", "modules": modules, "skip_failures": False}, lists
        ),
        st.builds(
            lambda branches, default: {"type": "branchone", "branches": branches, "default": default},
            st.lists(branch, max_size=2),
            lists,
        ),
        st.builds(
            lambda branches, parallel: {"type": "branchall", "branches": branches, "parallel": parallel},
            st.lists(branch, max_size=3),
            st.booleans(),
        ),
    )


def steps(
    values: st.SearchStrategy[dict[str, Any]], lists: st.SearchStrategy[list[Any]]
) -> st.SearchStrategy[Any]:
    branch = st.one_of(
        st.none(),
        st.builds(
            lambda modules, then: {"modules": modules, "then": then},
            lists,
            st.sampled_from(["stop", "continue"]),
        ),
    )

    def step(value: Any, more: Any, error_branch: Any) -> dict[str, Any]:
        return {"value": value, **more, **({"error_branch": error_branch} if error_branch else {})}

    return st.builds(step, values, settings(), branch)


def module_lists() -> st.SearchStrategy[list[Any]]:
    simple = st.lists(steps(leaves(), st.just([])), max_size=3)
    return st.recursive(
        simple,
        lambda inner: st.lists(
            st.one_of(steps(leaves(), inner), steps(containers(inner), inner)), max_size=3
        ),
        max_leaves=8,
    )


def with_ids(document: dict[str, Any]) -> dict[str, Any]:
    """The document with ids in reading order."""
    count = 0

    def name(node: Any) -> Any:
        nonlocal count
        if isinstance(node, list):
            return [name(entry) for entry in node]
        if not isinstance(node, dict):
            return node
        if (
            "value" in node
            and isinstance(node["value"], dict)
            and "type" in node["value"]
            and node["value"]["type"] != "static"
        ):
            count += 1
            return {"id": f"s{count}", **{key: name(entry) for key, entry in node.items()}}
        return {key: name(entry) for key, entry in node.items()}

    return name(document)


def documents() -> st.SearchStrategy[dict[str, Any]]:
    """Documents over all control flow of the language."""
    handler = st.one_of(
        st.none(),
        st.sampled_from(["ok", "fail 9"]).map(
            lambda code: {
                "id": "failure",
                "value": {"type": "rawscript", "language": "deno", "content": code, "input_transforms": {}},
            }
        ),
    )

    def document(modules: list[Any], failure: Any) -> dict[str, Any]:
        value = {"modules": with_ids({"modules": modules})["modules"]}
        return {"summary": "", "value": {**value, **({"failure_module": failure} if failure else {})}}

    return st.builds(document, module_lists(), handler)
