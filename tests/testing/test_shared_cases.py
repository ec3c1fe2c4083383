"""The sample cases that lie beside the project, where they do: each runs through ``run_flow``."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from openflow_django.testing import FlowRun, run_flow

CASES = Path(__file__).parents[2].parent / "shared" / "cases" / "openflow.json"


def cases() -> list[Any]:
    if not CASES.exists():
        return [
            pytest.param(None, marks=pytest.mark.skip(reason="the sample cases are not beside this checkout"))
        ]
    return [pytest.param(case, id=case["id"]) for case in json.loads(CASES.read_text())]


def matches(expected: Any, actual: Any) -> bool:
    """The rules of the cases' README: a recursive subset, ``*`` for anything, ``~text`` for contained
    text."""
    if expected == "*":
        return actual is not None
    if isinstance(expected, str) and expected.startswith("~"):
        return isinstance(actual, str) and expected[1:] in actual
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(
            key in actual and matches(entry, actual[key]) for key, entry in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(actual, list) and len(actual) == len(expected) and all(map(matches, expected, actual))
        )
    return expected == actual


def run(case: Any) -> FlowRun:
    fixtures = case.get("fixtures", {})
    return run_flow(
        case["flow"],
        case["input"],
        flows=fixtures.get("flows"),
        scripts=fixtures.get("scripts"),
        variables=fixtures.get("variables"),
        resources=fixtures.get("resources"),
        events=case.get("events", ()),
    )


@pytest.mark.parametrize("case", cases())
def test_a_sample_case_ends_as_it_says(case: Any) -> None:
    expect = case["expect"]
    begin = time.monotonic()
    runs = [run(case) for _ in range(case.get("repeat", 1))]
    took = time.monotonic() - begin
    got = runs[-1]
    assert got.status == expect["status"], got
    if "result" in expect:
        assert got.result == expect["result"]
    if "result_match" in expect:
        assert matches(expect["result_match"], got.result), got.result
    if expect.get("same_result_across_runs"):
        assert all(other.result == got.result for other in runs)
    for step_id, wanted in expect.get("steps", {}).items():
        records = got.steps.get(step_id, [])
        if "runs" in wanted:
            assert len(records) == wanted["runs"], (step_id, records)
        if "status" in wanted:
            assert records[-1].status == wanted["status"]
        if "delays_s" in wanted:
            assert [record.planned_delay for record in records if record.planned_delay is not None] == wanted[
                "delays_s"
            ]
    assert expect.get("min_duration_s", 0) <= took + got.duration_s
    assert took <= expect.get("max_duration_s", 60)
