"""The how-to is true: its flow runs, its settings and words exist."""

import json
import re
from pathlib import Path

import pytest

from openflow_django.services.documents import validate_document
from openflow_django.testing import run_flow

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "howto/approvals.md").read_text()
DOCUMENT = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])


@pytest.mark.django_db
def test_the_flow_has_no_mistakes():
    assert validate_document(DOCUMENT) == []


def test_the_flow_runs_as_it_is_told():
    event = {"type": "resume", "payload": {"carrier": "Post"}, "approver": "ann"}
    run = run_flow(DOCUMENT, {}, events=[event], trigger={"key": 7})
    assert run.status == "success", run.error
    assert run.steps["ship"][0].logs == ("ann chose Post",)
    assert run_flow(DOCUMENT, {}).status == "suspended"
    assert run_flow(DOCUMENT, {}, events=[{"type": "cancel"}]).error["name"] == "SuspendedDisapproved"
    assert run_flow(DOCUMENT, {}, events=[{"type": "timeout"}]).error["name"] == "SuspendedTimedOut"


@pytest.mark.parametrize("page", ["howto/approvals.md", "reference/forms.md", "index.md"])
def test_links_between_the_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", (DOCS / page).read_text()):
        assert ((DOCS / page).parent / target).exists(), target
