"""The language reference says what the schema says."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "generate_language.py"


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("generate_language", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_those_of_the_schema(generator):
    page = generator.PAGE.read_text(encoding="utf-8")
    assert generator.generated(page) == page, "run: python docs/generate_language.py"


def test_every_kind_of_step_and_transform_has_its_table(generator):
    page = generator.PAGE.read_text(encoding="utf-8")
    for variants, prefix in (("step_value", "kind"), ("transform", "transform")):
        for name in generator._variants(generator.DEFINITIONS[variants]):
            assert f"<!-- {prefix} {name} -->\n\n| key |" in page
