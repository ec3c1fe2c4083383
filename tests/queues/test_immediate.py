"""The immediate queue: a wake-up is the work, and no run runs inside another."""

import pytest

from openflow_django.queues import immediate


@pytest.fixture
def seen(monkeypatch):
    order: list[str] = []
    queue = immediate.Immediate()

    def advance(run_id: int) -> None:
        order.append(f"begin {run_id}")
        if run_id == 1:
            queue.enqueue(2)
        if run_id == 13:
            raise RuntimeError("unlucky")
        order.append(f"end {run_id}")

    monkeypatch.setattr(immediate, "import_string", lambda path: advance)
    return queue, order


def test_the_work_is_done_at_once(seen):
    queue, order = seen
    queue.enqueue(5)
    assert order == ["begin 5", "end 5"]


def test_a_wake_up_during_work_waits_for_its_end(seen):
    queue, order = seen
    queue.enqueue(1)
    assert order == ["begin 1", "end 1", "begin 2", "end 2"]


def test_an_error_leaves_nothing_behind(seen):
    queue, order = seen
    with pytest.raises(RuntimeError):
        queue.enqueue(13)
    queue.enqueue(5)
    assert order[-1] == "end 5"
