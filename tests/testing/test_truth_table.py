"""Settings that meet each other, over their whole product, against a small oracle written from the semantics
alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest

from openflow_django.testing import FlowRun, run_flow
from tests.testing.build import (
    Part,
    branch,
    branch_all,
    branch_one,
    constant,
    fail,
    flow,
    give,
    loop,
    script,
    stop,
)

BAD, HALT, HANDLED, RECOVERED = "bad", "halt", "handled", "recovered"
HANDLERS: dict[str, Part | None] = {
    "none": None,
    "handles": give("failure", "'handled'"),
    "recovers": script("failure", "return {recover: true};"),
}


@dataclass
class Level:
    """What a list of steps came to, in the words of the semantics. ``entry``: its result, errors by their
    message."""

    entry: Any
    ok: bool = True
    stopped: bool = False
    handled: bool = False
    recovered: bool = False
    counts: dict[str, int] = field(default_factory=dict)


def handle(level: Level, handler: str, counts: dict[str, int]) -> Level:
    """Section 6: the handler runs at the level where the failure happened, and only once on its way up."""
    if level.ok or level.handled or handler == "none":
        return level
    counts["failure"] = counts.get("failure", 0) + 1
    recovers = handler == "recovers"
    return Level(RECOVERED if recovers else HANDLED, ok=False, handled=True, recovered=recovers)


def plain(value: Any) -> Any:
    """A result with every error as its message and the answer of a recovery as one word."""
    match value:
        case {"error": {"message": message}}:
            return message
        case {"recover": True}:
            return RECOVERED
        case list():
            return [plain(entry) for entry in value]
        case _:
            return value


def told(run: FlowRun, *step_ids: str) -> dict[str, Any]:
    counts = {step_id: len(run.steps.get(step_id, [])) for step_id in step_ids}
    return {"status": run.status, "result": plain(run.result), **counts}


def root(level: Level, handler: str, counts: dict[str, int], *step_ids: str) -> dict[str, Any]:
    """How the whole flow ends."""
    level = handle(level, handler, counts)
    status = "success" if level.ok or level.recovered else "failure"
    return {
        "status": status,
        "result": level.entry,
        **{step_id: counts.get(step_id, 0) for step_id in step_ids},
    }


def settings_of(handler: str) -> dict[str, Any]:
    module = HANDLERS[handler]
    return {} if module is None else {"failure_module": module}


# -------------------------------------------------------------------------------------------- the for-loop


@dataclass(frozen=True, kw_only=True)
class LoopCase:
    """A loop over 1, 2, 3: ``x`` gives ten times the value, ``y`` one more; then ``z`` repeats the list."""

    failing: frozenset[int]
    stopping: str
    parallel: bool
    skip_failures: bool
    retries: int
    all_iters: bool
    tolerant: bool
    handler: str

    def document(self) -> Part:
        value = "flow_input.iter.value"
        body = f"if ({sorted(self.failing)}.includes(v)) throw new Error('bad'); return v * 10;"
        inner: Part = {}
        outer: Part = {"retry": constant(self.retries), "continue_on_error": self.tolerant}
        if self.stopping == "body":
            inner["stop_after_if"] = stop("result === 20")
        if self.stopping == "body with error":
            inner["stop_after_if"] = stop("result === 20", error_message=HALT)
        if self.stopping == "loop":
            outer["stop_after_if"] = stop("result === 21", error_message="never raised")
        if self.all_iters:
            outer["stop_after_all_iters_if"] = stop("true")
        modules = (script("x", body, {"v": value}, **inner), give("y", "results.x + 1"))
        keys: Part = {"parallel": self.parallel, "skip_failures": self.skip_failures, **outer}
        steps = (loop("l", [1, 2, 3], *modules, **keys), give("z", "['z', previous_result]"))
        return flow(*steps, **settings_of(self.handler))

    def iteration(self, value: int, counts: dict[str, int]) -> Level:
        counts["x"] = counts.get("x", 0) + 1
        level = Level(value * 10 + 1)
        if value in self.failing:
            level = Level(BAD, ok=False)
        elif value == 2 and self.stopping == "body":
            level = Level(20, stopped=True)
        elif value == 2 and self.stopping == "body with error":
            level = Level(HALT, ok=False, stopped=True)
        return handle(level, self.handler, counts)

    def attempt(self, counts: dict[str, int]) -> Level:
        entries: list[Any] = []
        if self.parallel:
            ended = [self.iteration(value, counts) for value in (1, 2, 3)]
            failed = [level for level in ended if not level.ok and not level.recovered]
            ok = self.skip_failures or not failed
            entries = [level.entry for level in ended]
            return Level(entries, ok=ok, handled=any(level.handled for level in failed))
        for value in (1, 2, 3):
            level = self.iteration(value, counts)
            entries.append(level.entry)
            if not level.ok and not self.skip_failures:
                return Level(entries, ok=False, handled=level.handled)
            if level.stopped or (level.ok and self.stopping == "loop" and level.entry == 21):
                break
        return Level(entries)

    def expected(self) -> dict[str, Any]:
        counts: dict[str, int] = {}
        level = self.attempt(counts)
        for _ in range(self.retries):
            if not level.ok:
                level = self.attempt(counts)
        if level.ok and self.all_iters:
            return root(level, self.handler, counts, "x", "failure", "z")
        if level.ok or self.tolerant:
            counts["z"] = 1
            level = Level(["z", level.entry])
        return root(level, self.handler, counts, "x", "failure", "z")


def loop_cases(failing: frozenset[int], stopping: str) -> Iterator[LoopCase]:
    flags = (False, True)
    for parallel, skip, retries, all_iters, tolerant, handler in product(
        flags, flags, (0, 1), flags, flags, HANDLERS
    ):
        if all_iters and tolerant:
            continue
        yield LoopCase(
            failing=failing,
            stopping=stopping,
            parallel=parallel,
            skip_failures=skip,
            retries=retries,
            all_iters=all_iters,
            tolerant=tolerant,
            handler=handler,
        )


@pytest.mark.parametrize("failing", [frozenset[int](), frozenset({2}), frozenset({1, 3})])
@pytest.mark.parametrize("stopping", ["never", "body", "body with error", "loop"])
def test_loops(failing: frozenset[int], stopping: str) -> None:
    for case in loop_cases(failing, stopping):
        assert told(run_flow(case.document(), {}), "x", "failure", "z") == case.expected(), case


# ------------------------------------------------------------------------------------------- the branchall


@dataclass(frozen=True, kw_only=True)
class BranchCase:
    """Three branches whose step gives the number of the branch; then ``z`` repeats the list."""

    failing: tuple[bool, ...]
    skipping: tuple[bool, ...]
    parallel: bool
    tolerant: bool
    handler: str

    def document(self) -> Part:
        branches = [
            branch(fail(f"x{index}", when=str(failing).lower()), skip_failure=skipping)
            for index, (failing, skipping) in enumerate(zip(self.failing, self.skipping, strict=True))
        ]
        fork = branch_all("b", *branches, parallel=self.parallel, continue_on_error=self.tolerant)
        return flow(fork, give("z", "['z', previous_result]"), **settings_of(self.handler))

    def expected(self) -> dict[str, Any]:
        counts: dict[str, int] = {}
        levels: list[Level] = []
        failed: list[Level] = []
        for index, failing in enumerate(self.failing):
            counts[f"x{index}"] = 1
            level = handle(Level(BAD, ok=False) if failing else Level(f"x{index}"), self.handler, counts)
            levels.append(level)
            recovered = self.parallel and level.recovered
            if not level.ok and not self.skipping[index] and not recovered:
                failed.append(level)
                if not self.parallel:
                    break
        level = Level(
            [level.entry for level in levels], ok=not failed, handled=any(level.handled for level in failed)
        )
        if level.ok or self.tolerant:
            counts["z"] = 1
            level = Level(["z", level.entry])
        return root(level, self.handler, counts, *WATCHED)


WATCHED = ("x0", "x1", "x2", "failure", "z")
MASKS = tuple(product((False, True), repeat=3))


@pytest.mark.parametrize("failing", MASKS)
@pytest.mark.parametrize("parallel", [True, False])
def test_branches(failing: tuple[bool, ...], parallel: bool) -> None:
    for skipping, tolerant, handler in product(MASKS, (False, True), HANDLERS):
        if tolerant and any(skipping):
            continue
        case = BranchCase(
            failing=failing, skipping=skipping, parallel=parallel, tolerant=tolerant, handler=handler
        )
        assert told(run_flow(case.document(), {}), *WATCHED) == case.expected(), case


# ------------------------------------------------------------------------------------------- a single step


@dataclass(frozen=True, kw_only=True)
class StepCase:
    """A step ``a`` first, between two others, or last; in the flow itself or in a chosen branch of it."""

    how: str
    tolerant: bool
    retries: int
    handler: str
    error_branch: str
    position: str
    in_branch: bool

    def document(self) -> Part:
        keys: Part = {"continue_on_error": self.tolerant, "retry": constant(self.retries)}
        if self.error_branch != "none":
            keys["error_branch"] = {"modules": [give("e", "'e'")], "then": self.error_branch}
        module = {
            "succeeds": give("a", "'a'", **keys),
            "throws": fail("a", **keys),
            "input fails": {**give("a", "null.x", **keys)},
            "stops with error": give("a", "'a'", stop_after_if=stop("true", error_message=HALT), **keys),
        }[self.how]
        before = [] if self.position == "first" else [give("p", "'p'")]
        after = [] if self.position == "last" else [give("z", "'z ' + (error.message ?? previous_result)")]
        if self.how != "throws" or self.error_branch != "none" or not after:
            after = [] if self.position == "last" else [give("z", "'z'")]
        steps = [*before, module, *after]
        modules = (
            [branch_one("b", default=steps), give("last", "['last', previous_result]")]
            if self.in_branch
            else steps
        )
        return flow(*modules, **settings_of(self.handler))

    def level(self, counts: dict[str, int]) -> Level:
        fails = self.how in ("throws", "input fails")
        counts["a"] = 1 + (self.retries if fails else 0)
        if self.how == "stops with error":
            return Level(HALT, ok=False, stopped=True)
        if fails:
            if self.error_branch != "none":
                counts["e"] = 1
                if self.error_branch == "stop":
                    return Level("e", stopped=True)
            elif not self.tolerant:
                return Level(BAD, ok=False)
        if self.position != "last":
            counts["z"] = 1
            return Level("z bad" if fails and self.how == "throws" and self.error_branch == "none" else "z")
        if not fails:
            return Level("a")
        return Level(BAD if self.error_branch == "none" else "e")

    def expected(self) -> dict[str, Any]:
        counts: dict[str, int] = {}
        level = self.level(counts)
        if self.in_branch:
            level = handle(level, self.handler, counts)
            level.recovered = False
            if level.ok and not level.stopped:
                counts["last"] = 1
                level = Level(["last", level.entry])
        return root(level, self.handler, counts, *STEPS)


STEPS = ("a", "e", "z", "failure", "last")


@pytest.mark.parametrize("how", ["succeeds", "throws", "input fails", "stops with error"])
@pytest.mark.parametrize("position", ["first", "middle", "last"])
@pytest.mark.parametrize("in_branch", [False, True])
def test_steps(how: str, position: str, in_branch: bool) -> None:
    for tolerant, retries, handler, error_branch in product(
        (False, True), (0, 2), HANDLERS, ("none", "stop", "continue")
    ):
        case = StepCase(
            how=how,
            tolerant=tolerant,
            retries=retries,
            handler=handler,
            error_branch=error_branch,
            position=position,
            in_branch=in_branch,
        )
        got, expected = told(run_flow(case.document(), {}), *STEPS), case.expected()
        if how == "input fails" and expected["result"] in (BAD, ["last", BAD]):
            assert "TypeError" in str(got["result"]), case
            got["result"] = expected["result"]
        assert got == expected, case
