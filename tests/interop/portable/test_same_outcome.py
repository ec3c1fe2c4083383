"""The promise: what runs here runs the same without our extensions."""

from typing import Any

from hypothesis import HealthCheck, assume, given, settings

from openflow_django.interop.portable import lower
from openflow_django.spec.parse import parse
from openflow_django.spec.walk import walk
from openflow_django.testing import run_flow
from tests.interop.portable.extended import documents, inputs


def outcome(document: Any, given_input: Any) -> tuple[str, Any]:
    run = run_flow(document, given_input)
    return run.status, run.result


@given(documents(), inputs)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_status_and_result_are_the_same(document: Any, given_input: Any) -> None:
    lowered = lower(document)
    assert not any(visit.module.error_branch for visit in walk(parse(lowered.document)))
    assert '"template"' not in str(lowered.document).replace("'", '"')
    assume(not lowered.warnings)
    assert outcome(lowered.document, given_input) == outcome(document, given_input)


@given(documents())
def test_lowering_again_changes_nothing(document: Any) -> None:
    lowered = lower(document).document
    again = lower(lowered)
    assert again.document == lowered
    assert again.warnings == []
