"""Chains recorded from Directus, where the recordings are at hand: what ran, and what was answered."""

import json
from pathlib import Path

import pytest

from openflow_django.interop import directus
from openflow_django.spec.issues import errors
from openflow_django.spec.validate import validate
from openflow_django.testing import run_flow
from tests.interop.directus.flows import export, ids_of, steps_of

RECORDINGS = Path(__file__).parents[3].parent / "shared" / "cases" / "directus.json"
CASES = json.loads(RECORDINGS.read_text())["cases"] if RECORDINGS.exists() else []

pytestmark = pytest.mark.skipif(not CASES, reason="the recorded cases are not beside the project")


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case["id"]) for case in CASES if case["covers"] == "chain"]
)
def test_chain(case):
    chain = case["chain"]
    options = {name: chain[name] for name in ("method", "return", "error_on_reject") if name in chain}
    operations = [
        {
            **operation,
            "id": ids_of(operation["key"]),
            "resolve": ids_of(operation["resolve"]),
            "reject": ids_of(operation["reject"]),
        }
        for operation in chain["operations"]
    ]
    [flow] = directus.load(
        export(*operations, first=chain["first"], trigger=chain["trigger"], options=options)
    )
    assert errors(validate(flow.document)) == []
    trigger = {
        "path": "/trigger/x",
        "query": {},
        "method": "POST",
        "headers": {},
        "body": case["data"]["body"],
    }
    run = run_flow(flow.document, None, trigger=trigger)
    expected = case["expect"]
    assert steps_of(run) == [(step["key"], step["status"]) for step in expected["steps"]]
    assert directus.answer(flow, run) == (expected["http_status"], expected["body"])
