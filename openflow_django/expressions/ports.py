"""What this package asks of the outside: a JavaScript engine, and the site's variables and resources.

The sandbox implements :class:`JavaScriptEngine`; services implement :class:`Lookups`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from openflow_django.spec.json import Json
from openflow_django.values import value_class

__all__ = [
    "RESOURCES",
    "VARIABLES",
    "Evaluated",
    "Failure",
    "JavaScriptEngine",
    "JavaScriptJob",
    "Lookups",
    "Needs",
    "Value",
]

VARIABLES = "$variables"
"""Key of the scope that holds the values ``variable(path)`` may return."""

RESOURCES = "$resources"
"""Key of the scope that holds the values ``resource(path)`` may return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JavaScriptJob:
    """One function to run.

    ``body`` is a complete function body with its own ``return``; it has balanced brackets and ends in a
    newline, so ``function (NAMES) {`` + body + ``}`` is well-formed whatever the author wrote. ``names`` are
    the parameters: each is a key of the scope. ``is_async`` says that the body may use ``await``: it must run
    as an async function whose promise is settled before the answer is given.
    """

    body: str
    is_async: bool = False
    names: tuple[str, ...] = ()


@value_class()
class Value:
    """The expression ended with this JSON value (``undefined`` is None)."""

    json: Json


@dataclass(frozen=True, slots=True)
class Failure:
    """The expression threw, or broke a limit. ``name`` is the JavaScript error class.

    ``line`` and ``column`` count from 1, in the body of the job.
    """

    name: str
    message: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """The expression asked for variables or resources that the scope does not hold yet."""

    calls: tuple[tuple[Literal["variable", "resource"], str], ...]


Evaluated = Value | Failure | Needs


class JavaScriptEngine(Protocol):
    """Runs JavaScript apart from this process and without access to it."""

    def evaluate(self, jobs: Sequence[JavaScriptJob], *, scope: Mapping[str, Json]) -> list[Evaluated]:
        """One answer per job, in order; never raises for what a job does.

        The jobs share one fresh realm; each gets the values it names as its own copy, so that none sees what
        another did to them.

        ``scope["results"]``, where present, is an object of step id to result: the job sees null for any
        other id. ``scope["$variables"]`` and ``scope["$resources"]`` map paths to values: the global
        functions ``variable(path)`` and ``resource(path)`` return those synchronously, and answer the whole
        job with :class:`Needs` for a path that is not there. ``scope["flow_user_state"]``, where present, is
        an object: the job sees a function of one key that reads it, null for a key that is not there.
        """
        ...


class Lookups(Protocol):
    """The site's variables and resources, as far as the running flow may read them."""

    def variable(self, path: str) -> Json:
        """The variable's value; raises OpenFlowError when there is none or it may not be read."""
        ...

    def resource(self, path: str) -> Json:
        """The resource's value; raises OpenFlowError when there is none or it may not be read."""
        ...
