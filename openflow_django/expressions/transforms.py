"""Input transforms of a step, all computed together."""

from collections.abc import Iterator, Mapping

from openflow_django.exceptions import OpenFlowError
from openflow_django.expressions.errors import ExpressionSyntaxError, TemplateError
from openflow_django.expressions.evaluate import evaluate_many
from openflow_django.expressions.names import Names
from openflow_django.expressions.paths import RESULTS
from openflow_django.expressions.plans import Plan, compile_expression
from openflow_django.expressions.ports import Failure, JavaScriptEngine, Lookups, Value
from openflow_django.expressions.site_values import is_reference, resolve_references
from openflow_django.expressions.templates import render
from openflow_django.spec.json import Json
from openflow_django.spec.transforms import InputTransform, JavaScript, Static, Template

__all__ = ["FlowObject", "evaluate_transforms"]


class FlowObject(Mapping[str, Json]):
    """What paths of templates start from: ``$trigger`` and the like, steps by id, names of the scope.

    Nothing is read before it is asked for.
    """

    __slots__ = ("_ids", "_names", "_steps")

    def __init__(self, names: Names) -> None:
        self._names = names
        self._steps = names.steps or names.results
        self._ids: frozenset[str] | None = None

    def __getitem__(self, key: str) -> Json:
        if self._steps is not None:
            if key == RESULTS:
                return {step_id: self._steps.get(step_id) for step_id in self._step_ids()}
            if not key.startswith("$") and key in self._step_ids():
                return self._steps.get(key)
        return self._names.values[key]

    def __iter__(self) -> Iterator[str]:
        yield from self._step_ids()
        yield from (key for key in self._names.values if key not in self._step_ids())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _step_ids(self) -> frozenset[str]:
        if self._ids is None:
            self._ids = frozenset[str]() if self._steps is None else frozenset(self._steps.ids())
        return self._ids


def evaluate_transforms(
    transforms: Mapping[str, InputTransform],
    names: Names,
    *,
    engine: JavaScriptEngine,
    lookups: Lookups | None = None,
) -> dict[str, Value | Failure]:
    """The value of each transform, or the Failure it ended with, in the order of ``transforms``.

    With ``lookups``, text of the form ``$var:path`` or ``$res:path`` is replaced by the variable or resource,
    at any depth: in static values, in what expressions give, and where a template itself has it. A transform
    that is left to an AI model contributes nothing.
    """
    answers: dict[str, Value | Failure] = {}
    plans: dict[str, Plan] = {}
    data = FlowObject(names)
    for key, transform in transforms.items():
        if isinstance(transform, JavaScript):
            try:
                plans[key] = compile_expression(transform.expr)
            except ExpressionSyntaxError as error:
                answers[key] = Failure("SyntaxError", error.message, error.line, error.column)
        elif isinstance(transform, Template):
            answers[key] = _rendered(transform.value, data, lookups)
        elif isinstance(transform, Static):
            answers[key] = _resolved(Value(transform.value), lookups)
    evaluated = evaluate_many(plans, names, engine=engine, lookups=lookups)
    if lookups is not None:
        evaluated = {key: _resolved(answer, lookups) for key, answer in evaluated.items()}
    if not answers:
        return evaluated
    answers.update(evaluated)
    return {key: answers[key] for key in transforms if key in answers}


def _resolved(answer: Value | Failure, lookups: Lookups | None) -> Value | Failure:
    if isinstance(answer, Failure) or lookups is None:
        return answer
    try:
        return Value(resolve_references(answer.json, lookups))
    except OpenFlowError as error:
        return Failure("Error", error.message)


def _rendered(value: Json, data: FlowObject, lookups: Lookups | None) -> Value | Failure:
    try:
        rendered = render(value, data)
        return Value(rendered if lookups is None else _with_references(value, rendered, lookups))
    except TemplateError as error:
        return Failure(error.name, error.message)
    except OpenFlowError as error:
        return Failure("Error", error.message)


def _with_references(template: Json, rendered: Json, lookups: Lookups) -> Json:
    """``rendered`` with the references of its template resolved, but none that a tag has brought in."""
    if is_reference(template):
        return resolve_references(rendered, lookups)
    if isinstance(template, list) and isinstance(rendered, list):
        return [_with_references(*pair, lookups) for pair in zip(template, rendered, strict=True)]
    if isinstance(template, dict) and isinstance(rendered, dict):
        return {key: _with_references(part, rendered[key], lookups) for key, part in template.items()}
    return rendered
