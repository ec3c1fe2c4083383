"""What importing gives: flows, scripts, and what was left out, whatever format they came in."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from openflow_django.spec.issues import Issue, errors
from openflow_django.spec.json import Json, JsonObject

__all__ = ["FlowTrigger", "Imported", "ImportedFlow", "ImportedScript", "Skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTrigger:
    """What starts a flow. ``type`` is a key of the trigger registry, ``options`` belong to that type."""

    type: str
    name: str = ""
    options: JsonObject = field(default_factory=dict[str, Json])
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFlow:
    """One flow, its document in the spelling of today.

    ``path`` is one that flows may have, "" when the source names none. ``summary`` is what people call it.
    ``warnings`` tell what could not be kept; those that are errors make the flow unusable. Their pointers
    lead into ``document``. ``has_triggers`` tells whether the source says what starts the flow: then an empty
    ``triggers`` means that nothing does. ``source`` is the file it was read from.
    """

    path: str
    summary: str
    document: JsonObject
    warnings: Sequence[Issue] = ()
    triggers: Sequence[FlowTrigger] = ()
    has_triggers: bool = False
    description: str = ""
    icon: str = ""
    color: str = ""
    source: str = ""

    @property
    def errors(self) -> list[Issue]:
        """What keeps the flow from being imported."""
        return errors(self.warnings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedScript:
    """One script that flows call by its path. ``schema`` is the JSON Schema of its arguments."""

    path: str
    language: str
    content: str
    summary: str = ""
    description: str = ""
    schema: Json = None
    lock: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that was not taken, and why. ``is_error`` tells what is broken from what is merely no flow."""

    source: str
    reason: str
    is_error: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Everything that was found in a folder or an archive, in the order of its paths."""

    flows: Sequence[ImportedFlow] = ()
    scripts: Sequence[ImportedScript] = ()
    skipped: Sequence[Skipped] = ()
