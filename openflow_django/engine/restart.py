"""Restarting a run from a step, an iteration or a branch: which part of its history the new run begins with.

A run is what its history says, so a restart is a new run over the records that precede the chosen place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from openflow_django.engine.places import part_modules
from openflow_django.engine.ports import History
from openflow_django.engine.records import Kind, Record
from openflow_django.exceptions import OpenFlowError
from openflow_django.spec.document import BranchAll, Flow, ForLoop, Module, PathFlow, WhileLoop
from openflow_django.spec.json import Json

__all__ = ["RestartRefused", "records_before"]

DECISIONS = frozenset((Kind.SKIP, Kind.ITEMS, Kind.BRANCH, Kind.CALL, Kind.PARALLELISM))
"""What decided how a container runs: kept when the restart begins inside it."""


class RestartRefused(OpenFlowError):
    """The run has no such place to restart from."""

    code = "restart_refused"


def records_before(path: str, history: History, flow: Flow, *, load: Callable[[Json], Flow]) -> list[Record]:
    """The records of ``history`` that a run restarted at ``path`` keeps, in their order.

    ``path`` names a step (``"b"``, ``"loop/3/b"``), an iteration (``"loop/3"``) or a branch (``"all/0"``).
    Of a sequential
    loop the iterations before it are kept, of a parallel one all others. ``load`` gives the flow that a
    recorded call
    chose. Raises RestartRefused for a place that the run never reached.
    """
    if not any(record.path == path or record.path.startswith(f"{path}/") for record in history.values()):
        raise RestartRefused(f"the run never came to {path!r}")
    target, place = path.split("/"), _Place(history, load)
    return [
        record for record in history.values() if place.precedes(record, flow.value.modules, target, prefix="")
    ]


@dataclass(frozen=True, slots=True)
class _Place:
    history: History
    load: Callable[[Json], Flow]

    def precedes(
        self, record: Record, modules: Sequence[Module], target: Sequence[str], *, prefix: str
    ) -> bool:
        """Whether a record below ``prefix`` belongs to what ran before the target, a path relative to
        ``prefix``."""
        if not record.path.startswith(prefix):
            return False
        here = record.path.removeprefix(prefix).split("/")
        order = {module.id: index for index, module in enumerate(modules)}
        step, _, attempt = target[0].partition("#")
        if step not in order:
            raise RestartRefused(f"there is no step {step!r} at {prefix or 'the top'!r}")
        position = order.get(here[0].partition("#")[0])
        if position is None or position != order[step]:
            return position is not None and position < order[step]
        if len(target) == 1:
            return False
        module = modules[position]
        return self._inside(record, module, target, here=here, prefix=prefix, attempt=int(attempt or 0))

    def _inside(
        self,
        record: Record,
        module: Module,
        target: Sequence[str],
        *,
        here: Sequence[str],
        prefix: str,
        attempt: int,
    ) -> bool:
        """The same, for records of the container that holds the target."""
        if len(here) == 1:
            if record.attempt != attempt or record.kind in (Kind.BACKOFF, Kind.RETRY):
                return record.attempt < attempt
            return record.kind in DECISIONS or target[1] == "error"
        own = int(here[0].partition("#")[2] or 0)
        if own != attempt:
            return own < attempt
        inner = f"{prefix}{here[0]}/"
        if isinstance(module.value, PathFlow) and target[1] != "error":
            called = self._called(f"{prefix}{module.id}").value.modules
            return self.precedes(record, called, target[1:], prefix=inner)
        if here[1] != target[1]:
            return _runs_before(module, here[1], target[1])
        if len(target) == 2 or len(here) == 2:
            return False
        return self.precedes(record, _modules(module, target[1]), target[2:], prefix=f"{inner}{here[1]}/")

    def _called(self, path: str) -> Flow:
        calls = (
            record for record in self.history.values() if record.path == path and record.kind is Kind.CALL
        )
        for call in calls:
            if isinstance(call.result, dict):
                return self.load(call.result["flow"])
        raise RestartRefused(f"the run never called the flow at {path!r}")


def _runs_before(module: Module, part: str, target: str) -> bool:
    """Whether an iteration or branch has run, and still counts, when another one of the same container is
    run again."""
    match module.value:
        case ForLoop(parallel=True) | BranchAll(parallel=True):
            return True
        case ForLoop() | WhileLoop() | BranchAll():
            return int(part) < int(target)
        case _:
            return False


def _modules(module: Module, part: str) -> Sequence[Module]:
    found = part_modules(module, part)
    if found is None:
        raise RestartRefused(f"the step {module.id!r} has no part {part!r}")
    return found
