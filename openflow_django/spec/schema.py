"""JSON Schema 2020-12 of a whole document, for editors, the API and other programs.

:func:`validate.validate` does not use it: its own checks are faster, name the step and suggest the right
spelling. It accepts what :func:`parse.parse` accepts. ``template`` transforms, ``error_branch``
and scripts ``op/<type>`` are ours, everything else is OpenFlow.
"""

from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.languages import LANGUAGES

__all__ = ["DOCUMENT_SCHEMA"]

REQUIRED_TEXT: JsonObject = {"type": "string"}
TEXT: JsonObject = {"type": ["string", "null"]}
FLAG: JsonObject = {"type": ["boolean", "null"]}
COUNT: JsonObject = {"type": ["integer", "null"], "minimum": 0}
WHOLE: JsonObject = {"type": ["integer", "null"]}
NUMBER: JsonObject = {"type": ["number", "null"], "minimum": 0}
OBJECT: JsonObject = {"type": ["object", "null"]}
STEPS: JsonObject = {"type": "array", "items": {"$ref": "#/$defs/step"}}


def record(*, required: tuple[str, ...] = (), **properties: Json) -> JsonObject:
    """An object with these keys. Unknown keys are ignored everywhere."""
    return {"type": "object", "required": list(required), "properties": properties}


def typed(name: str, *, required: tuple[str, ...] = (), **properties: Json) -> JsonObject:
    return record(required=("type", *required), type={"const": name}, **properties)


def optional(name: str) -> JsonObject:
    return {"anyOf": [{"$ref": f"#/$defs/{name}"}, {"type": "null"}]}


def by_type(**definitions: JsonObject) -> JsonObject:
    """One of several objects, told apart by ``type``; only the complaints of that one are of interest."""
    return {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": list(definitions)}},
        "allOf": [
            {"if": record(required=("type",), type={"const": name}), "then": definition}
            for name, definition in definitions.items()
        ],
    }


TRANSFORM = by_type(
    static=typed("static", value=True),
    javascript=typed("javascript", required=("expr",), expr=REQUIRED_TEXT),
    template=typed("template", value=True),
    ai=typed("ai"),
)
TRANSFORMS: JsonObject = {
    "type": ["object", "null"],
    "additionalProperties": {"$ref": "#/$defs/transform"},
}
INPUTS: dict[str, Json] = {"input_transforms": TRANSFORMS}

STEP_VALUE = by_type(
    rawscript=typed(
        "rawscript",
        required=("content", "language"),
        content=REQUIRED_TEXT,
        language={"type": "string", "examples": list(LANGUAGES)},
        path=TEXT,
        lock=TEXT,
        tag=TEXT,
        concurrent_limit=COUNT,
        concurrency_time_window_s=COUNT,
        custom_concurrency_key=TEXT,
        **INPUTS,
    ),
    script=typed(
        "script",
        required=("path",),
        path={
            "type": "string",
            "description": "A stored script, or op/<type> for an operation of the site.",
        },
        hash=TEXT,
        tag_override=TEXT,
        **INPUTS,
    ),
    flow=typed("flow", required=("path",), path=REQUIRED_TEXT, **INPUTS),
    forloopflow=typed(
        "forloopflow",
        required=("iterator", "modules"),
        iterator={"$ref": "#/$defs/transform"},
        modules=STEPS,
        skip_failures=FLAG,
        parallel=FLAG,
        parallelism=optional("duration"),
        squash=FLAG,
    ),
    whileloopflow=typed(
        "whileloopflow",
        required=("modules",),
        modules=STEPS,
        skip_failures=FLAG,
        parallel=FLAG,
        parallelism=optional("duration"),
        squash=FLAG,
    ),
    branchone=typed(
        "branchone",
        required=("branches", "default"),
        branches={
            "type": "array",
            "items": record(
                required=("expr", "modules"), summary=TEXT, expr=REQUIRED_TEXT, modules=STEPS, parallel=FLAG
            ),
        },
        default=STEPS,
    ),
    branchall=typed(
        "branchall",
        required=("branches",),
        branches={
            "type": "array",
            "items": record(
                required=("modules",), summary=TEXT, skip_failure=FLAG, modules=STEPS, parallel=FLAG
            ),
        },
        parallel=FLAG,
    ),
    identity=typed("identity", flow=FLAG),
    aiagent=typed(
        "aiagent",
        required=("tools",),
        tools={"type": "array", "items": {"$ref": "#/$defs/tool"}},
        **INPUTS,
    ),
)

TOOL: JsonObject = {
    "type": "object",
    "required": ["id", "value"],
    "if": record(
        required=("value",), value=record(required=("tool_type",), tool_type={"enum": ["mcp", "websearch"]})
    ),
    "then": record(id=REQUIRED_TEXT, summary=TEXT, value={"type": "object"}),
    "else": {
        "$ref": "#/$defs/step",
        "properties": {"value": {"properties": {"tool_type": {"enum": ["flowmodule", None]}}}},
    },
}

RETRY = record(
    constant={"anyOf": [record(attempts=COUNT, seconds=NUMBER), {"type": "null"}]},
    exponential={
        "anyOf": [
            record(attempts=COUNT, multiplier=NUMBER, seconds=NUMBER, random_factor=NUMBER),
            {"type": "null"},
        ]
    },
    retry_if={"anyOf": [record(required=("expr",), expr=REQUIRED_TEXT), {"type": "null"}]},
)

SUSPEND = record(
    required_events=COUNT,
    timeout={"anyOf": [{"$ref": "#/$defs/transform"}, COUNT]},
    resume_form=True,
    user_auth_required=FLAG,
    user_groups_required=optional("transform"),
    self_approval_disabled=FLAG,
    hide_cancel=FLAG,
    continue_on_disapprove_timeout=FLAG,
)

STEP = record(
    required=("id", "value"),
    id=REQUIRED_TEXT,
    value={"$ref": "#/$defs/step_value"},
    summary=TEXT,
    stop_after_if=optional("stop"),
    stop_after_all_iters_if=optional("stop"),
    skip_if={"anyOf": [record(required=("expr",), expr=REQUIRED_TEXT), {"type": "null"}]},
    sleep=optional("duration"),
    cache_ttl=COUNT,
    cache_ignore_s3_path=FLAG,
    timeout=optional("duration"),
    delete_after_use=FLAG,
    delete_after_secs=COUNT,
    mock={"anyOf": [record(enabled=FLAG, return_value=True), {"type": "null"}]},
    suspend={"anyOf": [SUSPEND, {"type": "null"}]},
    priority=WHOLE,
    continue_on_error=FLAG,
    retry={"anyOf": [RETRY, {"type": "null"}]},
    error_branch={
        "anyOf": [
            record(required=("modules",), modules=STEPS, then={"enum": ["stop", "continue", None]}),
            {"type": "null"},
        ]
    },
)

FLOW_VALUE = record(
    required=("modules",),
    modules=STEPS,
    failure_module=optional("step"),
    preprocessor_module=optional("step"),
    same_worker=FLAG,
    concurrent_limit=COUNT,
    concurrency_key=TEXT,
    concurrency_time_window_s=COUNT,
    debounce_delay_s=COUNT,
    debounce_key=TEXT,
    debounce_args_to_accumulate={"type": ["array", "null"], "items": {"type": "string"}},
    max_total_debouncing_time=COUNT,
    max_total_debounces_amount=COUNT,
    skip_expr=TEXT,
    cache_ttl=COUNT,
    cache_ignore_s3_path=FLAG,
    flow_env=OBJECT,
    priority=WHOLE,
    early_return=TEXT,
    chat_input_enabled=FLAG,
    notes=True,
    groups=True,
    preserve_step_tags=FLAG,
)

#: The schema. It refers to nothing outside itself.
DOCUMENT_SCHEMA: JsonObject = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "OpenFlow",
    **record(
        required=("summary", "value"),
        summary=REQUIRED_TEXT,
        description=TEXT,
        value={"$ref": "#/$defs/flow_value"},
        schema=True,
        on_behalf_of_email=TEXT,
    ),
    "$defs": {
        "flow_value": FLOW_VALUE,
        "step": STEP,
        "step_value": STEP_VALUE,
        "tool": TOOL,
        "transform": TRANSFORM,
        "duration": {"anyOf": [{"$ref": "#/$defs/transform"}, {"type": "number"}]},
        "stop": record(
            required=("expr",),
            expr=REQUIRED_TEXT,
            skip_if_stopped=FLAG,
            error_message=TEXT,
            error_include_result=FLAG,
        ),
    },
}
