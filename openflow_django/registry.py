"""One registry class for everything a site can add: operations, triggers, script runners, queues.

Registries are filled when Django starts, from a module named ``openflow`` in each installed app.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, Generic, TypeVar, overload

from openflow_django.exceptions import OpenFlowError

__all__ = ["AlreadyRegistered", "NotRegistered", "Registry"]

T = TypeVar("T")
Item = TypeVar("Item")


class AlreadyRegistered(OpenFlowError):
    """Two items were registered under one key."""

    code = "already_registered"


class NotRegistered(OpenFlowError):
    """No item is registered under the key asked for."""

    code = "not_registered"


class Registry(Generic[T]):
    """Items by key, in the order of registration.

    >>> colours: Registry[str] = Registry("colour")
    >>> _ = colours.register("red", "#f00")
    >>> colours.get("red")
    '#f00'
    """

    def __init__(self, name: str) -> None:
        """``name`` is what one item is called in messages, such as ``"operation"``."""
        self.name = name
        self._items: dict[str, T] = {}

    @overload
    def register(self, key: str, item: Item) -> Item: ...

    @overload
    def register(self, key: str) -> Callable[[Item], Item]: ...

    def register(self, key: str, item: object = None) -> object:
        """Register ``item`` and return it; without an item, return a decorator that does.

        Raises:
            AlreadyRegistered: when another item holds the key. The message names both.
        """
        if item is None:
            return lambda decorated: self._add(key, decorated)
        return self._add(key, item)

    def get(self, key: str) -> T:
        """The item under ``key``.

        Raises:
            NotRegistered: when there is none. The message names the nearest key.
        """
        if key in self._items:
            return self._items[key]
        near = get_close_matches(key, self._items, n=1)
        raise NotRegistered(
            f"There is no {self.name} named {key!r}.",
            hint=f"Did you mean {near[0]!r}?" if near else self._known(),
        )

    def keys(self) -> tuple[str, ...]:
        """Every registered key."""
        return tuple(self._items)

    def items(self) -> tuple[tuple[str, T], ...]:
        """Every key with its item."""
        return tuple(self._items.items())

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __len__(self) -> int:
        return len(self._items)

    @contextmanager
    def temporarily(self, key: str, item: T) -> Iterator[T]:
        """Hold ``item`` under ``key`` inside a ``with`` block, in place of whatever is there. For tests."""
        before = dict(self._items)
        self._items[key] = item
        try:
            yield item
        finally:
            self._items = before

    def _add(self, key: str, item: Any) -> Any:
        if not key or not isinstance(key, str):
            raise OpenFlowError(
                f"The key of a {self.name} is a non-empty string, not {key!r}.", code="registry_key"
            )
        if key in self._items and self._items[key] is not item:
            raise AlreadyRegistered(
                f"The {self.name} {key!r} is registered twice:"
                f" {_origin(self._items[key])} and {_origin(item)}.",
                hint="Rename one of them, or remove one from the installed apps.",
            )
        self._items[key] = item
        return item

    def _known(self) -> str:
        if not self._items:
            return f"No {self.name} is registered yet."
        return f"Registered: {', '.join(sorted(self._items))}."


def _origin(item: object) -> str:
    """Where an item was defined: the dotted name of itself, of its ``run``, or of its class."""
    for source in (item, getattr(item, "run", None), type(item)):
        module, name = getattr(source, "__module__", None), getattr(source, "__qualname__", None)
        if module and name:
            return f"{module}.{name}"
    return repr(item)
