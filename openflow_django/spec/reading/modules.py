"""The keys of steps, one table per noun, used for reading and for writing.

The tables follow the OpenFlow definition; ``error_branch`` and the template transform are ours.
"""

from collections.abc import Mapping
from typing import Any

from openflow_django.spec.issues import nearest, quoted
from openflow_django.spec.json import Json
from openflow_django.spec.modules import (
    AiAgent,
    Branch,
    BranchAll,
    BranchOne,
    ErrorBranch,
    ExternalTool,
    ForLoop,
    Identity,
    Module,
    PathFlow,
    PathScript,
    RawScript,
    WhileLoop,
)
from openflow_django.spec.reading.policies import MOCK, NEVER, RETRY, SKIP_IF, STOP_AFTER_IF, SUSPEND
from openflow_django.spec.reading.reader import (
    UNREAD,
    Read,
    Reader,
    Shape,
    flag,
    integer,
    mapping,
    node,
    one_of,
    text,
    whole_number,
)
from openflow_django.spec.reading.transforms import transform, transforms, typed_transform
from openflow_django.spec.transforms import Static

__all__ = [
    "BRANCH_ALL_BRANCH",
    "BRANCH_ONE_BRANCH",
    "ERROR_BRANCH",
    "EXTERNAL_TOOL",
    "MODULE",
    "VALUES",
    "module",
    "modules",
]

#: Holds the place of a step that could not be read, so that those behind it keep their index.
UNREADABLE = Module(id="", value=Identity())

INPUT_TRANSFORM_ALIAS = {"input_transform": "input_transforms"}


def modules(reader: Reader, raw: Json, pointer: str) -> Any:
    """A list of steps, one level deeper than the step that holds it."""
    return nested(reader, raw, pointer, module)


def tools(reader: Reader, raw: Json, pointer: str) -> Any:
    """The tools of an agent."""
    return nested(reader, raw, pointer, tool)


def nested(reader: Reader, raw: Json, pointer: str, read: Read) -> Any:
    if not isinstance(raw, list):
        return reader.wrong_type(pointer, "a list of steps", raw)
    if raw and reader.depth >= reader.limits.max_depth:
        limit = reader.limits.max_depth
        reader.report.error(pointer, "too_deep", f"Steps are nested more than {limit} levels deep.")
        return ()
    reader.depth += 1
    items = [read(reader, item, f"{pointer}/{index}") for index, item in enumerate(raw)]
    reader.depth -= 1
    return tuple(UNREADABLE if item is UNREAD else item for item in items)


def module(reader: Reader, raw: Json, pointer: str) -> Any:
    """One step."""
    reader.steps += 1
    if reader.steps == reader.limits.max_steps + 1:
        reader.report.error(
            pointer, "too_many_steps", f"The flow has more than {reader.limits.max_steps} steps."
        )
    if reader.steps > reader.limits.max_steps:
        return UNREAD
    outer = reader.report.step_id
    step_id = raw.get("id") if isinstance(raw, dict) else None
    reader.report.step_id = step_id if isinstance(step_id, str) and step_id else outer
    read = reader.node(MODULE, raw, pointer)
    reader.report.step_id = outer
    return read


def module_value(reader: Reader, raw: Json, pointer: str) -> Any:
    """What a step does, by its type."""
    if not isinstance(raw, dict):
        return reader.wrong_type(pointer, "an object with a type", raw)
    match raw.get("type"):
        case str(kind) if kind in VALUES:
            return reader.node(VALUES[kind], raw, pointer)
        case None:
            reader.report.error(pointer, "missing_key", 'What a step does needs a "type".')
        case str(kind):
            message = f"There is no step of type {quoted(kind)}."
            hint = nearest(kind, VALUES) or f"Valid types are {', '.join(VALUES)}."
            reader.report.error(f"{pointer}/type", "unknown_kind", message, hint=hint)
        case other:
            reader.wrong_type(f"{pointer}/type", "a text", other)
    return UNREAD


def tool(reader: Reader, raw: Json, pointer: str) -> Any:
    """A module, or a tool that is none. A tool without ``tool_type`` is a module, as in older documents."""
    value = raw.get("value") if isinstance(raw, dict) else None
    kind = value.get("tool_type") if isinstance(value, dict) else None
    if kind in (None, "flowmodule"):
        return module(reader, raw, pointer)
    if kind in ("mcp", "websearch"):
        return reader.node(EXTERNAL_TOOL, raw, pointer)
    message = "The type of a tool is flowmodule, mcp or websearch."
    reader.report.error(f"{pointer}/value/tool_type", "unknown_kind", message)
    return UNREAD


def branches(shape: Shape) -> Read:
    """The read function of a list of branches."""

    def read(reader: Reader, raw: Json, pointer: str) -> Any:
        if not isinstance(raw, list):
            return reader.wrong_type(pointer, "a list of branches", raw)
        items = [reader.node(shape, item, f"{pointer}/{index}") for index, item in enumerate(raw)]
        return tuple(Branch(modules=()) if item is UNREAD else item for item in items)

    return read


ERROR_BRANCH = Shape(
    build=ErrorBranch,
    noun="an error branch",
    keys={"modules": modules, "then": one_of("stop", "continue")},
    required={"modules": ()},
)
MODULE = Shape(
    build=Module,
    noun="a step",
    keys={
        "id": text,
        "summary": text,
        "value": module_value,
        "stop_after_if": node(STOP_AFTER_IF),
        "stop_after_all_iters_if": node(STOP_AFTER_IF),
        "skip_if": node(SKIP_IF),
        "sleep": transform,
        "cache_ttl": integer,
        "cache_ignore_s3_path": flag,
        "timeout": transform,
        "delete_after_use": flag,
        "delete_after_secs": integer,
        "mock": node(MOCK),
        "suspend": node(SUSPEND),
        "priority": whole_number,
        "continue_on_error": flag,
        "retry": node(RETRY),
        "error_branch": node(ERROR_BRANCH),
    },
    required={"id": "", "value": Identity()},
    ignored=frozenset({"apply_preprocessor", "pass_flow_input_directly"}),
)

BRANCH_ONE_BRANCH = Shape(
    build=Branch,
    noun="a branch",
    keys={"summary": text, "expr": text, "modules": modules, "parallel": flag},
    required={"expr": NEVER, "modules": ()},
)
BRANCH_ALL_BRANCH = Shape(
    build=Branch,
    noun="a branch",
    keys={"summary": text, "skip_failure": flag, "modules": modules, "parallel": flag},
    required={"modules": ()},
    explicit=("skip_failure",),
    ignored=frozenset({"expr"}),
)
RAW_SCRIPT = Shape(
    build=RawScript,
    noun="a rawscript step",
    type="rawscript",
    keys={
        "content": text,
        "language": text,
        "input_transforms": transforms,
        "path": text,
        "lock": text,
        "tag": text,
        "concurrent_limit": integer,
        "concurrency_time_window_s": integer,
        "custom_concurrency_key": text,
    },
    required={"content": "", "language": ""},
    aliases=INPUT_TRANSFORM_ALIAS,
    ignored=frozenset({"assets", "is_trigger", "tool_type"}),
)
PATH_SCRIPT = Shape(
    build=PathScript,
    noun="a script step",
    type="script",
    keys={"path": text, "hash": text, "tag_override": text, "input_transforms": transforms},
    required={"path": ""},
    aliases=INPUT_TRANSFORM_ALIAS,
    ignored=frozenset({"is_trigger", "tool_type"}),
)
PATH_FLOW = Shape(
    build=PathFlow,
    noun="a flow step",
    type="flow",
    keys={"path": text, "input_transforms": transforms},
    required={"path": ""},
    aliases=INPUT_TRANSFORM_ALIAS,
    ignored=frozenset({"tool_type"}),
)
FOR_LOOP = Shape(
    build=ForLoop,
    noun="a for-loop",
    type="forloopflow",
    keys={
        "iterator": typed_transform,
        "modules": modules,
        "skip_failures": flag,
        "parallel": flag,
        "parallelism": transform,
        "squash": flag,
    },
    required={"iterator": Static([]), "modules": ()},
    explicit=("skip_failures", "parallel"),
    ignored=frozenset({"tool_type"}),
)
WHILE_LOOP = Shape(
    build=WhileLoop,
    noun="a while-loop",
    type="whileloopflow",
    keys={
        "modules": modules,
        "skip_failures": flag,
        "parallel": flag,
        "parallelism": transform,
        "squash": flag,
    },
    required={"modules": ()},
    explicit=("skip_failures",),
    ignored=frozenset({"tool_type"}),
)
BRANCH_ONE = Shape(
    build=BranchOne,
    noun="a branchone step",
    type="branchone",
    keys={"branches": branches(BRANCH_ONE_BRANCH), "default": modules},
    required={"branches": (), "default": ()},
    ignored=frozenset({"tool_type"}),
)
BRANCH_ALL = Shape(
    build=BranchAll,
    noun="a branchall step",
    type="branchall",
    keys={"branches": branches(BRANCH_ALL_BRANCH), "parallel": flag},
    required={"branches": ()},
    explicit=("parallel",),
    ignored=frozenset({"tool_type"}),
)
IDENTITY = Shape(
    build=Identity,
    noun="an identity step",
    type="identity",
    keys={"flow": flag},
    ignored=frozenset({"input_transform", "input_transforms", "tool_type"}),
)
AI_AGENT = Shape(
    build=AiAgent,
    noun="an aiagent step",
    type="aiagent",
    keys={"input_transforms": transforms, "tools": tools},
    required={"tools": ()},
    aliases=INPUT_TRANSFORM_ALIAS,
    ignored=frozenset({"omit_output_from_conversation", "parallel", "tag", "tool_type"}),
)
EXTERNAL_TOOL = Shape(
    build=ExternalTool,
    noun="a tool",
    keys={"id": text, "summary": text, "value": mapping},
    required={"id": "", "value": {}},
)

#: Shapes of what a step does, by the value of ``type``.
VALUES: Mapping[str, Shape] = {
    shape.type: shape
    for shape in (
        RAW_SCRIPT,
        PATH_SCRIPT,
        PATH_FLOW,
        FOR_LOOP,
        WHILE_LOOP,
        BRANCH_ONE,
        BRANCH_ALL,
        IDENTITY,
        AI_AGENT,
    )
    if shape.type
}
