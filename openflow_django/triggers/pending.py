"""What is kept of an object between the signal before a write and the signal after it."""

import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Pending"]

T = TypeVar("T")

MAX_NESTED = 16
"""A write that fails leaves its entry behind until the object dies; the oldest entries give way to new
ones.
"""


class Pending(Generic[T]):
    """One stack of items for each object, told apart by identity.

    Identity, because a new object has no key yet and an equal one may be written at the same time; a stack,
    because a receiver may save the very object that is being saved. An object that dies takes its items
    along. Writes of different objects, threads and tasks never meet here.
    """

    def __init__(self) -> None:
        self._stacks: dict[int, tuple[weakref.ref[object], list[T]]] = {}

    def push(self, owner: object, item: T) -> None:
        stack = self._stack(owner)
        if stack is None:
            self._stacks[id(owner)] = (weakref.ref(owner, self._forget(id(owner))), [item])
            return
        stack.append(item)
        del stack[:-MAX_NESTED]

    def pop(self, owner: object) -> T | None:
        """The item pushed last for this object; None when there is none."""
        stack = self._stack(owner)
        if stack is None:
            return None
        item = stack.pop()
        if not stack:
            del self._stacks[id(owner)]
        return item

    def __len__(self) -> int:
        return len(self._stacks)

    def _stack(self, owner: object) -> list[T] | None:
        found = self._stacks.get(id(owner))
        return found[1] if found and found[0]() is owner else None

    def _forget(self, identity: int) -> Callable[[object], None]:
        stacks = self._stacks
        return lambda _reference: stacks.pop(identity, None) and None
