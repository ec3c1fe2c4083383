"""Truth tables of conditions, and the law that what is ruled out early stays ruled out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.triggers.changes import Change, Verdict
from openflow_django.triggers.condition_options import CONDITION_SCHEMA
from openflow_django.triggers.conditions import OPERATORS, UNSET, Condition


def update(old: Any, new: Any) -> Change:
    return Change(action="updated", before={"f": old}, after={"f": new})


def created(new: Any) -> Change:
    return Change(action="created", before=None, after={"f": new})


def deleted(old: Any) -> Change:
    return Change(action="deleted", before={"f": old}, after=None)


MOVES = [
    # from, to, old -> new, met
    (["open"], ["paid"], update("open", "paid"), True),
    (["open"], ["paid"], update("open", "open"), False),
    (["open"], ["paid"], update("paid", "paid"), False),
    (["open"], ["paid"], update("sent", "paid"), False),
    (["open"], ["paid"], update("open", "sent"), False),
    (["open"], ["paid"], created("paid"), False),
    (["open"], ["paid"], deleted("open"), False),
    (["open"], UNSET, update("open", "paid"), True),
    (["open"], UNSET, update("open", "open"), False),
    (["open"], UNSET, update("paid", "open"), False),
    (["open"], UNSET, created("open"), False),
    (["open"], UNSET, deleted("open"), True),
    (UNSET, ["paid"], update("open", "paid"), True),
    (UNSET, ["paid"], update("paid", "paid"), False),
    (UNSET, ["paid"], created("paid"), True),
    (UNSET, ["paid"], created("open"), False),
    (UNSET, ["paid"], deleted("paid"), False),
    (["open", "new"], ["paid"], update("new", "paid"), True),
    (["open"], ["paid", "sent"], update("open", "sent"), True),
    (["open"], ["open"], update("open", "open"), False),
    ([None], ["paid"], update(None, "paid"), True),
    ([None], ["paid"], created("paid"), False),
    (["paid"], [None], update("paid", None), True),
]


@pytest.mark.parametrize(("came_from", "went_to", "change", "met"), MOVES)
def test_moves(came_from: Any, went_to: Any, change: Change, met: bool) -> None:
    assert Condition(field="f", came_from=came_from, went_to=went_to).met_by(change) is met


COMPARISONS = [
    ("eq", 5, 5, True),
    ("eq", 5, 4, False),
    ("eq", None, None, True),
    ("eq", 5, None, False),
    ("neq", 5, 4, True),
    ("neq", 5, 5, False),
    ("neq", 5, None, True),
    ("neq", None, None, False),
    ("in", [1, 2], 2, True),
    ("in", [1, 2], 3, False),
    ("in", [], 3, False),
    ("in", [None], None, True),
    ("gt", 5, 6, True),
    ("gt", 5, 5, False),
    ("gt", 5, None, False),
    ("gt", 5, "6", False),
    ("gte", 5, 5, True),
    ("gte", 5, 4, False),
    ("lt", 5, 4, True),
    ("lt", 5, 5, False),
    ("lt", 5, None, False),
    ("lte", 5, 5, True),
    ("lte", 5, 6, False),
    ("contains", "b", "abc", True),
    ("contains", "B", "abc", False),
    ("contains", "b", None, False),
    ("contains", 2, [1, 2], True),
    ("contains", 3, [1, 2], False),
    ("contains", "k", {"k": 1}, True),
    ("contains", 1, {"k": 1}, False),
    ("contains", 2, (1, 2), True),
    ("contains", 2, 2, False),
    ("is_null", True, None, True),
    ("is_null", True, 0, False),
    ("is_null", True, "", False),
    ("is_null", True, (), True),
    ("is_null", True, [], False),
    ("is_null", False, None, False),
    ("is_null", False, (1,), True),
]


@pytest.mark.parametrize(("op", "value", "actual", "met"), COMPARISONS)
def test_comparisons(op: Any, value: Any, actual: Any, met: bool) -> None:
    condition = Condition(field="f", op=op, value=value)
    assert condition.met_by(update("else", actual)) is met
    assert condition.met_by(created(actual)) is met
    assert condition.met_by(deleted(actual)) is met
    old = Condition(field="f", op=op, value=value, on="old")
    assert old.met_by(update(actual, "else")) is met
    assert old.met_by(created(actual)) is False
    assert old.met_by(deleted(actual)) is met


def test_changed() -> None:
    condition = Condition(field="f", op="changed")
    assert condition.met_by(update(1, 2)) is True
    assert condition.met_by(update(1, 1)) is False
    assert condition.met_by(created(1)) is True
    assert condition.met_by(deleted(1)) is True


def test_parts_of_one_condition_all_have_to_hold() -> None:
    crossing = Condition(field="f", went_to=[1, 2, 3], op="lt", value=3)
    assert crossing.met_by(update(9, 2)) is True
    assert crossing.met_by(update(9, 3)) is False
    assert crossing.met_by(update(2, 2)) is False


def test_what_is_not_known_is_not_decided() -> None:
    unknown = Change(action="updated", before={}, after={"f": "paid"})
    assert Condition(field="f", went_to=["open"]).met_by(unknown) is False
    assert Condition(field="f", went_to=["paid"]).met_by(unknown) is None
    assert Condition(field="f", came_from=["open"]).met_by(unknown) is None
    assert Condition(field="f", op="eq", value="paid").met_by(unknown) is True
    assert Condition(field="f", op="eq", value="paid", on="old").met_by(unknown) is None
    assert Condition(field="g", op="is_null", value=True).met_by(unknown) is None


def test_every_operator_of_the_schema_is_known() -> None:
    assert set(CONDITION_SCHEMA["properties"]["op"]["enum"]) == {*OPERATORS, "changed"}


values = st.sampled_from([None, 0, 1, 2, "a", "ab"])
lists = st.just(UNSET) | st.lists(values, min_size=1, max_size=2)
plain_operators = st.sampled_from(
    [None, "eq", "neq", "gt", "lt", "gte", "lte", "contains", "is_null", "changed"]
)
conditions = st.builds(
    Condition,
    field=st.just("f"),
    came_from=lists,
    went_to=lists,
    op=plain_operators,
    value=values,
    on=st.sampled_from(["new", "old"]),
)
sides = st.none() | st.fixed_dictionaries({"f": values})


@given(conditions, sides, sides, st.booleans(), st.booleans())
def test_a_verdict_given_early_is_the_final_one(
    condition: Condition, before: Any, after: Any, hide_before: bool, hide_after: bool
) -> None:
    final = condition.met_by(Change(action="updated", before=before, after=after))
    early: Verdict = condition.met_by(
        Change(
            action="updated",
            before={} if before and hide_before else before,
            after={} if after and hide_after else after,
        )
    )
    assert final is not None
    assert early in (None, final)
