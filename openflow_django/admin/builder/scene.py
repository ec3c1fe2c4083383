"""What an expression at one place of a document would see, with values of pins, tests and earlier runs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Literal

from openflow_django.admin.builder.past import PastRun, Recorded
from openflow_django.admin.builder.places import Place, document_value, find, kind_of, step_id
from openflow_django.engine.errors import error_of
from openflow_django.engine.evaluation import ExpressionFailed, Expressions
from openflow_django.engine.loops import iteration_input
from openflow_django.expressions.names import Names
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.transforms import InputTransform, JavaScript, Static, Template
from openflow_django.worker.runners import evaluator

__all__ = ["Scene", "Source"]

Source = Literal["pin", "test", "run"]


class Scene:
    """A place with its values. ``runs`` are asked one after the other; ``iterations`` are the numbers of the
    iterations to stand in, the outermost loop first, 0 where none is given.
    """

    def __init__(
        self,
        document: Json,
        place: Place,
        *,
        runs: Sequence[PastRun] = (),
        pins: Mapping[str, Json] | None = None,
        iterations: Sequence[int] = (),
    ) -> None:
        self.document, self.place, self.runs = document, place, runs
        self.pins = pins or {}
        self.iterations = [*iterations, *[0] * len(place.loops)][: len(place.loops)]

    @cached_property
    def visible(self) -> dict[str, JsonObject]:
        """The steps that can be read, by id, in document order."""
        return {step_id(step): step for step, _ in self.place.visible(self.iterations) if step_id(step)}

    def source(self, wanted: str) -> Source | None:
        """Where the value of a step comes from, None where there is none."""
        if wanted in self.pins:
            return "pin"
        found = self._found.get(wanted)
        return found[0].origin if found is not None else None

    def recorded(self, wanted: str) -> tuple[PastRun, Recorded] | None:
        """The run and the row that hold the value of a step, unless it is pinned."""
        return None if wanted in self.pins else self._found.get(wanted)

    def result(self, wanted: str) -> Json:
        """The value of a step, None where there is none."""
        if wanted in self.pins:
            return self.pins[wanted]
        found = self._found.get(wanted)
        return found[0].result(found[1]) if found is not None else None

    def shown(self, wanted: str) -> Json:
        """The same as templates show it: a failed step as its bare error value."""
        found = self._found.get(wanted)
        if wanted in self.pins or found is None or found[1].status != "failure":
            return self.result(wanted)
        return found[0].rejection(found[1])

    def given(self, column: str) -> Json:
        """A value of the run as a whole, None without a run."""
        return self.runs[0].given(column) if self.runs else None

    @cached_property
    def flow_input(self) -> Json:
        """The input as the place sees it, with ``iter`` of the loops around it."""
        value = self.runs[0].input if self.runs else {}
        for loop, number in zip(self.place.loops, self.iterations, strict=True):
            value = iteration_input(value, self._item(loop, number), number)
        return value

    @property
    def previous_id(self) -> str | None:
        """The step whose result comes before the place; None where that is the input, or the flow's error."""
        level, index = self.place.levels[-1]
        if self.place.top == "failure" and len(self.place.levels) == 1:
            return None
        if index:
            return step_id(level.steps[index - 1])
        return step_id(level.owner) if level.segment == "error" else None

    def previous(self) -> Json:
        """The result before the place."""
        if self.place.top == "failure" and len(self.place.levels) == 1:
            return {"error": self.runs[0].failure() if self.runs else None}
        before = self.previous_id
        return self.flow_input if before is None else self.result(before)

    def loop_path(self, index: int) -> str:
        """The path in a run of one of the loops around the place, counted from the outermost."""
        loop = self.place.loops[index]
        return next(place for place in self.place.around() if place.step is loop).path(self.iterations)

    def items(self) -> list[Json]:
        """The list over which the loop at the place goes: as recorded, else as its iterator gives it now."""
        path = self.place.path(self.iterations)
        recorded = next((items for past in self.runs if (items := past.items(path)) is not None), None)
        return _iterated(self) if recorded is None else recorded

    def names(self, *, after: bool = False) -> Names:
        """The scope of an expression; ``after``: of one that is computed when the step is done.

        Values are read when the expression mentions them.
        """
        own = step_id(self.place.step) if after else ""
        constants = document_value(self.document).get("flow_env")

        def previous() -> Json:
            return self.result(own) if own else self.previous()

        values: dict[str, Callable[[], Json]] = {
            "flow_input": lambda: self.flow_input,
            "previous_result": previous,
            "result": previous,
            "error": lambda: error_of(previous()),
            "params": dict,
            "flow_env": lambda: constants if isinstance(constants, dict) else {},
            "flow_user_state": dict,
            "started_at": str,
            "flow_job_id": str,
            "resume": lambda: None,
            "resumes": list,
            "approvers": list,
            "$trigger": self._trigger,
            "$last": previous,
            "$accountability": lambda: self.given("accountability"),
            "$env": lambda: self.given("env") or {},
        }
        ids = [*self.visible, own] if own else [*self.visible]
        return Names(
            values=_Values(values),
            results=_Results(self.result, ids),
            steps=_Results(self.shown, ids),
        )

    def _trigger(self) -> Json:
        given = self.given("trigger")
        return self.given("input") if given is None else given

    @cached_property
    def _found(self) -> dict[str, tuple[PastRun, Recorded]]:
        placed = [*self.place.visible(self.iterations), (self.place.step, self.place.path(self.iterations))]
        wanted = {step_id(step): path for step, path in placed if step_id(step) not in {"", *self.pins}}
        found: dict[str, tuple[PastRun, Recorded]] = {}
        for past in self.runs:
            missing = {step: path for step, path in wanted.items() if step not in found}
            if missing:
                rows = past.outcomes(missing, iterations=self._iterations_around)
                found |= {step: (past, row) for step, row in rows.items()}
        return found

    def _iterations_around(self, wanted: str) -> list[int]:
        """The iterations in which a step that can be read has run."""
        place = find(self.document, wanted)
        return self.iterations[: len(place.loops)] if place is not None else []

    def _item(self, loop: JsonObject, number: int) -> Json:
        """The element of one iteration of a loop around the place."""
        if kind_of(loop) == "whileloopflow":
            return number
        place = next(place for place in self.place.around() if place.step is loop)
        scene = Scene(self.document, place, runs=self.runs, pins=self.pins, iterations=self.iterations)
        items = scene.items()
        return items[number] if number < len(items) else None


class _Values(Mapping[str, Json]):
    """Values by name, each computed when it is read, and once."""

    def __init__(self, read: Mapping[str, Callable[[], Json]]) -> None:
        self._read = read
        self._known: dict[str, Json] = {}

    def __getitem__(self, name: str) -> Json:
        if name not in self._known:
            self._known[name] = self._read[name]()
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._read

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)


class _Results:
    """Values of steps by id, each read when it is asked for."""

    __slots__ = ("_ids", "_read")

    def __init__(self, read: Callable[[str], Json], ids: Iterable[str]) -> None:
        self._read, self._ids = read, tuple(ids)

    def get(self, step_id: str) -> Json:
        return self._read(step_id) if step_id in self._ids else None

    def ids(self) -> Iterable[str]:
        return self._ids


def _iterated(scene: Scene) -> list[Json]:
    value = scene.place.step.get("value")
    iterator = _transform(value.get("iterator")) if isinstance(value, dict) else None
    if iterator is None:
        return []
    try:
        items = Expressions(evaluator()).transform(iterator, scene.names())
    except ExpressionFailed:
        return []
    return items if isinstance(items, list) else []


def _transform(raw: Json) -> InputTransform | None:
    match raw:
        case {"type": "javascript", "expr": str(expr)}:
            return JavaScript(expr=expr)
        case {"type": "template", "value": value}:
            return Template(value=value)
        case {"type": "static", "value": value}:
            return Static(value=value)
        case _:
            return None
