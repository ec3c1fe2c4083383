"""What is known of a change, and the logic of not knowing."""

from itertools import product

import pytest

from openflow_django.triggers.changes import Change, Verdict, all_of, any_of
from openflow_django.triggers.values import ABSENT, UNKNOWN


def test_an_update_compares_both_sides() -> None:
    change = Change(action="updated", before={"a": 1, "b": 1, "c": 1}, after={"a": 1, "b": 2})
    assert change.changed("a") is False
    assert change.changed("b") is True
    assert change.changed("c") is None
    assert (change.old("b"), change.new("b"), change.last("b")) == (1, 2, 2)
    assert change.new("c") is UNKNOWN


def test_a_field_that_is_not_written_cannot_change() -> None:
    change = Change(action="updated", before={}, after={}, written=frozenset({"a"}))
    assert change.changed("a") is None
    assert change.changed("b") is False


def test_a_creation_changes_everything() -> None:
    change = Change(action="created", before=None, after={"a": 1})
    assert change.changed("a") is True
    assert change.old("a") is ABSENT
    assert change.last("a") == 1


def test_a_deletion_changes_everything_and_keeps_the_last_value() -> None:
    change = Change(action="deleted", before={"a": 1}, after=None)
    assert change.changed("a") is True
    assert change.new("a") is ABSENT
    assert change.last("a") == 1


VERDICTS: tuple[Verdict, ...] = (True, False, None)


@pytest.mark.parametrize(("one", "other"), list(product(VERDICTS, repeat=2)))
def test_truth_table(one: Verdict, other: Verdict) -> None:
    conjunction = False if False in (one, other) else None if None in (one, other) else True
    disjunction = True if True in (one, other) else None if None in (one, other) else False
    assert all_of([one, other]) is conjunction
    assert any_of([one, other]) is disjunction


def test_of_nothing() -> None:
    assert all_of([]) is True
    assert any_of([]) is False
