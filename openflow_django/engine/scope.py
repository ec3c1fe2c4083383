"""Where a step stands: the input and results it can see (OpenFlow semantics section 3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from openflow_django.engine.commands import Resumption
from openflow_django.engine.outcome import UNSET, Outcome, Unset
from openflow_django.engine.scope_values import ScopeValues
from openflow_django.expressions.names import Names
from openflow_django.spec.document import Module
from openflow_django.spec.json import Json, JsonObject

__all__ = ["FlowContext", "RunInfo", "Scope", "ShownResults"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """What is the same in every step of a run.

    ``trigger`` is the payload that started the run, UNSET for a direct run (no preprocessor then);
    ``started_at`` is an
    ISO 8601 time; ``origin`` holds results of the run that this one restarts, by step id.
    """

    run_id: str = ""
    trigger: Json | Unset = UNSET
    accountability: Json = None
    env: JsonObject = field(default_factory=dict[str, Json])
    started_at: str = ""
    scheduled_for: str | None = None
    origin: JsonObject = field(default_factory=dict[str, Json])
    max_iterations: int = 10_000
    max_call_depth: int = 20


@dataclass(frozen=True, slots=True)
class FlowContext:
    """What is the same in every level of one flow: its steps and the path in front of them, its failure
    module
    and constants, how deep it was called."""

    run: RunInfo
    modules: Sequence[Module] = ()
    prefix: str = ""
    failure_module: Module | None = None
    flow_env: Mapping[str, Json] | None = None
    depth: int = 0


class Scope:
    """One level of a flow: its own list of steps, with the levels around it.

    Results are looked up in the order of the specification: steps of this level, then the leaves registered
    at the root
    of this flow (or parallel iteration), then the levels around, then the run that this one restarts.
    """

    __slots__ = (
        "flow",
        "flow_input",
        "last",
        "leaves",
        "parent",
        "previous",
        "rejections",
        "results",
        "resumption",
    )

    def __init__(
        self,
        flow: FlowContext,
        flow_input: Json,
        *,
        parent: "Scope | None" = None,
        leaves: dict[str, Json] | None = None,
        rejections: dict[str, Json] | None = None,
    ) -> None:
        self.flow = flow
        self.flow_input = flow_input
        self.previous: Json = flow_input
        self.resumption: Resumption | None = None
        self.parent = parent
        self.results: dict[str, Json] = {}
        if parent is None:
            trigger = flow.run.trigger if flow.depth == 0 else UNSET
            self.last = flow_input if isinstance(trigger, Unset) else trigger
            self.leaves, self.rejections = dict[str, Json](), dict[str, Json]()
        else:
            self.last = parent.last
            self.leaves = parent.leaves if leaves is None else leaves
            self.rejections = parent.rejections if rejections is None else rejections

    def inner(self, flow_input: Json) -> "Scope":
        """A level inside this one whose steps can be read after it: a branch, a sequential iteration."""
        return Scope(self.flow, flow_input, parent=self)

    def apart(self, flow_input: Json) -> "Scope":
        """A level inside this one whose steps nobody outside can read: a parallel iteration, or a parallel
        branch
        until :meth:`take_in`."""
        return Scope(self.flow, flow_input, parent=self, leaves={}, rejections={})

    def take_in(self, ended: "Scope") -> None:
        """Let the steps of a level that was apart be read from here on: a branch that was executed."""
        self.leaves.update(ended.leaves)
        self.rejections.update(ended.rejections)

    def after_failure(self) -> "Scope":
        """The level of an error branch: it starts from the failure of the step that has just finished."""
        scope = self.inner(self.flow_input)
        scope.previous = self.previous
        return scope

    def go_on_from(self, value: Json) -> None:
        """Give the next step another previous result than the step before it had."""
        self.previous = self.last = value

    def finish(self, step_id: str, outcome: Outcome) -> None:
        """Make a step's outcome visible to the steps after it."""
        self.previous = self.results[step_id] = self.leaves[step_id] = outcome.value
        self.last = outcome.value
        self.rejections.pop(step_id, None)
        if not outcome.ok:
            self.last = outcome.value if isinstance(outcome.rejection, Unset) else outcome.rejection
            self.rejections[step_id] = self.last

    def get(self, step_id: str) -> Json:
        """The result of a step, None where there is none (the port of expressions)."""
        scope: Scope | None = self
        while scope is not None:
            if step_id in scope.results:
                return scope.results[step_id]
            if step_id in scope.leaves:
                return scope.leaves[step_id]
            scope = scope.parent
        return self.flow.run.origin.get(step_id)

    def ids(self) -> Iterable[str]:
        """Every id that :meth:`get` can answer."""
        found: dict[str, None] = {}
        scope: Scope | None = self
        while scope is not None:
            found.update(dict.fromkeys((*scope.results, *scope.leaves)))
            scope = scope.parent
        found.update(dict.fromkeys(self.flow.run.origin))
        return found

    def names(self, *, results: bool = True, **more: Json) -> Names:
        """The scope of an expression of a step at this level. ``more`` adds names or replaces some."""
        if results:
            # The engine makes a function of it that reads one key. Nothing writes to it here.
            more["flow_user_state"] = {}
        return Names(
            values=ScopeValues(self, more), results=self if results else None, steps=ShownResults(self)
        )

    @property
    def root(self) -> "Scope":
        """The outermost level of this flow."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


class ShownResults:
    """Steps as Directus' flow object shows them: a failed one as its bare error value."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, step_id: str) -> Json:
        scope: Scope | None = self._scope
        while scope is not None:
            if step_id in scope.results or step_id in scope.leaves:
                return scope.rejections[step_id] if step_id in scope.rejections else self._scope.get(step_id)
            scope = scope.parent
        return self._scope.get(step_id)

    def ids(self) -> Iterable[str]:
        return self._scope.ids()
