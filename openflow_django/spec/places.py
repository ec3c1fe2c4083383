"""Where a flow holds expressions and templates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from openflow_django.spec.issues import pointer_token
from openflow_django.spec.json import Json
from openflow_django.spec.modules import (
    AiAgent,
    BranchOne,
    ForLoop,
    Module,
    ModuleValue,
    PathFlow,
    PathScript,
    RawScript,
    WhileLoop,
)
from openflow_django.spec.transforms import Ai, InputTransform, JavaScript, Static, Template

__all__ = [
    "ExpressionPlace",
    "PlacedTransform",
    "TemplatePlace",
    "input_transforms_of",
    "inputs_key",
    "placed",
    "places",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionPlace:
    """JavaScript at a JSON pointer. A condition is a single expression whose truth counts.

    ``is_input`` tells the inputs of a step, where an empty text is no more than a null.
    """

    pointer: str
    kind: Literal["expression", "condition"]
    text: str
    is_input: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePlace:
    """A template, any JSON value, at a JSON pointer."""

    pointer: str
    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedTransform:
    """An input transform at a JSON pointer."""

    pointer: str
    transform: InputTransform
    is_input: bool


def places(module: Module, pointer: str) -> Iterator[ExpressionPlace | TemplatePlace]:
    """Every expression and template of one step, without the steps inside it."""
    yield from conditions(module, pointer)
    for each in placed(module, pointer):
        match each.transform:
            case JavaScript(expr=expr):
                yield ExpressionPlace(
                    pointer=f"{each.pointer}/expr", kind="expression", text=expr, is_input=each.is_input
                )
            case Template(value=value):
                yield TemplatePlace(pointer=f"{each.pointer}/value", value=value)
            case Static() | Ai():
                pass


def conditions(module: Module, pointer: str) -> Iterator[ExpressionPlace]:
    if module.skip_if is not None:
        yield condition(f"{pointer}/skip_if/expr", module.skip_if.expr)
    if module.stop_after_if is not None:
        yield condition(f"{pointer}/stop_after_if/expr", module.stop_after_if.expr)
    if module.stop_after_all_iters_if is not None:
        yield condition(f"{pointer}/stop_after_all_iters_if/expr", module.stop_after_all_iters_if.expr)
    if module.retry is not None and module.retry.retry_if is not None:
        yield condition(f"{pointer}/retry/retry_if/expr", module.retry.retry_if)
    if isinstance(module.value, BranchOne):
        for index, branch in enumerate(module.value.branches):
            yield condition(f"{pointer}/value/branches/{index}/expr", branch.expr)


def condition(pointer: str, text: str) -> ExpressionPlace:
    return ExpressionPlace(pointer=pointer, kind="condition", text=text)


def placed(module: Module, pointer: str) -> Iterator[PlacedTransform]:
    """Every input transform of one step: of its settings and of its inputs."""
    for name, transform in settings(module):
        if transform is not None:
            yield PlacedTransform(pointer=f"{pointer}/{name}", transform=transform, is_input=False)
    key = inputs_key(module.value)
    for name, transform in input_transforms_of(module.value).items():
        where = f"{pointer}/value/{key}/{pointer_token(name)}"
        yield PlacedTransform(pointer=where, transform=transform, is_input=True)


def settings(module: Module) -> Iterator[tuple[str, InputTransform | None]]:
    yield "sleep", module.sleep
    yield "timeout", module.timeout
    if module.suspend is not None:
        timeout = module.suspend.timeout
        yield "suspend/timeout", None if isinstance(timeout, int) else timeout
        yield "suspend/user_groups_required", module.suspend.user_groups_required
    if isinstance(module.value, ForLoop):
        yield "value/iterator", module.value.iterator
    if isinstance(module.value, ForLoop | WhileLoop):
        yield "value/parallelism", module.value.parallelism


def inputs_key(value: ModuleValue) -> str:
    """The key under which the document has the inputs: their name, or its alias."""
    source = value.source or {}
    is_alias = "input_transform" in source and "input_transforms" not in source
    return "input_transform" if is_alias else "input_transforms"


def input_transforms_of(value: ModuleValue) -> Mapping[str, InputTransform]:
    """The input transforms of what a step does; kinds without inputs have none."""
    if isinstance(value, RawScript | PathScript | PathFlow | AiAgent):
        return value.input_transforms
    return {}
