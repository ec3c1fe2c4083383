"""What is kept between the two signals of one write."""

import gc

from openflow_django.triggers.pending import MAX_NESTED, Pending


class Thing:
    """Equal to every other thing and without a hash, like a model without a key."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        raise TypeError


def test_last_in_first_out_for_each_object() -> None:
    pending: Pending[int] = Pending()
    one, other = Thing(), Thing()
    pending.push(one, 1)
    pending.push(other, 2)
    pending.push(one, 3)
    assert [pending.pop(one), pending.pop(other), pending.pop(one), pending.pop(one)] == [3, 2, 1, None]
    assert len(pending) == 0


def test_dead_objects_leave_nothing_behind() -> None:
    pending: Pending[int] = Pending()
    for number in range(100):
        pending.push(Thing(), number)
    gc.collect()
    assert len(pending) == 0


def test_writes_that_fail_again_and_again_are_bounded() -> None:
    pending: Pending[int] = Pending()
    thing = Thing()
    for number in range(1000):
        pending.push(thing, number)
    kept = [pending.pop(thing) for _ in range(MAX_NESTED + 1)]
    assert kept[0] == 999
    assert kept[-1] is None
