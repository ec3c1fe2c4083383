"""The list of runs in the admin over many rows."""

from collections.abc import Iterator

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from openflow_django.models import Run, RunData, RunKind, RunStatus
from tests.benchmarks import documents
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.site import Site, live_flow
from tests.benchmarks.timing import counted, timed

__all__ = ["figures"]

PAYLOAD = {"text": "x" * 500}
COPIES = """
WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < %s)
INSERT INTO openflow_run ({columns}, public_id, status, created_at, started_at, finished_at)
SELECT {columns}, printf('%%032x', number), iif(number %% 20, 'success', 'failure'), at, at, at
FROM openflow_run, (
  SELECT number, strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '-' || number || ' seconds') AS at FROM numbers
)
WHERE id = %s
"""
DATA = """
INSERT INTO openflow_rundata (run_id, input, result, sealed)
SELECT run.id, data.input, data.result, data.sealed
FROM openflow_run run JOIN openflow_rundata data ON data.run_id = %s WHERE run.id > %s
"""
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
    """One run by the ORM, then copies of it inside of the database: every twentieth failed."""
    flow = live_flow(documents.identities(1), path="bench/list")
    run = Run.objects.create(
        flow=flow,
        version=flow.published_version,
        kind=RunKind.API,
        status=RunStatus.SUCCESS,
        created_at=timezone.now(),
    )
    RunData.objects.create(run=run, input=PAYLOAD, result=PAYLOAD)
    own = {"id", "public_id", "status", "created_at", "started_at", "finished_at"}
    same = [field.column for field in Run._meta.concrete_fields if field.column not in own]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COPIES.format(columns=", ".join(same)), [rows - 1, run.pk])
        cursor.execute(DATA, [run.pk, run.pk])
