"""Old names in the expressions of a whole flow. Scripts are never touched."""

from collections.abc import Collection, Iterator
from typing import TypeAlias

from openflow_django.spec.issues import pointer_token
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.legacy.modules import Work
from openflow_django.spec.legacy.names import foreign_inputs, with_loop_members, with_previous_result
from openflow_django.spec.raw_steps import RawStep, raw_steps

__all__ = ["modernise_expressions"]

Path: TypeAlias = tuple[str | int, ...]

#: Where a step holds expressions, besides its inputs and branches.
SETTINGS: tuple[Path, ...] = (
    ("skip_if",),
    ("stop_after_if",),
    ("stop_after_all_iters_if",),
    ("retry", "retry_if"),
    ("sleep",),
    ("timeout",),
    ("suspend", "timeout"),
    ("suspend", "user_groups_required"),
    ("value", "iterator"),
    ("value", "parallelism"),
)


def modernise_expressions(value: JsonObject, *, inputs: Collection[str], work: Work) -> None:
    """Rewrite the expressions of all steps. The steps are changed in place, what is inside them is copied.

    ``inputs`` are the declared inputs of the flow: a flow may well have one that is called ``_value``.
    """
    for found in raw_steps(value):
        step_id = found.step.get("id")
        work.report.step_id = step_id if isinstance(step_id, str) else None
        for path in expression_paths(found):
            holder = at(found.step, path)
            if not isinstance(holder, dict) or holder.get("type", "javascript") != "javascript":
                continue
            text = holder.get("expr")
            if not isinstance(text, str):
                continue
            new = modern(text, found, is_input="input_transforms" in path, inputs=inputs)
            if new != text:
                found.step.update(replaced(found.step, path, {**holder, "expr": new}))
            warn_of_foreign_inputs(new, found, path, inputs=inputs, work=work)
    work.report.step_id = None


def expression_paths(found: RawStep) -> Iterator[Path]:
    """Paths within the step of the objects that hold an ``expr``."""
    yield from SETTINGS
    branches = found.value.get("branches")
    for index in range(len(branches)) if isinstance(branches, list) else ():
        yield "value", "branches", index
    transforms = found.value.get("input_transforms")
    for name in transforms if isinstance(transforms, dict) else ():
        yield "value", "input_transforms", name


def at(value: Json, path: Path) -> Json:
    for key in path:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int):
            value = value[key]
        else:
            return None
    return value


def replaced(value: JsonObject, path: Path, new: Json) -> JsonObject:
    """A copy of ``value`` with ``new`` at ``path``, which is known to exist."""
    key, rest = path[0], path[1:]
    return {name: changed(item, rest, new) if name == key else item for name, item in value.items()}


def changed(value: Json, path: Path, new: Json) -> Json:
    if not path:
        return new
    if isinstance(value, list):
        return [
            changed(item, path[1:], new) if index == path[0] else item for index, item in enumerate(value)
        ]
    return replaced(value, path, new) if isinstance(value, dict) else value


def modern(text: str, found: RawStep, *, is_input: bool, inputs: Collection[str]) -> str:
    """``result`` was the previous result in inputs; elsewhere it still is what it was."""
    if is_input:
        text = with_previous_result(text)
    if found.loops and not {"_value", "_index"}.intersection(inputs):
        text = with_loop_members(text)
    return text


def warn_of_foreign_inputs(
    text: str, found: RawStep, path: Path, *, inputs: Collection[str], work: Work
) -> None:
    """In the first version the input of a loop's body also held the members of the previous result."""
    if not work.old_loops.intersection(found.loops):
        return
    for name in foreign_inputs(text, known=inputs):
        message = f"flow_input.{name} may be of the step before the loop, which is no input any more."
        hint = f"If so, write results.ID.{name} with the id of that step."
        pointer = "".join(f"/{pointer_token(str(key))}" for key in path)
        work.report.warning(f"{found.pointer}{pointer}/expr", "loop_input", message, hint=hint)
