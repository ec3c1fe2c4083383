"""The envelope, and how it is cut to its limit."""

import json
from typing import Any

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.spec.json import normalise
from openflow_django.triggers import payload as module
from openflow_django.triggers.changes import Change
from openflow_django.triggers.fields import shape_of
from openflow_django.triggers.payload import build_payload
from tests.triggers.lab.models import Customer, Order

SHAPE = shape_of(Order)


def size(payload: Any) -> int:
    return len(
        json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    )


def update(before: dict[str, Any], after: dict[str, Any]) -> Any:
    return build_payload(Change(action="updated", before=before, after=after), shape=SHAPE, key=5)


def test_keys_of_the_envelope() -> None:
    told = update({"id": 5, "status": "open", "quantity": 1}, {"id": 5, "status": "paid", "quantity": 1})
    assert told == {
        "version": 1,
        "event": "lab.order.updated",
        "model": "lab.order",
        "collection": "lab.order",
        "action": "updated",
        "key": 5,
        "keys": [5],
        "object": {"id": 5, "status": "paid", "quantity": 1},
        "before": {"id": 5, "status": "open", "quantity": 1},
        "after": {"id": 5, "status": "paid", "quantity": 1},
        "changed": ["status"],
        "payload": {"status": "paid"},
    }


def test_composite_keys_are_lists() -> None:
    told = build_payload(Change(action="deleted", before={}, after=None), shape=SHAPE, key=(1, "a"))
    assert told["key"] == [1, "a"]
    assert told["payload"] == [[1, "a"]]


def test_names_that_are_not_of_the_model_are_left_out() -> None:
    told = build_payload(
        Change(action="created", before=None, after={"name": "a", "wish": "b", "password": "c"}),
        shape=shape_of(Customer),
        key=1,
    )
    assert told["object"] == {"name": "a"}


@pytest.fixture
def small(settings: LazySettings) -> int:
    settings.OPENFLOW = {"MAX_PAYLOAD_BYTES": 4000}
    return 4000


def test_a_payload_at_the_limit_is_whole(settings: LazySettings) -> None:
    before, after = {"notes": "a"}, {"notes": "b" * 1000}
    whole = update(before, after)
    settings.OPENFLOW = {"MAX_PAYLOAD_BYTES": size(whole)}
    assert update(before, after) == whole
    settings.OPENFLOW = {"MAX_PAYLOAD_BYTES": size(whole) - 1}
    assert update(before, after)["truncated"] == ["notes"]


def test_large_values_give_way_to_a_marker(small: int) -> None:
    told = update({"notes": "é" * 50_000, "quantity": 1}, {"notes": "x", "quantity": 2})
    assert size(told) <= small
    assert told["truncated"] == ["notes"]
    assert told["before"]["notes"] == {"$truncated": True, "bytes": 100_002, "start": "é" * 200}
    assert told["after"] == {"notes": "x", "quantity": 2}
    assert told["payload"] == {"notes": "x", "quantity": 2}


def test_a_large_document_is_marked_with_its_beginning(small: int) -> None:
    told = update({"details": {}}, {"details": {"rows": list(range(5000))}})
    assert size(told) <= small
    assert told["after"]["details"]["$truncated"] is True
    assert told["after"]["details"]["start"].startswith('{"rows": [0, 1, 2')


def test_too_many_small_values_take_whole_sides_with_them(settings: LazySettings) -> None:
    settings.OPENFLOW = {"MAX_PAYLOAD_BYTES": 400}
    told = update(dict.fromkeys(SHAPE.columns, "a"), dict.fromkeys(SHAPE.columns, "b"))
    assert size(told) <= 400
    assert told["truncated"] == ["*"]
    assert told["payload"] is None
    assert (told["key"], told["event"]) == (5, "lab.order.updated")


texts = st.text(max_size=3000)


@given(
    st.dictionaries(st.sampled_from(sorted(SHAPE.columns)), texts),
    st.dictionaries(st.sampled_from(sorted(SHAPE.columns)), texts),
)
def test_no_payload_is_larger_than_its_limit_and_all_can_be_stored(before: Any, after: Any) -> None:
    limit = 5000
    told = module._bounded(update(before, after), limit=limit)
    assert size(told) <= limit
    assert normalise(told, max_bytes=limit * 6, max_depth=10)
