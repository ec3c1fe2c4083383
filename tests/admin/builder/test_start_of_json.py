"""Texts that a database cut: what is whole in them is read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.admin.builder.start_of_json import loads_start

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def is_start(part: Any, whole: Any) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and is_start(part[key], whole[key]) for key in part)
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) <= len(whole) and all(map(is_start, part, whole))
    return part == whole


@given(JSON, st.data())
def test_a_start_of_a_value_is_a_start_of_it(value, data) -> None:
    text = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    end = data.draw(st.integers(0, len(text)))
    part = loads_start(text[:end])
    if isinstance(value, str) and isinstance(part, str):
        assert value.encode(errors="replace").startswith(part.encode(errors="replace")[:-3])
    elif isinstance(value, list | dict) and part is not None:
        assert is_start(part, value)


@given(JSON)
def test_a_whole_text_is_itself(value) -> None:
    assert loads_start(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "b": {"c": [1, 2, 3', {"a": 1, "b": {"c": [1, 2]}}),
        ('{"a": 1, "b": "x{y[', {"a": 1}),
        ('{"a": 1, "b": "x\\"{', {"a": 1}),
        ('{"a": 1, "b', {"a": 1}),
        ('{"a": 1', {}),
        ('[{"a": 1}, {"a": 2', [{"a": 1}, {}]),
        ('"abc', "abc"),
        ('"abc\\u12', "abc"),
        ("12", 12),
        ("", None),
        ("tru", None),
        # Deeper than any Python follows: 3.12 and later follow thousands of levels.
        ("[" * 200_000, None),
    ],
)
def test_examples(text, value) -> None:
    assert loads_start(text) == value
