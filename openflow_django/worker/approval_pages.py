"""Where people answer a step that waits: found before it does, so that an earlier step can tell them."""

from collections.abc import Callable
from dataclasses import dataclass

from openflow_django.engine.commands import RunStep
from openflow_django.engine.places import Place, places
from openflow_django.exceptions import OpenFlowError

__all__ = ["ApprovalPages", "MakeAddress", "NoWait", "no_address", "wait_path"]

MakeAddress = Callable[[str, str], str]
"""The address of the page for the wait at a path, made for an approver. Raises OpenFlowError."""


class NoWait(OpenFlowError):
    """There is no such step that waits for people."""

    code = "no_wait"


def no_address(path: str, approver: str) -> str:
    """Where nobody can be told of a page: in a run that is no row."""
    raise NoWait("This run has no pages on which people could answer.")


@dataclass(frozen=True, slots=True)
class ApprovalPages:
    """What one step can ask about the steps that wait."""

    command: RunStep
    address: MakeAddress

    def of(self, step: str | None, approver: str) -> str:
        """The page on which ``approver`` answers the step with that id, or the next that waits.

        Raises NoWait, and what making an address raises.
        """
        return self.address(wait_path(self.command, step), approver)


def wait_path(command: RunStep, step: str | None) -> str:
    """The path of the wait of the step with that id; where it is None, of the first to wait from this step
    on.

    Looked for in the level of the step that asks, then in the levels around it, within its own flow. Raises
    NoWait.
    """
    flow = command.scope.flow
    around = places(command.path, flow.modules, prefix=flow.prefix)
    for place in reversed(around):
        found = _next_to_wait(place) if step is None else _named(place, step)
        if found is not None:
            return found.path
    if step is None:
        raise NoWait("No step from here on waits for approval.", hint="Give one the setting suspend.")
    raise NoWait(
        f"The step {step!r} does not wait for approval, or is not around this one.",
        hint="Name a step of the same level, or of one around it, that has the setting suspend.",
    )


def _next_to_wait(place: Place) -> Place | None:
    begin = place.level.index(place.module)
    return next((found for found in _neighbours(place, begin) if _waits(found)), None)


def _named(place: Place, step: str) -> Place | None:
    return next((found for found in _neighbours(place, 0) if found.module.id == step and _waits(found)), None)


def _neighbours(place: Place, begin: int) -> list[Place]:
    return [Place(module=module, level=place.level, prefix=place.prefix) for module in place.level[begin:]]


def _waits(place: Place) -> bool:
    suspend = place.module.suspend
    return suspend is not None and bool(suspend.required_events)
