"""The keys of the flow itself, and all tables by class.

The tables follow the OpenFlow definition.
"""

from collections.abc import Mapping
from typing import Any

from openflow_django.spec.document import Flow, FlowValue
from openflow_django.spec.modules import ErrorBranch, ExternalTool, Module
from openflow_django.spec.policies import (
    ConstantRetry,
    ExponentialRetry,
    Mock,
    Retry,
    SkipIf,
    StopAfterIf,
    Suspend,
)
from openflow_django.spec.reading.modules import ERROR_BRANCH, EXTERNAL_TOOL, MODULE, VALUES, module, modules
from openflow_django.spec.reading.policies import (
    CONSTANT_RETRY,
    EXPONENTIAL_RETRY,
    MOCK,
    RETRY,
    SKIP_IF,
    STOP_AFTER_IF,
    SUSPEND,
)
from openflow_django.spec.reading.reader import (
    Shape,
    anything,
    flag,
    integer,
    mapping,
    node,
    text,
    texts,
    whole_number,
)

__all__ = ["EXPORT_KEYS", "FLOW", "FLOW_VALUE", "SHAPES"]

#: What servers add to a flow they export or pull; it says nothing about what the flow does.
EXPORT_KEYS = frozenset(
    {
        "archived",
        "dedicated_worker",
        "draft_only",
        "edited_at",
        "edited_by",
        "extra_perms",
        "path",
        "tag",
        "timeout",
        "visible_to_runner_only",
        "workspace_id",
        "ws_error_handler_muted",
    }
)

FLOW_VALUE = Shape(
    build=FlowValue,
    noun="the value of a flow",
    keys={
        "modules": modules,
        "failure_module": module,
        "preprocessor_module": module,
        "same_worker": flag,
        "concurrent_limit": integer,
        "concurrency_key": text,
        "concurrency_time_window_s": integer,
        "debounce_delay_s": integer,
        "debounce_key": text,
        "debounce_args_to_accumulate": texts,
        "max_total_debouncing_time": integer,
        "max_total_debounces_amount": integer,
        "skip_expr": text,
        "cache_ttl": integer,
        "cache_ignore_s3_path": flag,
        "flow_env": mapping,
        "priority": whole_number,
        "early_return": text,
        "chat_input_enabled": flag,
        "notes": anything,
        "groups": anything,
        "preserve_step_tags": flag,
    },
    required={"modules": ()},
)
FLOW = Shape(
    build=Flow,
    noun="a flow",
    keys={
        "summary": text,
        "description": text,
        "value": node(FLOW_VALUE),
        "schema": anything,
        "on_behalf_of_email": text,
    },
    required={"summary": "", "value": FlowValue(modules=())},
    ignored=EXPORT_KEYS,
)

#: Shapes by class. Branches have none: theirs depends on the step that holds them.
SHAPES: Mapping[Any, Shape] = {
    **{shape.build: shape for shape in VALUES.values()},
    Flow: FLOW,
    FlowValue: FLOW_VALUE,
    Module: MODULE,
    ExternalTool: EXTERNAL_TOOL,
    ErrorBranch: ERROR_BRANCH,
    SkipIf: SKIP_IF,
    StopAfterIf: STOP_AFTER_IF,
    Retry: RETRY,
    ConstantRetry: CONSTANT_RETRY,
    ExponentialRetry: EXPONENTIAL_RETRY,
    Suspend: SUSPEND,
    Mock: MOCK,
}
