"""Big values in pieces: no piece is big, and together they are the value."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.admin.builder import excerpts
from openflow_django.admin.builder.excerpts import Excerpt, excerpt, value_at
from openflow_django.admin.builder.shapes import shape

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def size(shown: Excerpt) -> int:
    return len(json.dumps(shown.as_dict(), ensure_ascii=False).encode())


@given(JSON)
def test_what_is_small_is_shown_as_it_is(value) -> None:
    shown = excerpt(value)
    assert (shown.value, shown.is_cut) == (value, False)


def pages(value: Any) -> list[Excerpt]:
    found, offset = [excerpt(value)], 0
    while found[-1].is_cut and offset + len(found[-1].value) < found[-1].total:
        offset += len(found[-1].value)
        found.append(excerpt(value, offset=offset))
    return found


@pytest.mark.parametrize("count", [199, 200, 201, 1000])
def test_pages_of_keys_make_the_whole(count) -> None:
    value = {f"key {number}": number for number in range(count)}
    found = pages(value)
    assert {key: each for page in found for key, each in page.value.items()} == value
    assert [key for page in found for key in page.keys or ()] == list(value)
    assert len(found) == -(-count // excerpts.MAX_KEYS)
    assert all(page.total == count for page in found)


@pytest.mark.parametrize(
    "value", [list(range(700)), "ab\u20ac\U0001f600\x01" * 9000, [["x" * 400] for _ in range(900)]]
)
def test_pages_of_items_and_characters_make_the_whole(value) -> None:
    found = pages(value)
    joined: Any = "" if isinstance(value, str) else []
    for page in found:
        joined += page.value
        assert size(page) < 2 * excerpts.MAX_BYTES
    assert joined == value
    assert len(found) > 1


def test_large_members_are_left_out_and_can_be_asked_for() -> None:
    value = {"text": "x" * 100_000, "list": [1] * 50_000, "small": 1, "object": {"a": "y" * 5000}}
    shown = excerpt(value)
    assert shown.left_out == ["text", "list", "object"]
    assert (shown.value["small"], shown.value["list"], shown.value["object"]) == (1, None, None)
    assert shown.value["text"] == "x" * 256
    assert size(shown) < excerpts.MAX_BYTES
    assert excerpt(value["text"]).total == 100_000


def test_at_the_edge_of_the_largest_size() -> None:
    whole = {"a": "x" * (excerpts.MAX_BYTES - 8)}
    assert len(json.dumps(whole, separators=(",", ":"))) == excerpts.MAX_BYTES
    assert not excerpt(whole).is_cut
    assert excerpt({"a": "x" * (excerpts.MAX_BYTES - 7)}).is_cut


@given(st.lists(st.text(max_size=3000), max_size=60))
def test_no_piece_is_big(values) -> None:
    for page in pages(values):
        assert size(page) < 2 * excerpts.MAX_BYTES


def test_parts_are_found_by_pointers() -> None:
    value = {"a/b": [{"c~d": 5}], "": {"x": None}}
    assert value_at(value, "") == (True, value)
    assert value_at(value, "/a~1b/0/c~0d") == (True, 5)
    assert value_at(value, "//x") == (True, None)
    for missing in ("/a", "/a~1b/1", "/a~1b/-", "/a~1b/0/c~0d/e", "/a~1b/\u0661"):
        assert value_at(value, missing) == (False, None)


def test_a_shape_tells_types_and_keys_and_no_content() -> None:
    value = {"a": [{"b": 1}, {"c": "secret"}], "d": None, "e": 1.5, "f": True, "g": [], "h": [1, "x"]}
    assert shape(value) == {
        "type": "object",
        "properties": {
            "a": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"b": {"type": "integer"}, "c": {"type": "string"}},
                },
            },
            "d": {"type": "null"},
            "e": {"type": "number"},
            "f": {"type": "boolean"},
            "g": {"type": "array"},
            "h": {"type": "array", "items": {}},
        },
    }


@given(JSON)
def test_every_value_has_a_shape(value) -> None:
    assert json.dumps(shape(value))


def test_a_shape_is_bounded() -> None:
    deep: Any = 1
    for _ in range(100):
        deep = {"x": deep}
    assert json.dumps(shape(deep)).count("properties") == 6
    assert len(shape({str(number): 1 for number in range(1000)})["properties"]) == 200
