"""Scopes for tests: names, results of steps and site values held in dictionaries."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from openflow_django.exceptions import OpenFlowError
from openflow_django.expressions import evaluate
from openflow_django.expressions.names import Names


class Results:
    """``read`` keeps the ids that were asked for."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values, self.read = dict(values), list[str]()

    def get(self, step_id: str) -> Any:
        self.read.append(step_id)
        return self.values.get(step_id)

    def ids(self) -> Iterable[str]:
        return self.values


class Watched(Mapping[str, Any]):
    """A mapping that keeps the names that were read."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values_, self.read = dict(values), list[str]()

    def __getitem__(self, key: str) -> Any:
        self.read.append(key)
        return self.values_[key]

    def __contains__(self, key: object) -> bool:
        return key in self.values_

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


class Site:
    """Variables and resources; ``calls`` keeps every look-up."""

    def __init__(
        self, variables: Mapping[str, Any] | None = None, resources: Mapping[str, Any] | None = None
    ) -> None:
        self.variables, self.resources = dict(variables or {}), dict(resources or {})
        self.calls: list[tuple[str, str]] = []

    def variable(self, path: str) -> Any:
        self.calls.append(("variable", path))
        return self._get(self.variables, path)

    def resource(self, path: str) -> Any:
        self.calls.append(("resource", path))
        return self._get(self.resources, path)

    def _get(self, values: Mapping[str, Any], path: str) -> Any:
        if path not in values:
            raise OpenFlowError(f"There is nothing at {path}.")
        return values[path]


def names(results: Mapping[str, Any] | None = None, **values: Any) -> Names:
    return Names(values, None if results is None else Results(results))


def evaluate_many(plans: Any, scope: Names, *, engine: Any, lookups: Any = None) -> dict[str, Any]:
    """The function under test, with answers whose members tests may name without asking for their kind."""
    return dict(evaluate.evaluate_many(plans, scope, engine=engine, lookups=lookups))
