"""Keys of operations as ids of steps, and which step a name in the data chain means where."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from openflow_django.interop.directus.graph import Graph, Operation
from openflow_django.interop.directus.report import Report
from openflow_django.spec.ids import RESERVED_IDS, slug
from openflow_django.spec.issues import quoted
from openflow_django.spec.limits import Limits

__all__ = ["NOTHING", "OWN_NAMES", "StepNames"]

NOTHING: Final = "undefined"
"""A name that no step has: what stands at it is undefined."""

CHAIN: Final = frozenset({"$accountability", "$env", "$last", "$trigger"})

OWN_NAMES: Final = frozenset(
    {
        "approvers",
        "error",
        "flow_env",
        "flow_input",
        "flow_job_id",
        "flow_user_state",
        "params",
        "previous_result",
        "result",
        "results",
        "resume",
        "resumes",
        "started_at",
    }
)
"""Names that mean something in our scope, and nothing in Directus' unless a step has them."""

#: Ids that steps can not have, or that would hide all steps from templates.
NO_IDS: Final = RESERVED_IDS | {NOTHING, "results"}

#: What separates the parts of a step's path, and what paths of templates can not be written with.
UNFIT: Final = re.compile(r"[\s/#~.\[\]{}'\"`$\x00-\x1f\x7f]")


class StepNames:
    """Ids for the steps of one flow, each used once."""

    def __init__(self, graph: Graph, report: Report) -> None:
        self._graph, self._report = graph, report
        self._ids: dict[str, str] = {}
        keys = {operation.key for operation in graph.operations.values()}
        self._used = {key for key in keys if _fits(key)}
        taken: set[str] = set()
        for ref in graph.order:
            operation = graph.operations[ref]
            self._ids[ref] = self._id_of(operation, taken)
            taken.add(self._ids[ref])

    def id_of(self, operation: Operation) -> str:
        """The id of the step that an operation becomes."""
        return self._ids[operation.id]

    def fresh(self, name: str) -> str:
        """An id for a step that no operation stands for."""
        made = slug(name, used=self._used | NO_IDS)
        self._used.add(made)
        return made

    def seen_by(self, operation: Operation) -> Mapping[str, str]:
        """Other names for those that would not mean the same here: the first part of a path, and what it has
        to
        be instead."""
        return self._renamed(self._graph.before(operation.id))

    def at_the_end(self) -> Mapping[str, str]:
        """As :meth:`seen_by`, after the last step, wherever the flow has ended."""
        return self._renamed(self._graph.operations[ref] for ref in reversed(self._graph.order))

    def _renamed(self, before: Iterable[Operation]) -> Mapping[str, str]:
        ids: dict[str, str] = {}
        for earlier in before:
            ids.setdefault(earlier.key, self._ids[earlier.id])
        # A step may be called "$last", but what the last step gave is written over it.
        ids.pop("$last", None)
        hidden = dict.fromkeys(OWN_NAMES - ids.keys(), NOTHING)
        return {**hidden, **{key: step_id for key, step_id in ids.items() if key != step_id}}

    def _id_of(self, operation: Operation, taken: set[str]) -> str:
        key = operation.key
        if _fits(key) and key not in taken:
            return key
        made = self.fresh(key or operation.name or operation.type)
        if key in taken:
            message = (
                f"Several operations have the key {quoted(key)}; one of them becomes the step {quoted(made)}."
            )
            self._report.warn("duplicate_key", message, step=made)
        elif key in CHAIN:
            message = (
                f"The key {quoted(key)} hides a name that every flow has; the step is called {quoted(made)}."
            )
            self._report.warn("reserved_key", message, step=made)
        else:
            message = f"The key {quoted(key)} can not be the id of a step; it becomes {quoted(made)}."
            self._report.warn("key_changed", message, step=made)
        return made


def _fits(key: str) -> bool:
    return bool(key) and key not in NO_IDS and not UNFIT.search(key) and len(key) <= Limits().max_id_length
