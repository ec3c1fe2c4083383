"""The pages of the documentation: their links lead somewhere, their examples are accepted."""

import json
import re
from pathlib import Path

import pytest

from openflow_django.services.documents import validate_document
from openflow_django.services.triggers import validate_options

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(#[^)\s]+)?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def _anchor(heading: str) -> str:
    """The anchor that renderers of Markdown make of a heading."""
    return "#" + re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        linked = (page.parent / target).resolve() if target else page
        assert linked.exists(), f"{page.name} links to {target}"
        if anchor:
            headings = HEADING.findall(linked.read_text(encoding="utf-8"))
            assert anchor in map(_anchor, headings), f"{page.name} links to {target}{anchor}"


def test_the_index_leads_to_every_page():
    index = ROOT / "docs" / "index.md"
    linked = {
        (index.parent / target).resolve() for target, _ in LINK.findall(index.read_text(encoding="utf-8"))
    }
    pages = {page for page in PAGES if page.parent != ROOT} - {index}
    assert sorted(str(page.relative_to(ROOT)) for page in pages - linked) == []


def test_the_documents_of_the_tutorial_are_accepted():
    document, trigger, *_ = map(json.loads, _blocks(ROOT / "docs" / "tutorial.md", "json")[:2])
    assert validate_document(document) == []
    accounts = {**trigger, "model": "accounts.user"}  # the user model of the tests
    assert validate_options(type="model_event", options=accounts) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_python_examples_are_python(page):
    for block in _blocks(page, "python"):
        compile(block, page.name, "exec")
