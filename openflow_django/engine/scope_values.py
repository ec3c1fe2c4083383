"""The names of an expression (OpenFlow semantics section 3), each value made when it is read: most
expressions
read one or two."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from openflow_django.engine.errors import error_of
from openflow_django.engine.outcome import Unset
from openflow_django.spec.json import Json

if TYPE_CHECKING:
    from openflow_django.engine.scope import Scope

__all__ = ["ScopeValues"]


class ScopeValues(Mapping[str, Json]):
    """Of a step at one level. ``more`` adds names or replaces some."""

    __slots__ = ("_more", "_scope")

    def __init__(self, scope: "Scope", more: Mapping[str, Json]) -> None:
        self._scope, self._more = scope, more

    def __getitem__(self, key: str) -> Json:
        if key in self._more:
            return self._more[key]
        if key in _OF_LEVEL:
            return _OF_LEVEL[key](self._scope)
        return _OF_PREVIOUS[key](self._more.get("previous_result", self._scope.previous))

    def __contains__(self, key: object) -> bool:
        return key in self._more or key in _OF_LEVEL or key in _OF_PREVIOUS

    def __iter__(self) -> Iterator[str]:
        yield from (name for name in (*_OF_LEVEL, *_OF_PREVIOUS) if name not in self._more)
        yield from self._more

    def __len__(self) -> int:
        return len({*_OF_LEVEL, *_OF_PREVIOUS, *self._more})


def _trigger(scope: "Scope") -> Json:
    run = scope.flow.run
    return scope.root.flow_input if isinstance(run.trigger, Unset) or scope.flow.depth else run.trigger


def _resume(scope: "Scope") -> Json:
    return scope.resumption.payloads[-1] if scope.resumption and scope.resumption.payloads else None


_OF_LEVEL: Final[Mapping[str, Callable[["Scope"], Json]]] = {
    "flow_input": lambda scope: scope.flow_input,
    "params": lambda scope: {},
    "flow_env": lambda scope: dict(scope.flow.flow_env or {}),
    "started_at": lambda scope: scope.flow.run.started_at,
    "flow_job_id": lambda scope: scope.flow.run.run_id,
    "$trigger": _trigger,
    "$last": lambda scope: scope.last,
    "$accountability": lambda scope: scope.flow.run.accountability,
    "$env": lambda scope: scope.flow.run.env,
    "resume": _resume,
    "resumes": lambda scope: list(scope.resumption.payloads) if scope.resumption else [],
    "approvers": lambda scope: list(scope.resumption.approvers) if scope.resumption else [],
}
_OF_PREVIOUS: Final[Mapping[str, Callable[[Json], Json]]] = {
    "previous_result": lambda previous: previous,
    "result": lambda previous: previous,
    "error": error_of,
}
