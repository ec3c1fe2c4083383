"""Dataclasses for values that are made by the million."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

__all__ = ["value_class"]

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value_class(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """A dataclass with slots, frozen for the type checker only.

    ``frozen=True`` makes every field go through ``object.__setattr__``. Of a step without work that was more
    than a third. Whoever changes such a value is told by the type checker instead of an exception.
    """
    return dataclass(slots=True, kw_only=kw_only, unsafe_hash=True)
