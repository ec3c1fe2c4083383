"""Where the steps of a document stand: the lists around a step, what lies before it, its path in a run.

Works on raw JSON, because an editor asks about documents that are not finished. The rules of what can be seen
are those of the engine's scope.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.raw_steps import MAX_DEPTH

__all__ = [
    "ITERATION",
    "LOOPS",
    "Level",
    "Place",
    "document_value",
    "find",
    "inner_levels",
    "kind_of",
    "step_id",
    "steps_of",
    "top_levels",
]

LOOPS: Final = frozenset({"forloopflow", "whileloopflow"})
ITERATION: Final = "*"
"""Stands in a path for the number of an iteration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A list of steps. ``owner`` is the step it is inside of, None at the top; ``segment`` is the part of a
    path between the two: ``ITERATION`` in loops, the number of a branch, ``default``, ``error``, ``tools``.

    At the top, ``segment`` is the name of a place for one step (``failure``, ``preprocessor``), or empty.
    ``listed`` is the list as the document holds it.
    """

    steps: Sequence[JsonObject]
    listed: list[Json]
    owner: JsonObject | None = None
    segment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A step with the lists around it, the outermost first, and its index in each."""

    step: JsonObject
    levels: tuple[tuple[Level, int], ...]

    @property
    def top(self) -> str:
        """``failure`` or ``preprocessor`` for the steps of those places, else empty."""
        return self.levels[0][0].segment

    @property
    def failed(self) -> JsonObject | None:
        """The step whose failure led into the innermost error branch around the step."""
        return next((level.owner for level, _ in reversed(self.levels) if level.segment == "error"), None)

    @property
    def before(self) -> JsonObject | None:
        """The step just before it in its list."""
        level, index = self.levels[-1]
        return level.steps[index - 1] if index else None

    @property
    def loops(self) -> list[JsonObject]:
        """The loops around the step, the outermost first."""
        owners = (level.owner for level, _ in self.levels if level.segment == ITERATION)
        return [owner for owner in owners if owner is not None]

    def path(self, iterations: Sequence[int] = ()) -> str:
        """Its path in a run, with the numbers of the iterations around it; ``ITERATION`` where none is
        given.
        """
        return f"{self._prefixes(iterations)[-1]}{step_id(self.step)}"

    def visible(self, iterations: Sequence[int] = ()) -> list[tuple[JsonObject, str]]:
        """The steps whose results it can read, with their paths, in document order."""
        if self.top == "preprocessor":
            return []
        found: list[tuple[JsonObject, str]] = []
        prefixes = self._prefixes(iterations)
        for number, (level, index) in enumerate(self.levels):
            if level.segment == "error" and level.owner is not None:
                found.append((level.owner, f"{prefixes[number - 1]}{step_id(level.owner)}"))
            for step in level.steps[:index]:
                found.extend(_readable(step, prefixes[number]))
            if number + 1 < len(self.levels):
                found.extend(_branches_before(self.levels[number + 1][0], prefixes[number]))
        return found

    def around(self) -> Iterator["Place"]:
        """The places of the steps around it, the outermost first."""
        for number, (level, _) in enumerate(self.levels):
            if level.owner is not None:
                yield Place(step=level.owner, levels=self.levels[:number])

    def _prefixes(self, iterations: Sequence[int]) -> list[str]:
        """What stands before the ids of the steps of each level."""
        prefixes, numbers = [""], iter(iterations)
        for level, _ in self.levels[1:]:
            segment = str(next(numbers, ITERATION)) if level.segment == ITERATION else level.segment
            prefixes.append(f"{prefixes[-1]}{step_id(level.owner)}/{segment}/")
        return prefixes


def document_value(document: Json) -> JsonObject:
    """The value of a document, empty where it has none."""
    value = document.get("value") if isinstance(document, dict) else None
    return value if isinstance(value, dict) else {}


def step_id(step: JsonObject | None) -> str:
    """The id of a step, empty where it has none."""
    found = step.get("id") if step is not None else None
    return found if isinstance(found, str) else ""


def kind_of(step: JsonObject) -> str:
    """What a step is, empty where it does not say."""
    value = step.get("value")
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""


def find(document: Json, wanted: str) -> Place | None:
    """The place of the first step with this id."""
    for step, levels in _walk(top_levels(document_value(document)), ()):
        if step_id(step) == wanted:
            return Place(step=step, levels=_with_results(levels, document))
    return None


def top_levels(value: JsonObject) -> Iterator[Level]:
    """The lists of a flow that are inside of no step."""
    for key, segment in (
        ("preprocessor_module", "preprocessor"),
        ("modules", ""),
        ("failure_module", "failure"),
    ):
        found = value.get(key)
        level = _level(found if isinstance(found, list) else [found], segment=segment)
        if level.steps:
            yield level


def inner_levels(step: JsonObject) -> Iterator[Level]:
    """The lists directly inside a step."""
    value = step.get("value")
    kind = kind_of(step)
    if isinstance(value, dict):
        if kind in LOOPS:
            yield _level(value.get("modules"), owner=step, segment=ITERATION)
        branches = value.get("branches") if kind in ("branchone", "branchall") else None
        for number, branch in enumerate(branches if isinstance(branches, list) else ()):
            if isinstance(branch, dict):
                yield _level(branch.get("modules"), owner=step, segment=str(number))
        if kind == "branchone":
            yield _level(value.get("default"), owner=step, segment="default")
        if kind == "aiagent":
            yield _level(value.get("tools"), owner=step, segment="tools")
    error_branch = step.get("error_branch")
    if isinstance(error_branch, dict):
        yield _level(error_branch.get("modules"), owner=step, segment="error")


def steps_of(document: Json) -> dict[str, JsonObject]:
    """Every step of a document by its id; of two with one id the first."""
    found: dict[str, JsonObject] = {}
    for step, _ in _walk(top_levels(document_value(document)), ()):
        found.setdefault(step_id(step), step)
    return found


def _walk(
    levels: Iterator[Level], around: tuple[tuple[Level, int], ...]
) -> Iterator[tuple[JsonObject, tuple[tuple[Level, int], ...]]]:
    for level in levels:
        for index, step in enumerate(level.steps):
            here = (*around, (level, index))
            yield step, here
            if len(here) < MAX_DEPTH:
                yield from _walk(inner_levels(step), here)


def _with_results(levels: tuple[tuple[Level, int], ...], document: Json) -> tuple[tuple[Level, int], ...]:
    """The failure module comes after all steps of the flow."""
    if levels[0][0].segment != "failure":
        return levels
    modules = _level(document_value(document).get("modules"), segment="").steps
    level = Level(steps=[*modules, *levels[0][0].steps], listed=[], segment="failure")
    return ((level, len(modules)), *levels[1:])


def _branches_before(level: Level, prefix: str) -> Iterator[tuple[JsonObject, str]]:
    """The steps of earlier branches, where branches run one after the other."""
    owner = level.owner
    value = owner.get("value") if owner is not None else None
    if owner is None or kind_of(owner) != "branchall" or not isinstance(value, dict):
        return
    if value.get("parallel") is not False or not level.segment.isdecimal():
        return
    for branch in inner_levels(owner):
        if branch.segment.isdecimal() and int(branch.segment) < int(level.segment):
            for step in branch.steps:
                yield from _readable(step, f"{prefix}{step_id(owner)}/{branch.segment}/")


def _readable(step: JsonObject, prefix: str) -> Iterator[tuple[JsonObject, str]]:
    """A step that has ended, and what is inside it as far as later steps can read it: iterations that ran
    at once, and tools, keep their results to themselves.
    """
    yield step, f"{prefix}{step_id(step)}"
    value = step.get("value")
    apart = kind_of(step) in LOOPS and isinstance(value, dict) and value.get("parallel") is True
    for level in inner_levels(step):
        if level.segment == "tools" or (apart and level.segment == ITERATION):
            continue
        for inner in level.steps:
            yield from _readable(inner, f"{prefix}{step_id(step)}/{level.segment}/")


def _level(steps: Json, *, segment: str, owner: JsonObject | None = None) -> Level:
    listed = steps if isinstance(steps, list) else []
    objects = [step for step in listed if isinstance(step, dict)]
    return Level(steps=objects, listed=listed, owner=owner, segment=segment)
