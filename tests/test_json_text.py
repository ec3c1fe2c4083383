"""Where a mistake is in a JSON text, and on which line a place of a document lies."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from openflow_django.json_text import pointer_lines, pretty, syntax_error_position

TEXT = """{
  "summary": "A \\"quoted\\" name, with { and [",
  "value": {
    "modules": [
      {"id": "a"},
      {
        "id": "b",
        "x/y~z": [1, [2,
          3]]
      }
    ]
  }
}"""


def test_a_mistake_has_a_line_and_a_column() -> None:
    found = syntax_error_position('{\n  "a": 1\n  "b": 2\n}')
    assert found is not None
    assert found[1:] == (3, 3)


def test_what_parses_has_no_mistake() -> None:
    assert syntax_error_position(TEXT) is None


def test_every_place_has_a_line() -> None:
    lines = pointer_lines(TEXT)
    assert lines[""] == 1
    assert lines["/summary"] == 2
    assert lines["/value/modules"] == 4
    assert lines["/value/modules/0/id"] == 5
    assert lines["/value/modules/1"] == 6
    assert lines["/value/modules/1/id"] == 7
    assert lines["/value/modules/1/x~1y~0z/0"] == 8
    assert lines["/value/modules/1/x~1y~0z/1/1"] == 9


def test_a_text_deeper_than_the_stack_is_read() -> None:
    depth = 5_000
    assert pointer_lines("[" * depth + "1" + "]" * depth)["/0" * depth] == 1


def test_what_is_no_json_gives_some_lines_and_no_error() -> None:
    for text in ("", "}", "]]", '{"a', "{,,:", '"', "{1: 2}", "[1 2", ":::", '{"a": }'):
        pointer_lines(text)


def pointers(value: Any, path: str = "") -> set[str]:
    found = {path}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found |= pointers(item, f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}")
    return found


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=6),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
        max_leaves=15,
    )
)
def test_exactly_the_places_of_the_value_have_lines(value: Any) -> None:
    assert set(pointer_lines(pretty(value))) == pointers(value)
    assert set(pointer_lines(json.dumps(value))) == pointers(value)
