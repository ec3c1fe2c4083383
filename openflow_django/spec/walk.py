"""Going through all steps of a flow, in document order, outer steps before the steps inside them."""

from collections.abc import Iterator
from dataclasses import dataclass

from openflow_django.spec.document import Flow
from openflow_django.spec.modules import (
    AiAgent,
    BranchAll,
    BranchOne,
    ForLoop,
    Module,
    WhileLoop,
)

__all__ = ["StepList", "Visit", "step_lists", "walk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepList:
    """A list of steps inside a step. ``path`` is the JSON pointer of the list within that step.

    ``indices`` are the steps' places in the list of the document, which may hold tools that are no steps.
    """

    path: str
    modules: tuple[Module, ...]
    indices: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One step and where it is.

    ``pointer`` and ``list_path`` are JSON pointers of the step and of the list that holds it (of the step
    itself for the failure and preprocessor modules). ``parents`` are the steps around it, outermost first;
    ``depth`` is their number.
    """

    module: Module
    pointer: str
    list_path: str
    depth: int
    parents: tuple[Module, ...]


def walk(flow: Flow) -> Iterator[Visit]:
    """Every step of ``flow``: the preprocessor, the steps with everything inside them, the failure module."""
    value = flow.value
    if value.preprocessor_module is not None:
        yield from special(value.preprocessor_module, "/value/preprocessor_module")
    yield from steps(in_order("/value/modules", value.modules), prefix="", parents=())
    if value.failure_module is not None:
        yield from special(value.failure_module, "/value/failure_module")


def step_lists(module: Module) -> Iterator[StepList]:
    """The lists of steps directly inside ``module``: body, branches, default, tools, error branch."""
    match module.value:
        case ForLoop(modules=modules) | WhileLoop(modules=modules):
            yield in_order("/value/modules", modules)
        case BranchOne(branches=branches, default=default):
            for index, branch in enumerate(branches):
                yield in_order(f"/value/branches/{index}/modules", branch.modules)
            yield in_order("/value/default", default)
        case BranchAll(branches=branches):
            for index, branch in enumerate(branches):
                yield in_order(f"/value/branches/{index}/modules", branch.modules)
        case AiAgent(tools=tools):
            numbered = [(index, tool) for index, tool in enumerate(tools) if isinstance(tool, Module)]
            yield StepList(
                path="/value/tools",
                modules=tuple(tool for _, tool in numbered),
                indices=tuple(index for index, _ in numbered),
            )
        case _:
            pass
    if module.error_branch is not None:
        yield in_order("/error_branch/modules", module.error_branch.modules)


def in_order(path: str, modules: tuple[Module, ...]) -> StepList:
    return StepList(path=path, modules=modules, indices=tuple(range(len(modules))))


def special(module: Module, pointer: str) -> Iterator[Visit]:
    yield Visit(module=module, pointer=pointer, list_path=pointer, depth=0, parents=())
    yield from inside(module, pointer=pointer, parents=())


def steps(listed: StepList, *, prefix: str, parents: tuple[Module, ...]) -> Iterator[Visit]:
    list_path = f"{prefix}{listed.path}"
    for index, module in zip(listed.indices, listed.modules, strict=True):
        pointer = f"{list_path}/{index}"
        yield Visit(module=module, pointer=pointer, list_path=list_path, depth=len(parents), parents=parents)
        yield from inside(module, pointer=pointer, parents=parents)


def inside(module: Module, *, pointer: str, parents: tuple[Module, ...]) -> Iterator[Visit]:
    for listed in step_lists(module):
        yield from steps(listed, prefix=pointer, parents=(*parents, module))
