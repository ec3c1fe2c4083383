"""Depth and ancestry of events that a run causes."""

import uuid
from dataclasses import dataclass, field

from openflow_django.causality import OUTSIDE, caused_by, current


@dataclass
class AnEvent:
    depth: int = 0
    ancestry: list[str] = field(default_factory=list)


@dataclass
class ARun:
    event: AnEvent | None = None
    root: "ARun | None" = None
    public_id: uuid.UUID = field(default_factory=uuid.uuid4)


def test_outside_of_a_run_nothing_led_here():
    assert current() is OUTSIDE
    assert current().depth == 0


def test_a_run_started_by_hand_is_the_first_cause():
    run = ARun()
    with caused_by(run):
        assert current().depth == 1
        assert current().ancestry == (str(run.public_id),)
    assert current() is OUTSIDE


def test_a_run_started_by_an_event_goes_deeper():
    run = ARun(event=AnEvent(depth=3, ancestry=["a", "b", "c"]))
    with caused_by(run):
        assert current().depth == 4
        assert current().ancestry == ("a", "b", "c", str(run.public_id))


def test_a_child_run_has_the_event_of_its_root():
    run = ARun(root=ARun(event=AnEvent(depth=2, ancestry=["a", "b"])))
    with caused_by(run):
        assert current().depth == 3


def test_the_inner_run_counts_and_the_outer_returns():
    outer, inner = ARun(), ARun(event=AnEvent(depth=7))
    with caused_by(outer):
        with caused_by(inner):
            assert current().depth == 8
        assert current().depth == 1


def test_the_event_is_looked_up_only_when_asked():
    class Lazy:
        public_id = uuid.uuid4()
        root = None

        @property
        def event(self):
            raise AssertionError("a query nobody asked for")

    with caused_by(Lazy()):
        pass
