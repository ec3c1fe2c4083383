"""Recorded steps arranged for reading."""

from datetime import UTC, datetime, timedelta
from typing import Any

from openflow_django.admin.run_steps import MAX_DEPTH, Attempt, StepLine, arrange

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def attempt(
    module_id: str, kind: str = "step", status: str = "success", number: int = 0, **more: Any
) -> Attempt:
    values = {"started_at": NOW, "duration_us": 1000, "planned_delay": None, **more}
    return Attempt(number=number, kind=kind, status=status, module_id=module_id, **values)


LOOP = {"id": "loop", "summary": "Each line", "value": {"type": "forloopflow", "modules": []}}
BRANCH = {
    "id": "choice",
    "value": {"type": "branchone", "branches": [{"summary": "Large order"}, {}], "default": []},
}
MODULES: dict[str, Any] = {
    "loop": LOOP,
    "choice": BRANCH,
    "b": {"id": "b", "summary": "Reserve", "value": {}},
}


def shown(lines: list[StepLine]) -> list[tuple[int, str]]:
    return [(line.depth, line.summary or line.step_id) for line in lines]


def test_a_container_comes_before_its_parts_although_it_ended_after_them() -> None:
    lines = arrange(
        [
            ("a", attempt("a")),
            ("loop", attempt("loop", "items")),
            ("loop/0/b", attempt("b")),
            ("loop/1/b", attempt("b")),
            ("loop", attempt("loop", "container")),
            ("c", attempt("c")),
        ],
        modules=MODULES,
    )
    assert shown(lines) == [
        (0, "a"),
        (0, "Each line"),
        (1, "Iteration 1"),
        (1, "Reserve"),
        (1, "Iteration 2"),
        (1, "Reserve"),
        (0, "c"),
    ]
    loop = lines[1]
    assert (loop.status, [decision.kind for decision in loop.decisions]) == ("success", ["items"])


def test_a_loop_that_is_still_going_is_shown_as_running() -> None:
    lines = arrange([("loop/0/b", attempt("b"))], modules=MODULES)
    assert [(line.step_id, line.status) for line in lines if not line.is_heading] == [
        ("loop", "running"),
        ("b", "success"),
    ]


def test_branches_are_called_by_their_names() -> None:
    lines = arrange(
        [(f"choice/{part}/x{part}", attempt(f"x{part}")) for part in ("0", "1", "default", "error")],
        modules=MODULES,
    )
    headings = [line.summary for line in lines if line.is_heading]
    assert headings == ["Large order", "Branch 2", "Default branch", "After the error"]


def test_attempts_of_a_step_are_one_line_and_the_last_one_counts() -> None:
    lines = arrange(
        [
            ("a", attempt("a", status="failure")),
            ("a", attempt("a", "backoff")),
            ("a", attempt("a", number=1)),
        ],
        modules={},
    )
    (line,) = lines
    assert (line.status, len(line.attempts), len(line.decisions)) == ("success", 2, 1)
    assert line.duration_us == 2000


def test_what_a_container_did_again_lies_below_its_second_attempt() -> None:
    lines = arrange(
        [
            ("loop/0/b", attempt("b")),
            ("loop#1/0/b", attempt("b")),
            ("loop", attempt("loop", "container", number=1)),
        ],
        modules=MODULES,
    )
    assert [line.summary for line in lines if line.is_heading] == ["Iteration 1", "Attempt 2", "Iteration 1"]
    assert sum(line.step_id == "loop" for line in lines) == 1


def test_a_container_takes_the_time_of_its_parts() -> None:
    later = attempt("b", started_at=NOW + timedelta(milliseconds=5))
    lines = arrange(
        [
            ("loop", attempt("loop", "items")),
            ("loop/0/b", attempt("b")),
            ("loop/1/b", later),
            ("loop", attempt("loop", "container", started_at=later.ended_at, duration_us=0)),
        ],
        modules=MODULES,
    )
    loop = lines[0]
    assert (loop.began, loop.ended, loop.duration_us) == (NOW, later.ended_at, 6000)


def test_a_skipped_step_is_skipped() -> None:
    (line,) = arrange([("a", attempt("a", "skip", "skipped"))], modules={})
    assert line.status == "skipped"


def test_depth_is_bounded() -> None:
    path = "/".join(f"l{level}/0" for level in range(30)) + "/x"
    lines = arrange([(path, attempt("x"))], modules={f"l{level}": LOOP for level in range(30)})
    assert max(line.depth for line in lines) == MAX_DEPTH


def test_modules_that_are_odd_break_nothing() -> None:
    odd: dict[str, Any] = {"a": {"id": "a", "value": [], "summary": None}, "b": {"value": {"branches": [1]}}}
    lines = arrange([("a", attempt("a")), ("b/0/c", attempt("c")), ("b/9/c", attempt("c"))], modules=odd)
    assert [line.summary for line in lines if line.is_heading] == ["Branch 1", "Branch 10"]
