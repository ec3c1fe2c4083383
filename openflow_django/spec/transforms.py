"""Input transforms: how one input of a step gets its value."""

from dataclasses import KW_ONLY, dataclass, field
from typing import ClassVar, TypeAlias

from openflow_django.spec.json import Json

__all__ = ["Ai", "InputTransform", "JavaScript", "Static", "Template"]


@dataclass(frozen=True, slots=True)
class Static:
    """A fixed JSON value; a missing value is null. Also what a bare number means where one is allowed."""

    type: ClassVar[str] = "static"

    value: Json = None
    _: KW_ONLY
    source: Json = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class JavaScript:
    """A JavaScript expression or statement list."""

    type: ClassVar[str] = "javascript"

    expr: str
    _: KW_ONLY
    source: Json = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Template:
    """Any JSON value whose strings may hold ``{{ path }}`` tags. Ours, not part of plain OpenFlow."""

    type: ClassVar[str] = "template"

    value: Json = None
    _: KW_ONLY
    source: Json = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Ai:
    """Filled by the model that calls an agent's tool; contributes nothing anywhere else."""

    type: ClassVar[str] = "ai"

    _: KW_ONLY
    source: Json = field(default=None, compare=False, repr=False)


InputTransform: TypeAlias = Static | JavaScript | Template | Ai
