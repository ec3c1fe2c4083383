"""The reference pages are complete: every check and every key has its row."""

import re
from pathlib import Path

import openflow_django
from openflow_django import conf
from openflow_django.conf import OpenFlowSettings

PACKAGE = Path(openflow_django.__file__).parent
REFERENCE = PACKAGE.parent / "docs" / "reference"


def rows(page):
    """First cell of each row of the tables of a page, to the other cells."""
    lines = [line for line in (REFERENCE / page).read_text().splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {first.strip().strip("`"): rest for first, *rest in cells}


def test_every_id_has_a_row_and_every_row_an_id():
    sources = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    ids = set(re.findall(r'id="(openflow\.[EIW]\d{3})"', sources))
    assert ids
    assert set(rows("checks.md")) == ids


def test_every_key_has_a_row_with_its_default():
    found = rows("settings.md")
    assert set(found) == set(conf.keys())
    for key, (default, meaning) in found.items():
        if hasattr(OpenFlowSettings, key):
            told, real = default.strip("`"), repr(getattr(OpenFlowSettings, key))
            assert told.replace("_", "") == real.replace("_", "")
        assert len(meaning) > 20
