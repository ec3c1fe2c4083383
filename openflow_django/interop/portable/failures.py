"""Failures as plain OpenFlow sees them: by the shape of a step's result.

A step that failed and was tolerated has the result ``{"error": {name, message, step_id}}`` and nothing beside
the error; a loop or the branches of a step have a list with such entries.
"""

from collections.abc import Sequence

from openflow_django.interop.portable.texts import js_text, result_of
from openflow_django.spec.json import Json
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

__all__ = [
    "bare",
    "doubt",
    "ends_in_error",
    "error_of",
    "has_failed",
    "looks_failed",
    "may_be_handled",
    "passes_on",
]

LEAVES = (RawScript, PathScript, Identity, AiAgent)

#: What OpenFlow calls the error of a list: its one error, or all of them together. Without a semicolon, which
#: would make a list of statements of the expression it stands in.
ERROR_OF_LIST = """((found) =>
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
    match module.value:
        case ForLoop(skip_failures=True) | WhileLoop(skip_failures=True):
            return f"!Array.isArray({result}) && {_is_error(result)}"
        case ForLoop(parallel=True):
            return f"[{result}].flat().some((entry) => {_is_error('entry')})"
        case ForLoop() | WhileLoop():
            return f"[{result}].flat().slice(-1).some((entry) => {_is_error('entry')})"
        case BranchAll(branches=branches):
            kept = [index for index, branch in enumerate(branches) if not branch.skip_failure]
            return f"{kept}.some((index) => {_is_error(f'{result}?.[index]')})"
        case BranchOne() | PathFlow():
            return _is_error(result)
        case _:
            return _is_own_error(result, module.id)


def bare(value: str, module: Module, *, surely: bool) -> str:
    """JavaScript for the result ``value`` of a step that has failed, or may have, as our templates and
    ``$last`` show it: a failure as its error alone.
    """
    if surely and isinstance(module.value, LEAVES):
        return f"{value}.error"
    if isinstance(module.value, LEAVES):
        return f"({_is_own_error(value, module.id)} ? {value}.error : {value})"
    return f"({_is_error(value)} ? {value}.error : {value})"


def error_of(module: Module) -> str:
    """JavaScript for what ``error`` is right behind the step that failed."""
    if isinstance(module.value, ForLoop | WhileLoop | BranchAll):
        return f"{ERROR_OF_LIST}({result_of(module.id)})"
    return f"{result_of(module.id)}.error"


def doubt(
    module: Module, *, before: Sequence[Module], in_error_branch: bool, has_failure_module: bool
) -> str:
    """Why the result of the step may not tell whether it failed, "" where it does.

    ``before`` are the steps in front of it in its list, which may be that of an error branch.
    """
    value = module.value
    if isinstance(value, LEAVES):
        mocked = module.mock is not None and module.mock.enabled and looks_failed(module.mock.return_value)
        return "its mocked result looks like a failure" if mocked else ""
    if isinstance(value, PathFlow):
        return "the flow it calls may handle its failures itself, and then its result is that of the handler"
    if may_be_handled(module, has_failure_module=has_failure_module):
        return "the failure module of the flow runs inside it, and then its result is that of the handler"
    if passes_on(module) and ends_in_error(before, start=in_error_branch):
        return "it may pass on the failure of the step before it"
    if any(ends_in_error(modules) for modules in _bodies(module)):
        return "its last step tolerates failures, so its result may look like one when it succeeded"
    return ""


def ends_in_error(modules: Sequence[Module], *, start: bool = False) -> bool:
    """Whether a list of steps may succeed with a result that looks like a failure.

    ``start`` tells whether the result in front of the list may look like one.
    """
    if not modules:
        return start
    looks = start
    for index, module in enumerate(modules):
        looks = _may_look_failed(module, before=looks)
        if looks and (index == len(modules) - 1 or _may_stop(module)):
            return True
    return False


def _may_look_failed(module: Module, *, before: bool) -> bool:
    """Whether the result of the step may look like a failure when the list goes on or ends behind it."""
    branch = module.error_branch
    if branch is not None and branch.modules:
        if ends_in_error(branch.modules, start=True):
            return True
    elif module.continue_on_error:
        return True
    if before and passes_on(module):
        return True
    return isinstance(module.value, BranchOne) and any(map(ends_in_error, _bodies(module)))


def _may_stop(module: Module) -> bool:
    """Whether the list may end behind the step although others follow."""
    branch = module.error_branch
    if module.stop_after_if is not None or module.stop_after_all_iters_if is not None:
        return True
    if branch is not None and (branch.then == "stop" or any(map(_may_stop, branch.modules))):
        return True
    return isinstance(module.value, BranchOne | BranchAll) and any(
        _may_stop(inner) for body in _bodies(module) for inner in body
    )


def passes_on(module: Module) -> bool:
    """Whether the result of the step may be that of the step before it."""
    is_empty = isinstance(module.value, BranchOne) and not all(_bodies(module))
    return is_empty or isinstance(module.value, Identity) or module.skip_if is not None


def may_be_handled(module: Module, *, has_failure_module: bool) -> bool:
    """Whether the result of the step, when it failed, may be what a failure module inside it has made of
    that."""
    return has_failure_module and not isinstance(module.value, (*LEAVES, PathFlow))


def looks_failed(value: Json) -> bool:
    """Whether a result has the shape of a failure."""
    error = value.get("error") if isinstance(value, dict) else None
    return isinstance(error, dict) and "message" in error and isinstance(value, dict) and len(value) == 1


def _is_error(value: str) -> str:
    return f"{value}?.error?.message !== undefined && Object.keys({value}).length === 1"


def _is_own_error(value: str, step_id: str) -> str:
    """The id tells the step's own failure from that of the step before, which a skipped step passes on."""
    return f"{_is_error(value)} && ({value}.error.step_id ?? {js_text(step_id)}) === {js_text(step_id)}"


def _bodies(module: Module) -> list[tuple[Module, ...]]:
    match module.value:
        case ForLoop(modules=modules) | WhileLoop(modules=modules):
            return [modules]
        case BranchOne(branches=branches, default=default):
            return [*(branch.modules for branch in branches), default]
        case BranchAll(branches=branches):
            return [branch.modules for branch in branches if not branch.skip_failure]
        case _:
            return []
