"""Documents read and judged, inputs checked at the door."""

import json
from collections.abc import Iterator

from openflow_django.schemas import problems
from openflow_django.services.documents import validate_document
from openflow_django.services.inputs import check_run_input
from openflow_django.spec.document import Flow as Document
from openflow_django.spec.dump import dump
from openflow_django.spec.json import loads
from openflow_django.spec.parse import parse
from openflow_django.spec.validate import validate
from tests.benchmarks import documents
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.site import Site, live_flow
from tests.benchmarks.timing import timed

__all__ = ["figures"]

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["order", "email"],
    "properties": {
        "order": {"type": "integer", "minimum": 1},
        "email": {"type": "string", "format": "email"},
        "status": {"type": "string", "enum": ["open", "paid", "shipped"]},
        "notes": {"type": "string", "maxLength": 500},
        "express": {"type": "boolean", "default": False},
    },
}
VALUE = {"order": 7, "email": "ada@example.com", "status": "paid", "notes": "by hand", "express": True}


def figures(site: Site) -> Iterator[Figure]:
    document = documents.thousand()
    text, parsed = json.dumps(document), parse(document)
    floor = timed(lambda: json.loads(text), times=30)
    for name, work, limit in (
        ("parsed and validated", lambda: (parse(document), validate(document)), 100),
        ("judged with the site and all expressions", lambda: validate_document(document), None),
        (
            "read from text within limits",
            lambda: loads(text, max_bytes=10**7, max_depth=400, max_keys=10**6),
            None,
        ),
        ("written back", lambda: dump(parsed), None),
    ):
        target = None if limit is None else at_most(limit)
        yield Figure.of(f"1,000 steps {name}", timed(work, times=15), unit="ms", floor=floor, target=target)
    yield from _inputs()


def _inputs() -> Iterator[Figure]:
    assert not problems(VALUE, SCHEMA)
    flow = live_flow({**documents.identities(1), "schema": SCHEMA}, path="bench/input")
    document: Document = parse({**documents.identities(1), "schema": SCHEMA})
    check = timed(lambda: check_run_input(flow, document, VALUE, triggered=False), times=1000)
    floor = timed(lambda: isinstance(VALUE["order"], int) and VALUE["status"] in {"open", "paid"}, times=1000)
    name = "input of five fields against a known schema"
    yield Figure.of(name, check, unit="us", floor=floor, target=at_most(40))
