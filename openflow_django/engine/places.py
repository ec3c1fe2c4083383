"""From the path of a step back to the step: where it stands in the document."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from openflow_django.spec.document import BranchAll, BranchOne, Flow, ForLoop, Module, PathFlow, WhileLoop

__all__ = ["Place", "part_modules", "places"]

ERROR: Final = "error"
"""The part of a path that stands for the error branch of a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A step, the level it is part of, and the path in front of that level's steps."""

    module: Module
    level: Sequence[Module]
    prefix: str

    @property
    def path(self) -> str:
        """The path under which the step's own records and waits stand, whatever attempt."""
        return f"{self.prefix}{self.module.id}"


def places(
    path: str,
    modules: Sequence[Module],
    *,
    prefix: str = "",
    called: Callable[[str], Flow | None] = lambda path: None,
) -> list[Place]:
    """The step at ``path`` and the steps around it, outermost first; empty where the path leads to no step.

    ``modules`` are the steps whose paths begin with ``prefix``. ``called`` takes the path of a step and gives
    the flow that it has called, None where that is not known.
    """
    found: list[Place] = []
    if not path.startswith(prefix):
        return []
    rest = path.removeprefix(prefix).split("/")
    level: Sequence[Module] | None = modules
    while level is not None:
        step = rest[0].partition("#")[0]
        module = next((module for module in level if module.id == step), None)
        if module is None:
            return []
        found.append(Place(module=module, level=level, prefix=prefix))
        if len(rest) == 1:
            return found
        prefix = f"{prefix}{rest[0]}/"
        if isinstance(module.value, PathFlow) and rest[1] != ERROR:
            flow = called(found[-1].path)
            level, rest = flow.value.modules if flow is not None else None, rest[1:]
            continue
        level, prefix, rest = part_modules(module, rest[1]), f"{prefix}{rest[1]}/", rest[2:]
        if not rest:
            return []
    return []


def part_modules(module: Module, part: str) -> Sequence[Module] | None:
    """The steps of one part of a container: of an iteration, a branch (its number, or ``default``), the error
    branch. None where it has no such part.
    """
    if part == ERROR and module.error_branch is not None:
        return module.error_branch.modules
    match module.value:
        case ForLoop(modules=modules) | WhileLoop(modules=modules):
            return modules if part.isdecimal() else None
        case BranchOne(default=default) if part == "default":
            return default
        case BranchOne(branches=branches) | BranchAll(branches=branches):
            return branches[int(part)].modules if part.isdecimal() and int(part) < len(branches) else None
        case _:
            return None
