"""What an expression can see."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from openflow_django.spec.json import Json
from openflow_django.values import value_class

__all__ = ["Names", "ResultsLookup"]


class ResultsLookup(Protocol):
    """The results of steps, found by id through the running flow and those around it."""

    def get(self, step_id: str) -> Json:
        """The step's result, or None where no such step has run."""
        ...

    def ids(self) -> Iterable[str]:
        """Every id that :meth:`get` can answer: for expressions that read ``results`` as a whole."""
        ...


@value_class()
class Names:
    """The scope of one evaluation.

    ``values`` maps a scope name (``flow_input``, ``previous_result``, ``$trigger``, ...) to its JSON value.
    It may compute its entries lazily: only names that an expression mentions are read, each at most once per
    evaluation. A name that is absent is not defined for the expression. ``results`` is None where step
    results are out of scope. ``steps`` is what templates see of the steps, where that is not ``results``:
    they show a failed step as its bare error.
    """

    values: Mapping[str, Json]
    results: ResultsLookup | None = None
    steps: ResultsLookup | None = None
