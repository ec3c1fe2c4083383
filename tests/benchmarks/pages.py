"""The list of runs in the admin over many rows."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from openflow_django.models import Run, RunData, RunKind, RunStatus
from tests.benchmarks import documents
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.site import Site, live_flow
from tests.benchmarks.timing import counted, timed

__all__ = ["figures"]

PAYLOAD = {"text": "x" * 500}
CHUNK = 5_000
URL = "/admin/openflow/run/"


def figures(site: Site) -> Iterator[Figure]:
    _fill(site.rows)
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("bench", "bench@example.com", "bench"))
    floor = timed(lambda: client.get("/admin/password_change/"), times=15)
    for name, query in (("first page", ""), ("page 100", "?p=100"), ("failures", "?status__exact=failure")):
        page = timed(lambda query=query: _got(client, query), times=15)
        label = f"run list of {site.rows:,}: {name}"
        yield Figure.of(label, page, unit="ms", floor=floor, target=at_most(100))
    with counted() as statements:
        _got(client, "")
    yield Figure(name=f"run list of {site.rows:,}: statements", unit="n", median=statements.count)


def _got(client: Client, query: str) -> None:
    response = client.get(URL + query)
    assert response.status_code == 200, response.status_code


def _fill(rows: int) -> None:
    flow, now = live_flow(documents.identities(1), path="bench/list"), timezone.now()
    for start in range(0, rows, CHUNK):
        made = [
            _run(flow, now - timedelta(seconds=number), number)
            for number in range(start, min(start + CHUNK, rows))
        ]
        written = Run.objects.bulk_create(made)
        RunData.objects.bulk_create(RunData(run=run, input=PAYLOAD, result=PAYLOAD) for run in written)


def _run(flow, at, number: int) -> Run:
    return Run(
        public_id=uuid.UUID(int=number),
        flow=flow,
        version=flow.published_version,
        kind=RunKind.API,
        status=RunStatus.FAILURE if number % 20 == 0 else RunStatus.SUCCESS,
        created_at=at,
        started_at=at,
        finished_at=at,
    )
