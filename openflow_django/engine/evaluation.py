"""Computing values: the engine's one way to expressions, transforms and conditions."""

from collections.abc import Mapping
from typing import Final

from openflow_django.engine.errors import EXECUTION
from openflow_django.exceptions import OpenFlowError
from openflow_django.expressions.errors import ExpressionSyntaxError
from openflow_django.expressions.evaluate import evaluate
from openflow_django.expressions.names import Names
from openflow_django.expressions.plans import Plan, compile_condition, compile_expression
from openflow_django.expressions.ports import Failure, JavaScriptEngine, Lookups, Value
from openflow_django.expressions.transforms import evaluate_transforms
from openflow_django.spec.document import InputTransform
from openflow_django.spec.json import Json, JsonObject

__all__ = ["ExpressionFailed", "Expressions"]

_ONE: Final = "value"


class ExpressionFailed(OpenFlowError):
    """An expression could not be computed. ``name`` is the error class its author sees."""

    code = "expression_failed"

    def __init__(self, message: str, *, name: str = EXECUTION, field: str = "") -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.name = name


class Expressions:
    """Evaluates for one run: a JavaScript engine and the look-ups the run may make."""

    __slots__ = ("_engine", "_lookups")

    def __init__(self, engine: JavaScriptEngine, *, lookups: Lookups | None = None) -> None:
        self._engine, self._lookups = engine, lookups

    def value(self, expression: str, names: Names) -> Json:
        """The value of one expression. Raises ExpressionFailed."""
        return self._one(_compiled(expression), names)

    def condition(self, expression: str, names: Names) -> bool:
        """Whether one condition holds, by JavaScript's truthiness. Raises ExpressionFailed."""
        return bool(self._one(_compiled_condition(expression), names))

    def transform(self, transform: InputTransform, names: Names) -> Json:
        """The value of one input transform. Raises ExpressionFailed."""
        evaluated = evaluate_transforms({_ONE: transform}, names, engine=self._engine, lookups=self._lookups)
        return _unwrapped(evaluated[_ONE])

    def transforms(self, transforms: Mapping[str, InputTransform], names: Names) -> JsonObject:
        """The values of a step's transforms, all in one call of the engine. Raises ExpressionFailed for the
        first that fails."""
        evaluated = evaluate_transforms(transforms, names, engine=self._engine, lookups=self._lookups)
        return {
            key: answer.json if isinstance(answer, Value) else _unwrapped(answer, field=key)
            for key, answer in evaluated.items()
        }

    def _one(self, plan: Plan, names: Names) -> Json:
        return _unwrapped(evaluate(plan, names, engine=self._engine, lookups=self._lookups))


def _unwrapped(answer: Value | Failure, *, field: str = "") -> Json:
    if isinstance(answer, Failure):
        raise ExpressionFailed(f"{answer.name}: {answer.message}", name=answer.name, field=field)
    return answer.json


def _compiled(expression: str) -> Plan:
    try:
        return compile_expression(expression)
    except ExpressionSyntaxError as error:
        raise ExpressionFailed(f"SyntaxError: {error.message}", name="SyntaxError") from error


def _compiled_condition(expression: str) -> Plan:
    try:
        return compile_condition(expression)
    except ExpressionSyntaxError as error:
        raise ExpressionFailed(f"SyntaxError: {error.message}", name="SyntaxError") from error
