"""A running cluster: ``manage.py openflow_worker`` over SQLite, woken by saves of this process."""

import time
from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from demo_project.shop.models import Product
from openflow_django.models import FINAL_STATUSES, Flow, Run
from openflow_django.services import watch
from openflow_django.services.triggers import create_trigger
from tests.benchmarks import documents
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.benchmarks.site import Site, live_flow, new_run, wait_for, workers
from tests.benchmarks.timing import Spread, spread_of

__all__ = ["figures"]

RUNG = {**settings.OPENFLOW, "QUEUE": "django_q"}
FLOWS, STEPS = 20, 10
ITEMS, ITEM_S = 200, 0.005


def figures(site: Site) -> Iterator[Figure]:
    with override_settings(OPENFLOW=RUNG):
        with workers(site, processes=1):
            yield from _one_at_a_time()
        with workers(site, processes=2):
            yield from _many_at_once()
            yield _parallel()


def _one_at_a_time() -> Iterator[Figure]:
    for name, document in (("paths", documents.paths(40)), ("JavaScript", documents.javascript(40))):
        flow = live_flow(document, path=f"bench/live-{name.lower()}")
        create_trigger(
            flow, type="model_event", options={"model": "shop.product", "actions": ["created"]}, user=None
        )
        watch.refresh()
        whole, executed = _spreads(flow, times=15)
        flow.triggers.all().delete()
        label = f"live: 40 steps, {name}"
        yield Figure.of(f"{label}: trigger to finished", whole, unit="ms", target=at_most(50))
        yield Figure.of(f"{label}: claimed to finished", executed, unit="ms")


def _spreads(flow: Flow, *, times: int) -> tuple[Spread, Spread]:
    """From the save to the end of the run, and of that the time in the worker's hands."""
    whole: list[float] = []
    executed: list[float] = []
    for number in range(times + 1):
        begin = timezone.now()
        Product.objects.create(sku=f"{flow.pk}-{number}", name="Measured", price=1)
        run = _wait_for(flow, number + 1)
        if number:
            whole.append((run.finished_at - begin).total_seconds())
            executed.append((run.finished_at - run.started_at).total_seconds())
        # Wake-ups come at random moments of the worker's pause between two looks at its queue.
        time.sleep(0.013 * (number % 9))
    return spread_of(whole), spread_of(executed)


def _wait_for(flow: Flow, count: int) -> Run:
    """The last run of a flow, when so many have ended."""
    return wait_for(lambda: _finished(flow, count), seconds=60, what=f"{count} runs of {flow.path}")


def _finished(flow: Flow, count: int) -> Run | None:
    ended = list(
        Run.objects.filter(flow=flow, parent=None, status__in=FINAL_STATUSES).order_by("-id")[:count]
    )
    assert all(run.status == "success" for run in ended), [run.status for run in ended]
    return ended[0] if len(ended) == count else None


def _many_at_once() -> Iterator[Figure]:
    for name, document in (("paths", documents.paths(STEPS)), ("JavaScript", documents.javascript(STEPS))):
        flow = live_flow(document, path=f"bench/many-{name.lower()}")
        rates: list[float] = []
        for number in range(8):
            # One transaction, so that all become due at the same moment.
            with transaction.atomic():
                begun = [new_run(flow, {"n": 1}).pk for _ in range(FLOWS)]
            _wait_for(flow, FLOWS * (number + 1))
            ended = list(Run.objects.filter(pk__in=begun))
            seconds = (
                max(run.finished_at for run in ended) - min(run.started_at for run in ended)
            ).total_seconds()
            if number:
                rates.append(FLOWS * STEPS / seconds)
        yield Figure(
            name=f"live: {FLOWS} flows of {STEPS} at once, two workers, {name}",
            unit="steps/s",
            median=spread_of(rates).median,
            p95=min(rates),
            best=max(rates),
            target=at_least(3000),
        )


def _parallel() -> Figure:
    flow = live_flow(documents.pauses(ITEMS), path="bench/parallel")
    taken: list[float] = []
    for number in range(4):
        run = new_run(flow)
        _wait_for(flow, number + 1)
        run.refresh_from_db()
        taken.append((run.finished_at - run.started_at).total_seconds())
    ideal = ITEMS * ITEM_S / 2
    return Figure.of(
        f"live: {ITEMS} items of 5 ms on two workers",
        spread_of(taken[1:]),
        unit="s",
        floor=Spread(ideal, ideal, ideal),
        target=at_most(1.5 * ideal),
    )
