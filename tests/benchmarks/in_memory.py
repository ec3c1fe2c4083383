"""The engine alone: interpreter, driver and step runner over a journal in memory."""

from collections.abc import Iterator
from typing import Any

from openflow_django.engine.driver import Driver
from openflow_django.engine.evaluation import Expressions
from openflow_django.engine.interpreter import run_flow
from openflow_django.engine.ports import Ports
from openflow_django.engine.scope import RunInfo
from openflow_django.spec.document import Flow
from openflow_django.spec.parse import parse
from openflow_django.testing.library import MemoryLibrary
from openflow_django.testing.memory import MemoryJournal, ScriptedEvents, VirtualClock
from openflow_django.testing.sandbox import evaluator, runners
from openflow_django.worker.steps import Steps
from tests.benchmarks import documents
from tests.benchmarks.figures import Figure
from tests.benchmarks.plain import plain_steps
from tests.benchmarks.site import Site
from tests.benchmarks.timing import Spread, timed

__all__ = ["figures"]

STEPS = 400


def figures(site: Site) -> Iterator[Figure]:
    floor = timed(lambda: plain_steps(STEPS), times=50)
    for name, document in (("no work", documents.identities(STEPS)), ("a path each", documents.paths(STEPS))):
        flow = parse(document)
        run = timed(lambda flow=flow: drive(flow, MemoryJournal()), times=50)
        yield _figure(f"step in memory, {name}", run, floor)
    flow, recorded = parse(documents.identities(STEPS)), MemoryJournal()
    drive(flow, recorded)
    yield _figure("step replayed from its record", timed(lambda: drive(flow, recorded), times=50), floor)


def _figure(name: str, run: Spread, floor: Spread) -> Figure:
    return Figure.of(name, run, unit="us", per=STEPS, floor=floor, floor_per=STEPS)


def drive(flow: Flow, journal: MemoryJournal) -> Any:
    library = MemoryLibrary(flows={}, scripts={}, variables={}, resources={})
    clock = VirtualClock()
    driver = Driver(
        ports=Ports(Expressions(evaluator()), library),
        steps=Steps(runners=runners(), scripts=library),
        journal=journal,
        clock=clock,
        waits=ScriptedEvents((), clock),
        history=dict(journal.records),
    )
    return driver.run(run_flow(flow, {"n": 1}, RunInfo()))
