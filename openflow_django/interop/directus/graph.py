"""The operations of a flow as the tree they have to be: one way to each of them, no way back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from openflow_django.interop.directus.report import Report
from openflow_django.interop.directus.sources import Source
from openflow_django.spec.issues import quoted
from openflow_django.spec.json import Json, JsonObject

__all__ = ["Graph", "Operation", "graph_of"]

MAX_OPERATIONS: Final = 2000
EDGES: Final = ("resolve", "reject")

Ref = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation. ``resolve`` and ``reject`` are the ids of those that follow, None where nothing does."""

    id: str
    key: str
    type: str
    name: str
    options: JsonObject
    resolve: Ref | None = None
    reject: Ref | None = None

    @property
    def title(self) -> str:
        """How a message names it."""
        return quoted(self.key or self.name or self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A tree of operations: ``parents`` by the id of the child, ``order`` as a walk meets them."""

    root: Ref | None
    operations: Mapping[Ref, Operation]
    parents: Mapping[Ref, Ref]
    order: Sequence[Ref]

    def before(self, ref: Ref) -> Iterator[Operation]:
        """What has run whenever ``ref`` runs, the last first."""
        parent = self.parents.get(ref)
        while parent is not None:
            yield self.operations[parent]
            parent = self.parents.get(parent)


def graph_of(source: Source, report: Report) -> Graph:
    """The tree. What makes it none is refused, and cut off: cycles, shared and missing targets."""
    pool = _Pool(report)
    for raw in source.operations:
        pool.add(raw)
    root = _root(source, pool)
    return _Walk(pool.linked(), report).walk(root)


@dataclass(slots=True)
class _Pool:
    """Operations by id, wherever they stood; the edges still as they were given."""

    report: Report
    found: dict[Ref, tuple[Operation, JsonObject]] = field(
        default_factory=dict[str, tuple[Operation, JsonObject]]
    )

    def add(self, raw: JsonObject) -> Ref | None:
        """Take an operation in, and those inside it. Gives its id; of a mere reference, what it refers to."""
        first: Ref | None = None
        waiting = [raw]
        while waiting:
            current = waiting.pop()
            ref = _ref_of(current)
            first = first or ref
            if ref and "type" in current and not self._is_known(ref, current):
                self.found[ref] = (_operation(ref, current), current)
                waiting += [inner for edge in EDGES if isinstance(inner := current.get(edge), dict)]
        return first

    def _is_known(self, ref: Ref, raw: JsonObject) -> bool:
        if ref not in self.found:
            return False
        known = self.found[ref][1]
        if known is not raw and (known.get("key"), known.get("type")) != (raw.get("key"), raw.get("type")):
            message = f"Two operations have the id {quoted(ref)}; only the first is taken."
            self.report.refuse("duplicate_operation", message)
        return True

    def linked(self) -> dict[Ref, Operation]:
        """All operations with their edges resolved."""
        return {ref: self._linked(operation, raw) for ref, (operation, raw) in self.found.items()}

    def target(self, given: Json, *, named: str) -> Ref | None:
        """The id of the operation that ``given`` refers to, by id, key or as an object; None for null."""
        if given is None or given == "":
            return None
        wanted = _ref_of(given) if isinstance(given, dict) else str(given)
        if wanted in self.found:
            return wanted
        by_key = [ref for ref, (operation, _) in self.found.items() if operation.key == wanted]
        if len(by_key) == 1:
            return by_key[0]
        problem = "several operations have that key" if by_key else "there is no such operation"
        self.report.refuse("dangling_reference", f"{named} leads to {quoted(wanted or '')}, but {problem}.")
        return None

    def _linked(self, operation: Operation, raw: JsonObject) -> Operation:
        targets = {edge: self.target(raw.get(edge), named=f"{edge} of {operation.title}") for edge in EDGES}
        return replace(operation, **targets)


def _ref_of(raw: JsonObject) -> Ref | None:
    given = raw.get("id")
    if given is None or given == "":
        given = raw.get("key")
    return None if given is None or given == "" else str(given)


def _operation(ref: Ref, raw: JsonObject) -> Operation:
    options = raw.get("options")
    return Operation(
        id=ref,
        key=_text(raw.get("key")),
        type=_text(raw.get("type")),
        name=_text(raw.get("name")),
        options=options if isinstance(options, dict) else {},
    )


def _root(source: Source, pool: _Pool) -> Ref | None:
    """The first operation. Where the flow says nothing of it, the one that nothing leads to."""
    given = source.flow.get("operation")
    if isinstance(given, dict):
        pool.add(given)
    if "operation" in source.flow:
        return pool.target(given, named="The flow")
    operations = pool.linked()
    led_to = {ref for operation in operations.values() for ref in (operation.resolve, operation.reject)}
    starts = [ref for ref in operations if ref not in led_to]
    if not starts:
        return None
    begin = operations[starts[0]]
    pool.report.warn(
        "first_operation_guessed", f"The flow does not say where it begins; it begins with {begin.title}."
    )
    return starts[0]


class _Walk:
    """From the first operation to the last: each is met once, by the edge that leads to it."""

    def __init__(self, operations: dict[Ref, Operation], report: Report) -> None:
        self._operations, self._report = operations, report
        self._parents: dict[Ref, Ref] = {}
        self._order: list[Ref] = []

    def walk(self, root: Ref | None) -> Graph:
        waiting = [] if root is None else [root]
        while waiting:
            ref = waiting.pop()
            if len(self._order) >= MAX_OPERATIONS:
                self._report.refuse("too_many_operations", f"A flow has at most {MAX_OPERATIONS} operations.")
                return self._graph(root)
            self._order.append(ref)
            # The reject edge waits until all is walked that follows the resolve edge.
            waiting += self._followers(ref, root)
        self._tell_unreachable()
        return self._graph(root)

    def _graph(self, root: Ref | None) -> Graph:
        reached = set(self._order)
        operations = {
            ref: replace(
                self._operations[ref],
                **{edge: None for edge in EDGES if getattr(self._operations[ref], edge) not in reached},
            )
            for ref in self._order
        }
        return Graph(root=root, operations=operations, parents=self._parents, order=self._order)

    def _followers(self, ref: Ref, root: Ref | None) -> list[Ref]:
        operation = self._operations[ref]
        kept: dict[str, Ref | None] = {}
        new: list[Ref] = []
        for edge in EDGES:
            target: Ref | None = getattr(operation, edge)
            if target is not None and target not in new:
                if target == root or target in self._parents:
                    self._refuse(operation, edge, target)
                    target = None
                else:
                    self._parents[target] = ref
                    new.append(target)
            kept[edge] = target
        self._operations[ref] = replace(operation, **kept)
        return new[::-1]

    def _refuse(self, operation: Operation, edge: str, target: Ref) -> None:
        aimed = self._operations[target]
        if self._leads_back(operation.id, target):
            message = f"{edge} of {operation.title} leads back to {aimed.title}: the flow would never end."
            self._report.refuse("cycle", message, hint="Use a loop, or end the flow there.")
            return
        other = self._operations[self._parents[target]]
        message = f"{edge} of {operation.title} leads to {aimed.title}, as {other.title} does already."
        self._report.refuse("shared_target", message, hint="Give each way its own copy of what follows.")

    def _leads_back(self, ref: Ref, target: Ref) -> bool:
        current: Ref | None = ref
        while current is not None:
            if current == target:
                return True
            current = self._parents.get(current)
        return False

    def _tell_unreachable(self) -> None:
        reached = set(self._order)
        loose = [operation for ref, operation in self._operations.items() if ref not in reached]
        if loose:
            names = ", ".join(operation.title for operation in loose[:10])
            more = f" and {len(loose) - 10} more" if len(loose) > 10 else ""
            self._report.warn("unreachable", f"Nothing leads to {names}{more}; they are left out.")


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
