"""Going through the steps of JSON that may not be a valid flow."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from openflow_django.spec.json import Json, JsonObject

__all__ = ["MAX_DEPTH", "STEP_LISTS", "WITH_BRANCHES", "RawStep", "raw_steps"]

#: Steps nested deeper than this are no flow; they are passed over.
MAX_DEPTH = 51

LOOPS = frozenset({"forloopflow", "whileloopflow"})

#: The lists of steps in what a step does, by its type; branches hold one more each.
STEP_LISTS = {
    "forloopflow": ("modules",),
    "whileloopflow": ("modules",),
    "branchone": ("default",),
    "branchall": (),
    "aiagent": ("tools",),
}
WITH_BRANCHES = frozenset({"branchone", "branchall"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RawStep:
    """An object in the place of a step.

    ``special`` is the id of a failure or preprocessor module, "" for all others. ``loops`` are the pointers
    of the loops around the step, the outermost first.
    """

    step: JsonObject
    pointer: str
    special: str = ""
    is_tool: bool = False
    loops: tuple[str, ...] = ()
    depth: int = 1

    @property
    def value(self) -> JsonObject:
        """What the step does, empty when it is no object."""
        value = self.step.get("value")
        return value if isinstance(value, dict) else {}

    @property
    def kind(self) -> str:
        """The type of what the step does, "" when it has none."""
        kind = self.value.get("type")
        return kind if isinstance(kind, str) else ""


def raw_steps(flow_value: JsonObject, *, pointer: str = "/value") -> Iterator[RawStep]:
    """Every step inside the value of a flow, in document order, outer steps first."""
    for key, step_id in (
        ("preprocessor_module", "preprocessor"),
        ("modules", ""),
        ("failure_module", "failure"),
    ):
        found = flow_value.get(key)
        where = f"{pointer}/{key}"
        if isinstance(found, list):
            yield from listed(found, RawStep(step={}, pointer=where, depth=0))
        elif isinstance(found, dict) and step_id:
            yield from with_inner(RawStep(step=found, pointer=where, special=step_id))


def with_inner(found: RawStep) -> Iterator[RawStep]:
    yield found
    if found.depth >= MAX_DEPTH:
        return
    body = replace(found, special="", is_tool=False)
    where = f"{found.pointer}/value"
    kind = found.kind
    if kind in LOOPS:
        body = replace(body, loops=(*found.loops, found.pointer))
    branches = found.value.get("branches") if kind in WITH_BRANCHES else None
    for index, branch in enumerate(branches if isinstance(branches, list) else ()):
        if isinstance(branch, dict):
            pointer = f"{where}/branches/{index}/modules"
            yield from listed(branch.get("modules"), replace(body, pointer=pointer))
    for key in STEP_LISTS.get(kind, ()):
        around = replace(body, pointer=f"{where}/{key}", is_tool=key == "tools")
        yield from listed(found.value.get(key), around)
    error_branch = found.step.get("error_branch")
    if isinstance(error_branch, dict):
        around = replace(found, pointer=f"{found.pointer}/error_branch/modules", special="", is_tool=False)
        yield from listed(error_branch.get("modules"), around)


def listed(steps: Json, around: RawStep) -> Iterator[RawStep]:
    """The steps of a list; ``around`` has the pointer of the list and what holds for all of them."""
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        if isinstance(step, dict):
            where = f"{around.pointer}/{index}"
            yield from with_inner(replace(around, step=step, pointer=where, depth=around.depth + 1))
