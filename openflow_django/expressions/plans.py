"""Expressions compiled: what to do to compute them, decided once per text."""

import json
import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeAlias

from openflow_django.expressions.errors import ExpressionSyntaxError
from openflow_django.expressions.javascript import (
    Body,
    condition_body,
    function_body,
    is_async,
    is_statements,
)
from openflow_django.expressions.paths import Path, read_path, read_result_path
from openflow_django.expressions.references import References, references
from openflow_django.expressions.tokens import Token, tokenise
from openflow_django.spec.json import Json

__all__ = [
    "MAX_SOURCE",
    "Constant",
    "JavaScriptPlan",
    "PathPlan",
    "Plan",
    "compile_condition",
    "compile_expression",
    "is_truthy",
]

MAX_SOURCE: Final = 65_536
"""Longest text of an expression, in characters."""

MAX_CACHED: Final = 10_000
"""Longest text whose plan is kept, in characters."""

LITERALS: Final[dict[str, Json]] = {"true": True, "false": False, "null": None, "undefined": None}
SAFE_INTEGER: Final = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that needs no scope. ``text`` is its JSON text, so that nobody shares a list with the cache."""

    text: str

    @property
    def json(self) -> Json:
        """The value, a fresh copy."""
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class JavaScriptPlan:
    """A text for the engine. On ``line``, ``body`` has ``shift`` more characters than the author's text."""

    body: str
    is_async: bool = False
    references: References = field(default_factory=References)
    line: int = 1
    shift: int = 0


@dataclass(frozen=True, slots=True)
class PathPlan:
    """A plain path, with the same text for the engine where Python cannot tell.

    ``judged`` asks for the truth of the value instead of the value.
    """

    path: Path
    javascript: JavaScriptPlan
    judged: bool = False


Plan: TypeAlias = Constant | PathPlan | JavaScriptPlan


def compile_expression(source: str) -> Plan:
    """The plan for an expression or a list of statements.

    Raises ExpressionSyntaxError for what can be seen without an engine: unbalanced brackets, strings that are
    never closed, a text of more than MAX_SOURCE characters.
    """
    return _kept_expression(source) if len(source) <= MAX_CACHED else _expression(source)


def compile_condition(source: str) -> Plan:
    """The plan for the truth of one expression, by JavaScript's rules; its value is True or False.

    Raises ExpressionSyntaxError as :func:`compile_expression`, and for statements.
    """
    return _kept_condition(source) if len(source) <= MAX_CACHED else _condition(source)


def is_truthy(value: Json) -> bool:
    """Whether JavaScript takes ``value`` for true: everything but null, false, 0, NaN and empty text."""
    if isinstance(value, list | dict):
        return True
    return bool(value) and not (isinstance(value, float) and math.isnan(value))


def _expression(source: str) -> Plan:
    tokens = _tokens(source)
    if not tokens:
        return Constant("null")
    if not is_statements(source) and (constant := _constant(source)) is not None:
        return constant
    javascript = _javascript(source, function_body(source))
    path = read_result_path(source) or read_path(tokens)
    return javascript if path is None else PathPlan(path, javascript)


def _condition(source: str) -> Plan:
    tokens = _tokens(source)
    body = condition_body(source)
    if not tokens:
        return Constant("false")
    if (constant := _constant(source)) is not None:
        return Constant(json.dumps(is_truthy(constant.json)))
    javascript = _javascript(source, body)
    # What is judged is Boolean(source), so a path stands inside of JavaScript: a missing step raises.
    path = read_path(tokens)
    return javascript if path is None else PathPlan(path, javascript, judged=True)


_kept_expression = lru_cache(maxsize=4096)(_expression)
_kept_condition = lru_cache(maxsize=4096)(_condition)


def _tokens(source: str) -> tuple[Token, ...]:
    if len(source) > MAX_SOURCE:
        raise ExpressionSyntaxError(f"the expression has {len(source)} characters, {MAX_SOURCE} are allowed")
    return tokenise(source).tokens


def _javascript(source: str, body: Body) -> JavaScriptPlan:
    return JavaScriptPlan(body.text, is_async(source), references(source), body.line, body.shift)


class _NotConstantError(Exception):
    """The text is no JSON that JavaScript would read as the same value."""


def _constant(source: str) -> Constant | None:
    """The plan for a literal, None for anything else."""
    text = source.strip()
    if text in LITERALS:
        return Constant(json.dumps(LITERALS[text]))
    if "__proto__" in text:
        return None
    if text[0] in "'`" and text[-1] == text[0] and not set(text[1:-1]) & {text[0], "\\", "$", "\r", "\n"}:
        return Constant(json.dumps(text[1:-1]))
    try:
        value: Any = json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_refused)
    except (ValueError, RecursionError, _NotConstantError):
        return None
    return Constant(json.dumps(value))


def _number(text: str) -> int | float:
    """A number as JavaScript prints it: integral doubles without a fraction."""
    number = float(text)
    if math.isinf(number) or abs(number) > SAFE_INTEGER:
        raise _NotConstantError
    return int(number) if number.is_integer() else number


def _refused(name: str) -> Any:
    raise _NotConstantError(name)
