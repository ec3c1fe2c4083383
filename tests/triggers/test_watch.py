"""How a compiled trigger decides."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.triggers import ModelWatch, compile_watch
from openflow_django.triggers.changes import Change, Verdict
from openflow_django.triggers.watch import deleting_senders, saving_senders
from tests.triggers.lab.models import GiftOrder, Order, PaidOrder


def watch(*actions: str, **options: Any) -> ModelWatch:
    return compile_watch({"model": "lab.order", "actions": list(actions), **options}, trigger_id=1, flow_id=1)


def update(before: dict[str, Any], after: dict[str, Any], *, written: set[str] | None = None) -> Change:
    return Change(
        action="updated", before=before, after=after, written=None if written is None else frozenset(written)
    )


def test_other_actions_never_fire() -> None:
    change = Change(action="deleted", before={"quantity": 1}, after=None)
    assert watch("updated", "created").decide(change) is False
    assert watch("deleted").decide(change) is True


def test_only_the_named_fields_count() -> None:
    named = watch("updated", only_fields=["quantity", "customer_id"])
    same = {"quantity": 1, "customer": 2}
    assert named.decide(update({**same, "notes": "a"}, {**same, "notes": "b"})) is False
    assert named.decide(update(same, {**same, "quantity": 2})) is True
    assert named.decide(update({}, {}, written={"notes"})) is False
    assert named.decide(update({}, {"quantity": 2})) is None


TWO = [{"field": "status", "to": "paid"}, {"field": "quantity", "op": "gt", "value": 5}]
OPEN, PAID = {"status": "open", "quantity": 1}, {"status": "paid", "quantity": 1}


@pytest.mark.parametrize(
    ("before", "after", "all_met", "any_met"),
    [
        (OPEN, PAID, False, True),
        (OPEN, {"status": "paid", "quantity": 9}, True, True),
        (OPEN, {"status": "open", "quantity": 9}, False, True),
        (OPEN, {"status": "sent", "quantity": 2}, False, False),
        (PAID, {"status": "paid", "quantity": 2}, False, False),
    ],
)
def test_all_or_any(before: Any, after: Any, all_met: bool, any_met: bool) -> None:
    common = {"conditions": TWO, "only_fields": ["status", "quantity"]}
    assert watch("updated", **common).decide(update(before, after)) is all_met
    assert watch("updated", **common, match="any").decide(update(before, after)) is any_met


def test_any_of_no_conditions_fires() -> None:
    assert watch("created", match="any").decide(Change(action="created", before=None, after={})) is True


def test_senders() -> None:
    assert saving_senders(Order) == [Order, PaidOrder, GiftOrder]
    assert deleting_senders(Order) == [Order, PaidOrder]
    assert saving_senders(PaidOrder) == deleting_senders(PaidOrder) == [PaidOrder]
    assert saving_senders(GiftOrder) == [GiftOrder]


names = st.sampled_from(["quantity", "status", "notes"])
values = st.sampled_from([0, 1, "a", "paid", None])
option_conditions = st.one_of(
    st.fixed_dictionaries(
        {"field": st.just("quantity"), "op": st.sampled_from(["eq", "gt", "neq"]), "value": st.integers(0, 1)}
    ),
    st.fixed_dictionaries(
        {"field": st.just("quantity"), "op": st.just("lt"), "value": st.integers(0, 2), "on": st.just("old")}
    ),
    st.fixed_dictionaries({"field": st.just("status"), "to": st.sampled_from(["open", "paid"])}),
    st.fixed_dictionaries({"field": st.just("status"), "from": st.sampled_from(["open", "paid"])}),
    st.fixed_dictionaries({"field": st.just("notes"), "op": st.sampled_from(["changed", "is_null"])}),
)
rows = st.fixed_dictionaries(
    {
        "quantity": st.integers(0, 2),
        "status": st.sampled_from(["open", "paid"]),
        "notes": st.none() | st.just("a"),
    }
)


@given(
    conditions=st.lists(option_conditions, max_size=3),
    match=st.sampled_from(["all", "any"]),
    only=st.lists(names, unique=True, min_size=1),
    before=rows,
    after=rows,
    written=st.none() | st.frozensets(names),
    unknown=st.frozensets(names),
)
def test_what_is_ruled_out_before_the_write_would_not_have_fired(
    *, conditions: Any, match: str, only: Any, before: Any, after: Any, written: Any, unknown: Any
) -> None:
    """The first stage knows no old value and only some new ones; the second knows all."""
    found = watch("updated", conditions=conditions, match=match, only_fields=only)
    if written is not None:
        after = {name: value if name in written else before[name] for name, value in after.items()}
    known = {
        name: value
        for name, value in after.items()
        if name not in unknown and (written is None or name in written)
    }
    early: Verdict = found.decide(Change(action="updated", before={}, after=known, written=written))
    final = found.decide(Change(action="updated", before=before, after=after, written=written))
    assert final is not None
    assert early in (None, final)
