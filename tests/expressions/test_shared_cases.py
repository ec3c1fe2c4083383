"""Templates and conditions recorded from Directus, where the recordings are at hand."""

import json
from pathlib import Path

import pytest

from openflow_django.expressions.errors import RuleError, TemplateError
from openflow_django.expressions.rules import check
from openflow_django.expressions.templates import render

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "cases" / "directus.json"
CASES = json.loads(RECORDINGS.read_text())["cases"] if RECORDINGS.exists() else []

pytestmark = pytest.mark.skipif(not CASES, reason="the recorded cases are not beside the project")


def recorded(covers: str) -> list[object]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["covers"] == covers]


@pytest.mark.parametrize("case", recorded("template"))
def test_template(case):
    if "error" in case["expect"]:
        with pytest.raises(TemplateError) as caught:
            render(case["template"], case["data"])
        assert caught.value.name == case["expect"]["error"]
        return
    rendered = render(case["template"], case["data"])
    assert rendered == case["expect"]["value"]
    assert type(rendered) is type(case["expect"]["value"])


@pytest.mark.parametrize("case", recorded("condition"))
def test_condition(case):
    if "error" in case["expect"]:
        with pytest.raises(RuleError) as caught:
            check(case["filter"], case["data"])
        assert caught.value.name == case["expect"]["error"]
        return
    assert check(case["filter"], case["data"]) == case["expect"].get("errors", [])
