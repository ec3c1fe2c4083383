"""Run a flow in memory: the production interpreter, step runner and sandbox, over a virtual clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from openflow_django.agents import RegisteredProviders
from openflow_django.conf import settings
from openflow_django.engine.commands import Steps as Commands
from openflow_django.engine.driver import Driver, StepLimitReached
from openflow_django.engine.evaluation import Expressions
from openflow_django.engine.interpreter import run_flow as interpret
from openflow_django.engine.outcome import UNSET, Outcome, failed
from openflow_django.engine.parking import Parked
from openflow_django.engine.ports import Ports
from openflow_django.engine.records import Kind, Record
from openflow_django.engine.scope import RunInfo
from openflow_django.spec.document import Flow
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.parse import parse
from openflow_django.spec.upgrade import upgrade
from openflow_django.spec.walk import walk
from openflow_django.testing.library import MemoryLibrary
from openflow_django.testing.memory import MemoryCache, MemoryJournal, ScriptedEvents, VirtualClock
from openflow_django.testing.sandbox import evaluator, runners
from openflow_django.worker.steps import Steps

__all__ = ["FlowRun", "StepRecord", "run_flow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One execution of a step's own job. ``planned_delay``: seconds waited before it, None for a first
    attempt."""

    path: str
    status: str
    result: Json
    error: Json
    attempt: int
    input: Json
    planned_delay: float | None
    logs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRun:
    """How a run ended, or where it stands.

    ``status``: success, failure, skipped, canceled or suspended. ``error``: the error object of a failed run.
    ``steps``: by step id, one record per execution, in order of their ends. ``data``: the flow object as the
    last step has left it: ``$trigger``, ``$last``, ``$accountability``, ``$env`` and what each step gave by
    its
    id, a failed one its bare error value. ``duration_s``: how long the run slept and waited, in seconds of
    its
    own clock.
    """

    status: str
    result: Json = None
    error: Json = None
    steps: Mapping[str, list[StepRecord]] = field(default_factory=dict[str, list[StepRecord]])
    data: Mapping[str, Json] = field(default_factory=dict[str, Json])
    duration_s: float = 0.0


def run_flow(
    document: Json,
    input: Json = None,
    *,
    flows: Mapping[str, Json] | None = None,
    scripts: Mapping[str, Mapping[str, Any]] | None = None,
    variables: Mapping[str, Json] | None = None,
    resources: Mapping[str, Json] | None = None,
    events: Sequence[Mapping[str, Any]] = (),
    trigger: Json = None,
    accountability: Json = None,
    env: Mapping[str, str] | None = None,
) -> FlowRun:
    """Run an OpenFlow document to its end, or until it waits for an event that ``events`` does not hold.

    ``flows`` and ``scripts`` are what the document may call by path, ``variables`` and ``resources`` what
    its expressions may
    read. ``events`` are answered one by one whenever the run is suspended: ``{"type": "resume" | "cancel" |
    "timeout",
    "payload": ..., "approver": ...}``. With a ``trigger`` payload the run counts as started by a trigger:
    the preprocessor
    runs and ``$trigger`` is that payload. ``env`` is ``$env``. Sleeps and waits before retries cost no time.

    Raises :class:`~openflow_django.spec.parse.DocumentInvalid` for a document that is no flow.
    """
    flow = parse(upgrade(document).document)
    library = MemoryLibrary(
        flows={path: parse(upgrade(called).document) for path, called in (flows or {}).items()},
        scripts=scripts or {},
        variables=variables or {},
        resources=resources or {},
    )
    clock, journal = VirtualClock(), MemoryJournal()
    run = RunInfo(
        run_id="test",
        trigger=UNSET if trigger is None else trigger,
        accountability=accountability,
        env=dict(env or {}),
        started_at=clock.now().isoformat(),
        max_iterations=settings.MAX_LOOP_ITERATIONS,
        max_call_depth=settings.MAX_FLOW_DEPTH,
    )
    cache, begin = MemoryCache(_KEPT, clock), clock.now()
    driver = Driver(
        ports=Ports(Expressions(evaluator(), lookups=library), library, cache, RegisteredProviders()),
        steps=Steps(
            runners=runners(),
            scripts=library,
            lookups=library,
            cache=cache,
            run_key="test",
            approval_address=_approval_address,
        ),
        journal=journal,
        clock=clock,
        waits=ScriptedEvents(events, clock),
        history=journal.records,
        max_steps=settings.MAX_RUN_STEPS,
    )
    outcome = _drive(flow, input, run, driver, clock)
    records = list(journal.records.values())
    told = _told(outcome, records)
    steps = told.steps if outcome is None else _blanked(told.steps, flow)
    data = _flow_object(records, run, input if trigger is None else trigger)
    return replace(told, steps=steps, data=data, duration_s=(clock.now() - begin).total_seconds())


def _approval_address(path: str, approver: str) -> str:
    return f"https://testserver/approve/{path}/{approver}"


SHOWN: Final = frozenset({Kind.STEP, Kind.CONTAINER, Kind.MOCK})
"""Kinds of records with what a step gave."""

_KEPT: dict[str, tuple[datetime, Json]] = {}


def _drive(flow: Flow, flow_input: Json, run: RunInfo, driver: Driver, clock: VirtualClock) -> Outcome | None:
    """The outcome, None while the run waits for events."""
    while True:
        commands: Commands = interpret(flow, flow_input, run)
        try:
            return driver.run(commands)
        except Parked as parked:
            if parked.due is None:
                return None
            clock.advance_to(parked.due)
            continue
        except StepLimitReached as error:
            return failed("StepLimitReached", error.message)


def _told(outcome: Outcome | None, records: list[Record]) -> FlowRun:
    steps: dict[str, list[StepRecord]] = {}
    for record in records:
        if record.kind in (Kind.STEP, Kind.CONTAINER):
            steps.setdefault(record.step_id, []).append(_step(record))
    if outcome is None:
        return FlowRun(status="suspended", steps=steps)
    if outcome.ok:
        skipped = outcome.stop is not None and outcome.stop.skipped
        return FlowRun(status="skipped" if skipped else "success", result=outcome.value, steps=steps)
    return FlowRun(status="failure", result=outcome.value, error=_error(outcome, records), steps=steps)


def _blanked(steps: Mapping[str, list[StepRecord]], flow: Flow) -> dict[str, list[StepRecord]]:
    """What is left of steps with ``delete_after_use`` when the run has ended."""
    used = {visit.module.id for visit in walk(flow) if visit.module.delete_after_use}
    return {
        step_id: [replace(record, input={}, result={}, logs=()) for record in records]
        if step_id in used
        else records
        for step_id, records in steps.items()
    }


def _flow_object(records: list[Record], run: RunInfo, payload: Json) -> JsonObject:
    """The data of the flow's own steps; those of the flows that it calls are theirs."""
    data: JsonObject = {
        "$trigger": payload,
        "$last": payload,
        "$accountability": run.accountability,
        "$env": run.env,
    }
    calls = [record.path for record in records if record.kind is Kind.CALL]
    inside = tuple(f"{path}{end}" for path in calls for end in ("/", "#"))
    own = tuple(f"{path}/error/" for path in calls)
    for record in records:
        if record.kind in SHOWN and (record.path.startswith(own) or not record.path.startswith(inside)):
            failed = record.status == "failure" and record.result is None
            data[record.step_id] = data["$last"] = record.error if failed else record.result
    return data


def _step(record: Record) -> StepRecord:
    failed = record.status == "failure"
    return StepRecord(
        path=record.path,
        status=record.status,
        result=None if failed else record.result,
        error=record.error,
        attempt=record.attempt,
        input=record.input,
        planned_delay=record.planned_delay,
        logs=tuple(entry.message for entry in record.logs),
    )


def _error(outcome: Outcome, records: list[Record]) -> Json:
    """The error object the flow failed with; where a failure module replaced it, the last error recorded."""
    if outcome.error is not outcome.value:
        return outcome.error
    return next((record.error for record in reversed(records) if record.error is not None), outcome.value)
