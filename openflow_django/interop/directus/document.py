"""The tree of operations as a document: what follows a success comes next, what follows a failure is the
error
branch of the step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from openflow_django.interop.directus.graph import Graph, Operation, graph_of
from openflow_django.interop.directus.names import StepNames
from openflow_django.interop.directus.report import Report
from openflow_django.interop.directus.sources import Source
from openflow_django.interop.directus.steps import Making, Site, step_makers
from openflow_django.interop.directus.steps.base import inputs, script
from openflow_django.interop.directus.steps.flow import null_step
from openflow_django.interop.directus.tags import renamed_path, roots
from openflow_django.operations import operations
from openflow_django.spec.issues import quoted
from openflow_django.spec.json import JsonObject
from openflow_django.spec.limits import Limits

__all__ = ["Made", "make_document"]

CALLED: Final = "operation"
"""The trigger of flows that other flows run: what they return is their result."""

LAST: Final = "$last"
MAX_DEPTH: Final = Limits().max_depth


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A document, and the names that the data chain has after its last step."""

    document: JsonObject
    names: Mapping[str, str]


def make_document(source: Source, *, site: Site, report: Report) -> Made:
    """The document of a flow. What is different in it, and what is wrong with the flow, is told to
    ``report``."""
    graph = graph_of(source, report)
    names = StepNames(graph, report)
    modules = _Writer(source, graph, names, site, report).level(graph.root, depth=1)
    description = source.flow.get("description")
    document: JsonObject = {
        "summary": source.name,
        **({"description": description} if isinstance(description, str) and description else {}),
        "value": {"modules": list(modules)},
    }
    return Made(document=document, names=names.at_the_end())


@dataclass(frozen=True, slots=True)
class _Writer:
    source: Source
    graph: Graph
    names: StepNames
    site: Site
    report: Report

    def level(self, first: str | None, *, depth: int) -> list[JsonObject]:
        """The steps from ``first`` on, along the resolve edges."""
        modules: list[JsonObject] = []
        ref = first
        while ref is not None:
            operation = self.graph.operations[ref]
            modules.append(self._module(operation, depth=depth))
            ref = operation.resolve if self._is_known(operation) else None
        return [*modules, *self._return()]

    def _module(self, operation: Operation, *, depth: int) -> JsonObject:
        making = Making(
            operation=operation,
            step_id=self.names.id_of(operation),
            names=self.names.seen_by(operation),
            site=self.site,
            report=self.report,
            fresh=self.names.fresh,
        )
        self._tell_unseen(operation, making)
        made = self._made(making)
        making.tell_rest()
        return {
            "id": making.step_id,
            "summary": operation.name or operation.key or operation.type,
            **made,
            **self._failure(operation, depth=depth),
        }

    def _made(self, making: Making) -> JsonObject:
        operation = making.operation
        if operation.type in step_makers:
            return step_makers.get(operation.type)(making)
        if (own := _own_type(operation.type)) is not None:
            options = {name: making.option(name) for name in operation.options}
            return {"value": script(own, inputs(**options))}
        followers = [self.graph.operations[ref].title for ref in _followers(operation)]
        dropped = f"; {' and '.join(followers)} never ran after it" if followers else ""
        making.taken.update(operation.options)
        making.warn(
            "operation_unknown",
            f"there is no operation {quoted(operation.type)}: the flow ends there, with null{dropped}.",
            hint="Register an operation of that type, or put another step in its place.",
        )
        return {"value": null_step()}

    def _failure(self, operation: Operation, *, depth: int) -> JsonObject:
        """What happens when the step fails. Both edges to one operation: the flow goes on whatever
        happens."""
        if operation.reject is not None and operation.reject == operation.resolve:
            return {"continue_on_error": True}
        if operation.reject is not None and self._is_known(operation):
            if depth >= MAX_DEPTH:
                message = f"reject of {operation.title} is nested more than {MAX_DEPTH} levels deep."
                self.report.refuse("too_deep", message, step=self.names.id_of(operation))
                return {}
            branch = self.level(operation.reject, depth=depth + 1)
        else:
            branch = self._return(rejected=True)
        return {"error_branch": {"modules": list(branch), "then": "stop"}} if branch else {}

    def _return(self, *, rejected: bool = False) -> list[JsonObject]:
        """Of a flow that other flows run: the step that gives its return value wherever the flow ends."""
        if self.source.trigger != CALLED:
            return []
        given = self.source.options.get("return")
        path = given if isinstance(given, str) else ""
        if path == LAST and not rejected:
            return []
        value = null_step()
        if path:
            ends = renamed_path(path, self.names.at_the_end())
            value = script("return_value", {"path": {"type": "static", "value": ends}})
        return [{"id": self.names.fresh("return"), "summary": "Return", "value": value}]

    def _is_known(self, operation: Operation) -> bool:
        return operation.type in step_makers or _own_type(operation.type) is not None

    def _tell_unseen(self, operation: Operation, making: Making) -> None:
        """Tags about steps that have not run: Directus renders them as the word "undefined"."""
        before = {earlier.key for earlier in self.graph.before(operation.id)}
        unseen = sorted(root for root in roots(operation.options) - before if not root.startswith("$"))
        if unseen:
            making.warn(
                "nothing_there",
                f'no step before it is called {", ".join(map(quoted, unseen))}: the tag gives "undefined".',
            )


def _own_type(type: str) -> str | None:
    """The operation that the site has registered under that type, dashes as underscores."""
    return next((name for name in (type, type.replace("-", "_")) if name in operations), None)


def _followers(operation: Operation) -> list[str]:
    return list(dict.fromkeys(ref for ref in (operation.resolve, operation.reject) if ref is not None))
