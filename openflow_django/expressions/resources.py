"""Resources whose values refer to variables and to other resources."""

from collections.abc import Callable
from typing import Final

from openflow_django.exceptions import OpenFlowError
from openflow_django.expressions.site_values import resolve_references
from openflow_django.spec.json import Json

__all__ = ["MAX_REFERENCES", "MAX_RESOURCE_DEPTH", "ResourceUnreadable", "read_resource"]

MAX_RESOURCE_DEPTH: Final = 8
"""How many resources may refer one to the next."""

MAX_REFERENCES: Final = 100
"""Most resources that reading one resource may lead to."""


class ResourceUnreadable(OpenFlowError):
    """A resource refers back to itself, or to too many others."""

    code = "resource_unreadable"


def read_resource(path: str, *, stored: Callable[[str], Json], variable: Callable[[str], Json]) -> Json:
    """The value of a resource, with every ``$var:`` and ``$res:`` text in it replaced, at any depth.

    ``stored`` gives the value of a resource as it is stored, ``variable`` that of a variable; both raise
    OpenFlowError for what there is not or may not be read. Raises ResourceUnreadable.
    """
    return _Reading(stored, variable).resource(path)


class _Reading:
    """Port :class:`~openflow_django.expressions.ports.Lookups` for the texts inside of resources."""

    __slots__ = ("_left", "_stored", "_trail", "_variable")

    def __init__(self, stored: Callable[[str], Json], variable: Callable[[str], Json]) -> None:
        self._stored = stored
        self._variable = variable
        self._trail: list[str] = []
        self._left = MAX_REFERENCES

    def variable(self, path: str) -> Json:
        return self._variable(path)

    def resource(self, path: str) -> Json:
        if path in self._trail:
            circle = " → ".join([*self._trail[self._trail.index(path) :], path])
            raise ResourceUnreadable(f"the resource {path!r} refers back to itself: {circle}")
        if len(self._trail) >= MAX_RESOURCE_DEPTH:
            raise ResourceUnreadable(f"more than {MAX_RESOURCE_DEPTH} resources refer one to the next")
        if self._left == 0:
            raise ResourceUnreadable(f"a resource leads to more than {MAX_REFERENCES} others")
        self._left -= 1
        self._trail.append(path)
        try:
            return resolve_references(self._stored(path), self)
        finally:
            self._trail.pop()
