"""Where the result of a step does not tell whether the step failed."""

from collections.abc import Sequence

from openflow_django.interop.portable.failures import LEAVES, bodies, fails_with_list
from openflow_django.spec.json import Json
from openflow_django.spec.modules import BranchAll, BranchOne, ForLoop, Identity, Module, PathFlow, WhileLoop

__all__ = ["doubt", "may_be_handled", "passes_on"]

CALLED = "the flow it calls may handle its failures itself, and then its result is that of the handler"
HANDLED = "the failure module of the flow runs inside it, and then its result is that of the handler"
MOCKED = "its mocked result looks like a failure"
PASSED_ON = "it may pass on the failure of the step before it"
TOLERANT = "steps in it tolerate failures, so its result may look like one when it succeeded"


def doubt(
    module: Module, *, before: Sequence[Module], in_error_branch: bool, has_failure_module: bool
) -> str:
    """Why the result of the step may not tell whether it failed, "" where it does.

    ``before`` are the steps in front of it in its list, which may be that of an error branch. What a script
    makes of its own accord is never taken into account.
    """
    value = module.value
    if isinstance(value, LEAVES):
        is_mocked = module.mock is not None and module.mock.enabled
        return (
            MOCKED if is_mocked and _looks_failed(module.mock.return_value if module.mock else None) else ""
        )
    if isinstance(value, PathFlow):
        return CALLED
    if may_be_handled(module, has_failure_module=has_failure_module):
        return HANDLED
    inner = [] if isinstance(value, ForLoop | WhileLoop) and value.skip_failures else bodies(module)
    is_deep = any(map(fails_with_list, inner))
    if passes_on(module) and _ends_in_error(before, start=in_error_branch, is_deep=is_deep):
        return PASSED_ON
    return TOLERANT if any(_ends_in_error(body, is_deep=is_deep) for body in inner) else ""


def may_be_handled(module: Module, *, has_failure_module: bool) -> bool:
    """Whether the result of the step, when it failed, may be what a failure module inside it has made of
    that."""
    return has_failure_module and not isinstance(module.value, (*LEAVES, PathFlow))


def passes_on(module: Module) -> bool:
    """Whether the result of the step may be that of the step before it."""
    is_empty = isinstance(module.value, BranchOne) and not all(bodies(module))
    return is_empty or isinstance(module.value, Identity) or module.skip_if is not None


def _looks_failed(value: Json) -> bool:
    error = value.get("error") if isinstance(value, dict) else None
    return isinstance(error, dict) and "message" in error


def _ends_in_error(modules: Sequence[Module], *, is_deep: bool, start: bool = False) -> bool:
    """Whether a list of steps may succeed with a result that looks like a failure.

    ``start`` tells whether the result in front of the list may look like one, ``is_deep`` whether lists with
    failures in them do.
    """
    if not modules:
        return start
    looks = start
    for index, module in enumerate(modules):
        looks = _may_look_failed(module, before=looks, is_deep=is_deep)
        if looks and (index == len(modules) - 1 or _may_stop(module)):
            return True
    return False


def _may_look_failed(module: Module, *, before: bool, is_deep: bool) -> bool:
    """Whether the result of the step may look like a failure when the list goes on or ends behind it."""
    branch = module.error_branch
    if branch is not None and branch.modules:
        if _ends_in_error(branch.modules, start=True, is_deep=is_deep):
            return True
    elif module.continue_on_error:
        return True
    if before and passes_on(module):
        return True
    match module.value:
        case BranchOne():
            return any(_ends_in_error(body, is_deep=is_deep) for body in bodies(module))
        case ForLoop(skip_failures=skips) | WhileLoop(skip_failures=skips):
            return is_deep and (skips or any(_ends_in_error(body, is_deep=True) for body in bodies(module)))
        case BranchAll(branches=branches):
            return is_deep and any(
                branch.skip_failure or _ends_in_error(branch.modules, is_deep=True) for branch in branches
            )
        case _:
            return False


def _may_stop(module: Module) -> bool:
    """Whether the list may end behind the step although others follow."""
    branch = module.error_branch
    if module.stop_after_if is not None or module.stop_after_all_iters_if is not None:
        return True
    if branch is not None and (branch.then == "stop" or any(map(_may_stop, branch.modules))):
        return True
    if isinstance(module.value, BranchOne):
        return any(_may_stop(inner) for body in bodies(module) for inner in body)
    return isinstance(module.value, BranchAll) and any(
        _may_stop(inner) for branch in module.value.branches for inner in branch.modules
    )
