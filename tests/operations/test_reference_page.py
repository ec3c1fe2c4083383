"""The reference page: its examples run, its tables are complete."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from openflow_django.operations import (
    BUILT_IN,
    SYSTEM,
    OperationContext,
    OperationError,
    operations,
    validate_options,
)
from openflow_django.operations.items.access import Access, model_named
from openflow_django.operations.items.filters import OPERATORS, condition

PAGE = (Path(__file__).parents[2] / "docs/reference/operations.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
STEPS = [json.loads(text) for language, text in BLOCKS if language == "json" and '"op/' in text]
PROGRAMS = [text for language, text in BLOCKS if language == "python"]
TYPES = [module.__name__.rpartition(".")[2] for module in BUILT_IN]


def section(title):
    return re.split(r"^#+ ", PAGE.split(f"# {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("step", STEPS, ids=[step["id"] for step in STEPS])
def test_every_example_has_options_that_fit(step):
    value = step["value"]
    options = {name: transform["value"] for name, transform in value["input_transforms"].items()}
    assert validate_options(operations.get(value["path"].removeprefix("op/")), options) == []


@pytest.mark.parametrize("name", TYPES)
def test_every_option_is_told(name):
    schema: Any = operations.get(name).options_schema
    told = section(name)
    for option in schema["properties"]:
        assert f"`{option}`" in told, option


def test_every_operator_is_told():
    told = section("Filters")
    plain = [name for name in OPERATORS if not name.startswith("_n") or name == "_null"]
    for name in plain:
        if not name.startswith("_i") or name == "_in":
            assert f"`{name}`" in told, name


def test_the_filter_example_is_one(db):
    [example] = [text for language, text in BLOCKS if language == "json" and '"op/' not in text]
    access = Access.of(OperationContext(actor=SYSTEM))
    assert condition(json.loads(example), model=model_named("shop.order"), access=access)


def test_the_operation_of_the_page_runs_as_it_says():
    own, _call = PROGRAMS[-2:]
    with operations.temporarily("log", operations.get("log")):
        namespace: dict[str, Any] = {}
        exec(own, namespace)
        exec(PROGRAMS[-1], namespace)
        assert (
            namespace["result"]
            == {"amount": 11.0, "currency": "USD"}
            == operations.get("convert").result_example
        )
        with pytest.raises(OperationError) as raised:
            operations.get("convert").perform({"amount": 1, "currency": "XYZ"}, context=OperationContext())
        assert (raised.value.code, raised.value.result) == ("no_rate", {"known": ["EUR", "USD"]})
    assert "convert" not in operations


def test_every_error_code_of_the_package_is_told():
    sources = Path(__file__).parents[2].joinpath("openflow_django/operations").rglob("*.py")
    codes = {
        code
        for source in sources
        for code in re.findall(r'code="((?:http|item|mail|transform|condition)_\w+)"', source.read_text())
    }
    assert len(codes) > 20
    assert {code for code in codes if f"`{code}`" not in PAGE} == set()
