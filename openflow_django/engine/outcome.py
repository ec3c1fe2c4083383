"""What a step, a list of steps or a whole flow came to."""

from dataclasses import dataclass, replace
from typing import Final

from openflow_django.engine.errors import error_of
from openflow_django.spec.json import Json, JsonObject
from openflow_django.values import value_class

__all__ = ["UNSET", "Outcome", "Stop", "Unset", "failed"]


class Unset:
    """The type of :data:`UNSET`: no value at all, which None (JSON null) cannot say."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset()


@dataclass(frozen=True, slots=True)
class Stop:
    """An early stop on its way to the flow it ends. ``skipped`` labels that flow's run as skipped."""

    skipped: bool = False


@value_class()
class Outcome:
    """The end of a step or of a list of steps. ``stop`` of a failure: the stop condition made it one.

    ``value`` is what OpenFlow calls the result: of a failure, an object ``{"error": {...}}``, the list of a
    loop, or what
    the failure module made of it. ``rejection`` is the bare error value that Directus' flow object shows for
    a failed step.
    ``args`` are the arguments a leaf step ran with: its retries use them again.
    """

    value: Json
    ok: bool = True
    stop: Stop | None = None
    handled: bool = False
    recovered: bool = False
    unrecoverable: bool = False
    skipped: bool = False
    mocked: bool = False
    rejection: Json | Unset = UNSET
    args: JsonObject | None = None

    def outside(self) -> "Outcome":
        """The outcome of a level as the step around it has it: one that failed is an ordinary failure there.

        A recovery is none for the levels above (section 6), and what no retry of a step inside could mend,
        one
        of the whole level may.
        """
        return replace(self, recovered=False, unrecoverable=False)

    def settled(self) -> "Outcome":
        """The outcome where a recovery by the failure module counts: at the root, in parallel branches, in
        called flows."""
        return replace(self, ok=True) if self.recovered else self

    @property
    def error(self) -> Json:
        """The error object of a failure whose value holds one, or several in a list; else the value
        itself."""
        match self.value:
            case {"error": error}:
                return error
            case [*entries] if any(isinstance(entry, dict) and "error" in entry for entry in entries):
                return error_of(entries)
            case value:
                return value

    @property
    def message(self) -> str:
        """The error's text."""
        match self.error:
            case {"message": str(message)}:
                return message
            case error:
                return str(error)


def failed(name: str, message: str, *, step_id: str | None = None, unrecoverable: bool = False) -> Outcome:
    """A failure with the error object ``{name, message, step_id?}``."""
    error: dict[str, Json] = {"name": name, "message": message}
    if step_id is not None:
        error["step_id"] = step_id
    return Outcome({"error": error}, ok=False, unrecoverable=unrecoverable, rejection=error)
