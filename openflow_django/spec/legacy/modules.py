"""Steps of every older spelling, rewritten one by one. The steps given are never changed, only copied."""

from dataclasses import dataclass, field

from openflow_django.spec.issues import Report, quoted
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.raw_steps import MAX_DEPTH, STEP_LISTS, WITH_BRANCHES
from openflow_django.spec.reading.modules import (
    BRANCH_ALL_BRANCH,
    BRANCH_ONE_BRANCH,
    ERROR_BRANCH,
    MODULE,
    VALUES,
)
from openflow_django.spec.reading.policies import (
    CONSTANT_RETRY,
    EXPONENTIAL_RETRY,
    MOCK,
    RETRY,
    SKIP_IF,
    STOP_AFTER_IF,
    SUSPEND,
)
from openflow_django.spec.reading.reader import Shape, anything

__all__ = ["Work", "upgraded_list", "upgraded_retry", "upgraded_step", "without_nulls"]

#: Kinds of step that have inputs.
WITH_INPUTS = frozenset({"script", "rawscript", "flow", "aiagent"})

SETTINGS = {
    "skip_if": SKIP_IF,
    "stop_after_if": STOP_AFTER_IF,
    "stop_after_all_iters_if": STOP_AFTER_IF,
    "mock": MOCK,
}


@dataclass(slots=True)
class Work:
    """What is found on the way.

    ``old_loops`` are the pointers of loops that had their old form; ``retries`` are retries that held for all
    steps of a flow or loop, by its pointer.
    """

    report: Report
    depth: int = 0
    old_loops: set[str] = field(default_factory=set[str])
    retries: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject])


def without_nulls(raw: JsonObject, shape: Shape) -> JsonObject:
    """A copy without the keys that say nothing: null for an optional value that is not JSON itself."""
    return {name: item for name, item in raw.items() if item is not None or not is_optional(name, shape)}


def is_optional(name: str, shape: Shape) -> bool:
    read = shape.keys.get(shape.aliases.get(name, name))
    return read is not None and read is not anything


def static_if_number(item: Json) -> Json:
    return {"type": "static", "value": item} if is_number(item) else item


def is_number(item: Json) -> bool:
    return isinstance(item, int | float) and not isinstance(item, bool)


def upgraded_list(steps: Json, work: Work, *, pointer: str, is_tool: bool = False) -> Json:
    """A list of steps; anything else, and what is nested too deeply to be a flow, comes back as it is."""
    if not isinstance(steps, list) or work.depth >= MAX_DEPTH:
        return steps
    work.depth += 1
    upgraded = [
        upgraded_step(step, work, pointer=f"{pointer}/{index}", is_tool=is_tool)
        for index, step in enumerate(steps)
    ]
    work.depth -= 1
    return upgraded


def upgraded_step(step: Json, work: Work, *, pointer: str, is_tool: bool = False) -> Json:
    if not isinstance(step, dict):
        return step
    outer = work.report.step_id
    step_id = step.get("id")
    work.report.step_id = step_id if isinstance(step_id, str) and step_id else outer
    upgraded = without_nulls(step, MODULE)
    value = upgraded.get("value")
    if isinstance(value, dict):
        inputs = taken_inputs(upgraded)
        value = upgraded_value(value, work, pointer=pointer)
        value = with_inputs(value, inputs, work, pointer=pointer)
        upgraded["value"] = upgraded_tool(value) if is_tool else value
    upgrade_stop(upgraded, work, pointer=pointer)
    for key in ("sleep", "timeout"):
        if key in upgraded:
            upgraded[key] = static_if_number(upgraded[key])
    upgrade_settings(upgraded, work, pointer=pointer)
    work.report.step_id = outer
    return upgraded


def taken_inputs(step: JsonObject) -> JsonObject:
    """Inputs written beside the value, taken out of the step."""
    inputs: JsonObject = {}
    for key in ("input_transform", "input_transforms"):
        found = step.get(key)
        if isinstance(found, dict):
            inputs = {**inputs, **found}
            del step[key]
        elif key in step and found is None:
            del step[key]
    return inputs


def with_inputs(value: JsonObject, beside: JsonObject, work: Work, *, pointer: str) -> JsonObject:
    """The value with the inputs that stood beside it or under their old name."""
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in WITH_INPUTS:
        if beside:
            message = f"The inputs {names_of(beside)} are dropped: a step of this kind has none."
            work.report.warning(f"{pointer}/value", "inputs_dropped", message)
        return value
    aliased = value.get("input_transform")
    own = value.get("input_transforms")
    if isinstance(aliased, dict) and (own is None or isinstance(own, dict)):
        value = {key: item for key, item in value.items() if key != "input_transform"}
        value["input_transforms"] = {**aliased, **(own or {})}
    own = value.get("input_transforms")
    if not beside or not (own is None or isinstance(own, dict)):
        return value
    return {**value, "input_transforms": {**beside, **(own or {})}}


def names_of(keys: JsonObject) -> str:
    return ", ".join(quoted(key) for key in list(keys)[:5])


def upgraded_value(value: JsonObject, work: Work, *, pointer: str) -> JsonObject:
    """What the step does, with the steps inside it."""
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in VALUES:
        return value
    value = without_nulls(value, VALUES[kind])
    where = f"{pointer}/value"
    if kind == "forloopflow" and isinstance(value.get("value"), dict):
        value = upgraded_loop(value, work, pointer=pointer)
    if "parallelism" in value:
        value["parallelism"] = static_if_number(value["parallelism"])
    for key in STEP_LISTS.get(kind, ()):
        if key in value:
            value[key] = upgraded_list(value[key], work, pointer=f"{where}/{key}", is_tool=key == "tools")
    branches = value.get("branches")
    if kind in WITH_BRANCHES and isinstance(branches, list):
        shape = BRANCH_ONE_BRANCH if kind == "branchone" else BRANCH_ALL_BRANCH
        value["branches"] = upgraded_branches(branches, shape, work, pointer=f"{where}/branches")
    return value


def upgraded_loop(value: JsonObject, work: Work, *, pointer: str) -> JsonObject:
    """A loop whose body was a flow value of its own."""
    inner = value["value"]
    value = {key: item for key, item in value.items() if key != "value"}
    if not isinstance(inner, dict):
        return value
    work.old_loops.add(pointer)
    if "modules" in value:
        work.report.warning(
            f"{pointer}/value", "loop_body", "The loop had two bodies; the newer one is kept."
        )
        return value
    value["modules"] = inner.get("modules", [])
    lost = {key: item for key, item in inner.items() if key not in ("modules", "retry") and item}
    if lost:
        message = f"The loop's own settings {names_of(lost)} are dropped: a loop has none any more."
        hint = "A failure module of the whole flow also runs for failures in loops."
        work.report.warning(f"{pointer}/value", "loop_settings", message, hint=hint)
    retry = inner.get("retry")
    if isinstance(retry, dict):
        work.retries[pointer] = retry
    return value


def upgraded_branches(branches: list[Json], shape: Shape, work: Work, *, pointer: str) -> Json:
    return [
        upgraded_branch(branch, shape, work, pointer=f"{pointer}/{index}")
        if isinstance(branch, dict)
        else branch
        for index, branch in enumerate(branches)
    ]


def upgraded_branch(branch: JsonObject, shape: Shape, work: Work, *, pointer: str) -> JsonObject:
    branch = without_nulls(branch, shape)
    if "modules" in branch:
        branch["modules"] = upgraded_list(branch["modules"], work, pointer=f"{pointer}/modules")
    return branch


def upgraded_tool(value: JsonObject) -> JsonObject:
    """What a tool of an agent does. A module unless it says otherwise; its empty inputs are for the model."""
    value = {"tool_type": "flowmodule", **value} if value.get("tool_type") is None else value
    inputs = value.get("input_transforms")
    if value["tool_type"] != "flowmodule" or not isinstance(inputs, dict):
        return value
    filled: JsonObject = {
        name: {"type": "ai"} if is_empty_static(transform) else transform
        for name, transform in inputs.items()
    }
    return {**value, "input_transforms": filled}


def is_empty_static(transform: Json) -> bool:
    return (
        isinstance(transform, dict) and transform.get("type") == "static" and transform.get("value") is None
    )


def upgrade_stop(step: JsonObject, work: Work, *, pointer: str) -> None:
    """``stop_after_if_expr`` with ``skip_if_stopped`` beside it. The latter alone never stopped anything."""
    expr = step.get("stop_after_if_expr")
    is_skip = step.get("skip_if_stopped")
    if expr is None or isinstance(expr, str):
        step.pop("stop_after_if_expr", None)
    if is_skip is None or isinstance(is_skip, bool):
        step.pop("skip_if_stopped", None)
    if not isinstance(expr, str):
        if is_skip is True:
            message = "skip_if_stopped is dropped: without a condition it never had an effect."
            work.report.warning(pointer, "stop_without_condition", message)
        return
    if "stop_after_if" in step:
        message = "The step had two stop conditions; the newer one is kept."
        work.report.warning(f"{pointer}/stop_after_if", "stop_twice", message)
        return
    step["stop_after_if"] = {"expr": expr, "skip_if_stopped": is_skip is True}


def upgrade_settings(step: JsonObject, work: Work, *, pointer: str) -> None:
    """Nulls inside the settings, a suspension that is a number, the steps of an error branch."""
    for key, shape in SETTINGS.items():
        setting = step.get(key)
        if isinstance(setting, dict):
            step[key] = without_nulls(setting, shape)
    retry = step.get("retry")
    if isinstance(retry, dict):
        step["retry"] = upgraded_retry(retry)
    suspend = step.get("suspend")
    if isinstance(suspend, dict):
        step["suspend"] = without_nulls(suspend, SUSPEND)
    elif is_number(suspend):
        step["suspend"] = {"required_events": suspend}
    error_branch = step.get("error_branch")
    if isinstance(error_branch, dict):
        error_branch = without_nulls(error_branch, ERROR_BRANCH)
        where = f"{pointer}/error_branch/modules"
        if "modules" in error_branch:
            error_branch["modules"] = upgraded_list(error_branch["modules"], work, pointer=where)
        step["error_branch"] = error_branch


def upgraded_retry(retry: JsonObject) -> JsonObject:
    retry = without_nulls(retry, RETRY)
    for key, shape in (("constant", CONSTANT_RETRY), ("exponential", EXPONENTIAL_RETRY)):
        phase = retry.get(key)
        if isinstance(phase, dict):
            retry[key] = without_nulls(phase, shape)
    return retry
