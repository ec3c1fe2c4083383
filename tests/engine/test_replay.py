"""The law of the engine: interrupted anywhere and resumed from its history, a run ends as if nothing had
happened."""

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings

from tests.engine.documents import Interrupted, World, documents, run_to_end

SLOW = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SLOW
@given(documents())
def test_two_runs_of_one_document_have_the_same_history(document: Any) -> None:
    first, second = World(), World()
    assert run_to_end(document, first) == run_to_end(document, second)
    assert list(first.records) == list(second.records)
    assert first.effects == second.effects


@SLOW
@given(documents())
def test_replaying_a_finished_run_does_nothing_again(document: Any) -> None:
    world = World()
    outcome = run_to_end(document, world)
    again = World(records=dict(world.records), budget=0, time=world.time)
    assert run_to_end(document, again) == outcome
    assert again.effects == []


@SLOW
@given(documents())
def test_an_interruption_at_any_command_changes_nothing(document: Any) -> None:
    whole = World()
    outcome = run_to_end(document, whole)
    for cut in range(len(whole.records)):
        world = World(budget=cut)
        with suppress(Interrupted):
            run_to_end(document, world)
        before = list(world.effects)
        world.budget = 10**9
        world.effects = []
        assert run_to_end(document, world) == outcome
        assert list(world.records) == list(whole.records)
        repeated = [effect for effect in world.effects if effect in before]
        assert len(repeated) <= 1, "only the step in flight may run again"
