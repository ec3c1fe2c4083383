"""Failures as plain OpenFlow sees them: by the shape of a step's result.

A step that failed and was tolerated has the result ``{"error": {name, message, step_id}}`` and nothing beside
the error; a loop or the branches of a step have a list with such an entry, or with such a list.
"""

from collections.abc import Sequence
from typing import Final

from openflow_django.interop.portable.texts import js_text, result_of
from openflow_django.spec.modules import (
    AiAgent,
    BranchAll,
    BranchOne,
    ForLoop,
    Identity,
    Module,
    PathFlow,
    PathScript,
    RawScript,
    WhileLoop,
)

__all__ = ["LEAVES", "bare", "bodies", "error_of", "fails_with_list", "has_failed"]

LEAVES: Final = (RawScript, PathScript, Identity, AiAgent)
"""What a step does that holds no other steps: its own failure names it."""

#: Whether a value is a failure or a list with one in it. No semicolon: that would make statements of the
# text.
IN_DEPTH: Final = (
    "(function failed(value) { return Array.isArray(value) ? value.some(failed)"
    " : value?.error?.message !== undefined && Object.keys(value).length === 1 })"
)

#: What OpenFlow calls the error of a list: its one error, or all of them together.
ERROR_OF_LIST: Final = """((found) =>
  Array.isArray(found)
    ? ((errors) =>
        errors.length === 1
          ? errors[0]
          : errors.length === 0
            ? {name: "MultipleErrors", message: "Could not parse errors"}
            : {
                name: "MultipleErrors",
                message: errors.map((error) => `[${error.step_id ?? "?"}] ${error.message ?? ""}`).join("; "),
                errors
              })(found.filter((entry) => entry?.error).map((entry) => entry.error))
    : found.error)"""


def has_failed(module: Module) -> str:
    """A JavaScript condition behind the step that holds when it failed."""
    result = result_of(module.id)
    is_deep = any(map(fails_with_list, bodies(module)))
    match module.value:
        case ForLoop(skip_failures=True) | WhileLoop(skip_failures=True):
            return f"!Array.isArray({result}) && {_is_error(result)}"
        case ForLoop(parallel=True):
            return f"[{result}].flat().some({_test(is_deep=is_deep)})"
        case ForLoop() | WhileLoop():
            return f"[{result}].flat().slice(-1).some({_test(is_deep=is_deep)})"
        case BranchAll(branches=branches):
            kept = [index for index, branch in enumerate(branches) if not branch.skip_failure]
            return f"{kept}.map((index) => {result}?.[index]).some({_test(is_deep=is_deep)})"
        case BranchOne() | PathFlow():
            is_list = is_deep or isinstance(module.value, PathFlow)
            return f"{IN_DEPTH}({result})" if is_list else _is_error(result)
        case _:
            return _is_own_error(result, module.id)


def bare(value: str, module: Module, *, surely: bool) -> str:
    """JavaScript for the result ``value`` of a step that has failed, or may have, as our templates and
    ``$last``
    show it: a failure as its error alone.
    """
    if surely and isinstance(module.value, LEAVES):
        return f"{value}.error"
    if isinstance(module.value, LEAVES):
        return f"({_is_own_error(value, module.id)} ? {value}.error : {value})"
    return f"({_is_error(value)} ? {value}.error : {value})"


def error_of(module: Module) -> str:
    """JavaScript for what ``error`` is right behind the step that failed."""
    if isinstance(module.value, LEAVES):
        return f"{result_of(module.id)}.error"
    return f"{ERROR_OF_LIST}({result_of(module.id)})"


def bodies(module: Module) -> list[tuple[Module, ...]]:
    """The lists of steps inside a step that may make it fail."""
    match module.value:
        case ForLoop(modules=modules) | WhileLoop(modules=modules):
            return [modules]
        case BranchOne(branches=branches, default=default):
            return [*(branch.modules for branch in branches), default]
        case BranchAll(branches=branches):
            return [branch.modules for branch in branches if not branch.skip_failure]
        case _:
            return []


def fails_with_list(modules: Sequence[Module]) -> bool:
    """Whether a list of steps may fail with a list, because a loop or branches in it may."""
    return any(
        isinstance(module.value, ForLoop | WhileLoop | BranchAll | PathFlow)
        or any(map(fails_with_list, bodies(module)))
        or (module.error_branch is not None and fails_with_list(module.error_branch.modules))
        for module in modules
    )


def _test(*, is_deep: bool) -> str:
    return IN_DEPTH if is_deep else f"(entry) => {_is_error('entry')}"


def _is_error(value: str) -> str:
    return f"{value}?.error?.message !== undefined && Object.keys({value}).length === 1"


def _is_own_error(value: str, step_id: str) -> str:
    """The id tells the step's own failure from that of the step before, which a skipped step passes on."""
    return f"{_is_error(value)} && ({value}.error.step_id ?? {js_text(step_id)}) === {js_text(step_id)}"
