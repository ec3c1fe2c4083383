"""What changed between two documents, told step by step."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from openflow_django.spec.diff import Change, diff


def step(step_id: str, **more: Any) -> dict[str, Any]:
    return {"id": step_id, "value": {"type": "identity"}, **more}


def flow(*modules: Any, **more: Any) -> dict[str, Any]:
    return {"summary": "A flow", "value": {"modules": list(modules)}, **more}


def loop(step_id: str, *modules: Any) -> dict[str, Any]:
    return {"id": step_id, "value": {"type": "forloopflow", "modules": list(modules)}}


def told(changes: list[Change]) -> list[tuple[str, str | None, str]]:
    return [(change.kind, change.step_id, change.field) for change in changes]


def test_equal_documents_have_no_difference() -> None:
    document = flow(step("a"), loop("b", step("c")))
    assert diff(document, copy.deepcopy(document)) == []


def test_an_added_step_comes_with_its_content_and_name() -> None:
    (change,) = diff(flow(step("a")), flow(step("a"), step("b", summary="Send mail")))
    assert (change.kind, change.step_id, change.summary) == ("added", "b", "Send mail")
    assert change.after == step("b", summary="Send mail")


def test_a_removed_step_comes_last_with_what_it_was() -> None:
    changes = diff(flow(step("a"), step("b")), flow(step("b", summary="new")))
    assert told(changes) == [("added", "b", "summary"), ("removed", "a", "")]
    assert changes[-1].before == step("a")


def test_a_changed_value_is_named_within_its_step() -> None:
    before, after = flow(loop("l", step("a"))), flow(loop("l", step("a")))
    inner = after["value"]["modules"][0]["value"]["modules"][0]
    inner["value"]["input_transforms"] = {"to": {"type": "static", "value": "kim@example.org"}}
    (change,) = diff(before, after)
    assert told([change]) == [("added", "a", "value.input_transforms")]


def test_a_step_that_went_into_a_loop_has_moved() -> None:
    changes = diff(flow(step("a"), loop("l")), flow(loop("l", step("a"))))
    assert told(changes) == [("moved", "a", "")]
    assert (changes[0].before, changes[0].after) == ("value.modules", "l.value.modules")


def test_only_the_step_that_left_its_place_has_moved() -> None:
    before = flow(step("a"), step("b"), step("c"), step("d"))
    after = flow(step("b"), step("c"), step("d"), step("a"))
    assert told(diff(before, after)) == [("moved", "a", "")]


def test_as_few_steps_as_possible_have_moved() -> None:
    before = flow(*(step(key) for key in "abcdefgh"))
    after = flow(*(step(key) for key in "afbgchde"))
    assert {change.step_id for change in diff(before, after)} == {"f", "g", "h"}


@given(st.permutations("abcdefg"))
def test_steps_that_have_not_moved_kept_their_order(order: list[str]) -> None:
    changes = diff(flow(*(step(key) for key in "abcdefg")), flow(*(step(key) for key in order)))
    moved = {change.step_id for change in changes if change.kind == "moved"}
    kept = [key for key in order if key not in moved]
    assert kept == sorted(kept)
    assert bool(moved) == (order != sorted(order))


def test_null_means_absent() -> None:
    assert diff(flow(step("a", retry=None)), flow(step("a"))) == []


def test_a_branch_more_is_a_change_of_the_list() -> None:
    def choice(*branches: Any) -> dict[str, Any]:
        return {"id": "b", "value": {"type": "branchone", "branches": list(branches), "default": []}}

    one, two = {"expr": "x", "modules": []}, {"expr": "y", "modules": []}
    assert told(diff(flow(choice(one)), flow(choice(one, two)))) == [("changed", "b", "value.branches")]


def test_fields_of_the_flow_itself_come_first() -> None:
    changes = diff(flow(step("a")), flow(step("b"), schema={"type": "object"}))
    assert told(changes) == [("added", None, "schema"), ("added", "b", ""), ("removed", "a", "")]


def test_a_branch_and_an_error_branch_belong_to_their_step() -> None:
    branch = {
        "id": "b",
        "value": {"type": "branchone", "branches": [{"expr": "true", "modules": []}], "default": []},
    }
    changed = copy.deepcopy(branch)
    changed["value"]["branches"][0]["expr"] = "false"
    changed["value"]["branches"][0]["modules"] = [step("x")]
    changed["error_branch"] = {"modules": [step("y")], "then": "stop"}
    changes = diff(flow(branch), flow(changed))
    assert ("changed", "b", "value.branches.0.expr") in told(changes)
    assert {change.step_id for change in changes if change.kind == "added" and not change.field} == {"x", "y"}


def test_true_one_and_one_point_zero_differ() -> None:
    for left, right in ((True, 1), (1, 1.0), (False, 0), (None, False)):
        assert told(diff({"key": left}, {"key": right})) == [("changed", None, "key")]


def test_the_order_of_keys_does_not_count() -> None:
    assert diff({"a": 1, "b": 2}, {"b": 2, "a": 1}) == []


def test_two_steps_of_one_id_are_told_apart() -> None:
    assert told(diff(flow(step("a")), flow(step("a"), step("a")))) == [("added", "a#2", "")]


def test_documents_that_are_no_flows_are_compared_too() -> None:
    assert told(diff([], {"summary": "x"})) != []
    assert told(diff(None, "text")) != []
    assert diff("same", "same") == []


def test_depth_costs_neither_an_error_nor_a_change() -> None:
    deep: Any = 1
    for _ in range(399):
        deep = [deep]
    assert diff({"key": deep}, {"key": copy.copy(deep)}) == []
    assert told(diff({"key": deep}, {"key": 0})) == [("changed", None, "key")]


def test_a_step_fifty_loops_deep_is_found() -> None:
    before: Any = step("inner")
    after: Any = step("inner", summary="new")
    for level in range(50):
        before, after = loop(f"l{level}", before), loop(f"l{level}", after)
    assert told(diff(flow(before), flow(after))) == [("added", "inner", "summary")]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert diff(value, copy.deepcopy(value)) == []


@given(json_values, json_values)
def test_any_two_values_compare_and_a_difference_is_seen_from_both_sides(left: Any, right: Any) -> None:
    assert bool(diff(left, right)) == bool(diff(right, left))
