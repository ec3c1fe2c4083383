"""Runs through the real executor: claimed, checkpointed, finished, on SQLite and on PostgreSQL."""

from collections.abc import Iterator

from django.conf import settings
from django.db import connections
from django.test import override_settings

from openflow_django.models import Flow
from openflow_django.worker.executor import Executor
from tests.benchmarks import documents
from tests.benchmarks.databases import chosen, created
from tests.benchmarks.figures import Figure, Skipped, Target, at_most
from tests.benchmarks.plain import PlainRuns
from tests.benchmarks.site import Site, live_flow, new_run
from tests.benchmarks.timing import Spread, counted, timed
from tests.machine import missing

__all__ = ["figures"]

ONE_RUN = {**settings.OPENFLOW, "DRAIN_S": 0.0}
"""No look for further runs: what is measured is one."""


def figures(site: Site) -> Iterator[Figure | Skipped]:
    with override_settings(OPENFLOW=ONE_RUN):
        yield from _of_database("default", label="SQLite", per_step=at_most(20))
        if reason := missing("postgresql"):
            yield Skipped("the same on PostgreSQL", reason)
            return
        with created("postgresql"), chosen("postgresql"):
            yield from _of_database("postgresql", label="PostgreSQL", per_step=at_most(80))


def _of_database(alias: str, *, label: str, per_step: Target) -> Iterator[Figure]:
    connections[alias].ensure_connection()
    place = "?" if alias == "default" else "%s"
    plain = PlainRuns(connections[alias].connection, place=place)
    batched, fenced = timed(plain.batched, times=60), timed(plain.one_by_one, times=20)
    for steps, times in ((40, 60), (1000, 8)):
        flow = live_flow(documents.identities(steps), path=f"bench/identities-{steps}")
        yield Figure.of(
            f"{label}: step of {steps}, claim to finish, batched",
            _execute(flow, times=times),
            unit="us",
            per=steps,
            floor=batched,
            floor_per=PlainRuns.rows,
            target=per_step,
        )
    for name, document in (("paths", documents.paths(40)), ("JavaScript", documents.javascript(40))):
        flow = live_flow(document, path=f"bench/{name.lower()}")
        yield Figure.of(f"{label}: 40 steps, {name}", _execute(flow, times=40), unit="ms", floor=batched)
    yield Figure.of(
        f"{label}: 40 effects, one durable fenced write each",
        _execute(live_flow(documents.effects(40), path="bench/effects"), times=15),
        unit="ms",
        floor=fenced,
        target=at_most(20) if alias == "default" else None,
    )
    yield from _statements(alias, label=label)


def _statements(alias: str, *, label: str) -> Iterator[Figure]:
    one = _count(alias, live_flow(documents.identities(1), path="bench/one"))
    many = _count(alias, live_flow(documents.paths(1000), path="bench/paths-1000"))
    effects = _count(alias, live_flow(documents.effects(40), path="bench/effects-again"))
    yield Figure(
        name=f"{label}: statements of a run, claim to finish", unit="n", median=one, target=at_most(4)
    )
    yield Figure(
        name=f"{label}: statements of a step without effects",
        unit="n",
        median=(many - one) / 999,
        target=at_most(0.05),
    )
    yield Figure(name=f"{label}: statements of a step with effects", unit="n", median=(effects - one) / 39)


def _execute(flow: Flow, *, times: int) -> Spread:
    ready: list[int] = []
    executor = Executor()
    given = {"n": 1}
    return timed(
        lambda: executor.advance(ready.pop()),
        times=times,
        prepare=lambda: ready.append(new_run(flow, given).pk),
    )


def _count(alias: str, flow: Flow) -> int:
    """Statements of the second run: what the first one keeps for all is not counted."""
    executor = Executor()
    executor.advance(new_run(flow, {"n": 1}).pk)
    run = new_run(flow, {"n": 1})
    with counted(alias) as statements:
        executor.advance(run.pk)
    return statements.count
