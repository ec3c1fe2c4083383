"""A flow as values: the whole document, with everything it is made of re-exported from one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    ModuleValue,
    PathFlow,
    PathScript,
    RawScript,
    WhileLoop,
)
from openflow_django.spec.policies import (
    ConstantRetry,
    ExponentialRetry,
    Mock,
    Retry,
    SkipIf,
    StopAfterIf,
    Suspend,
)
from openflow_django.spec.transforms import Ai, InputTransform, JavaScript, Static, Template

__all__ = [
    "Ai",
    "AiAgent",
    "Branch",
    "BranchAll",
    "BranchOne",
    "ConstantRetry",
    "ErrorBranch",
    "ExponentialRetry",
    "ExternalTool",
    "Flow",
    "FlowValue",
    "ForLoop",
    "Identity",
    "InputTransform",
    "JavaScript",
    "Mock",
    "Module",
    "ModuleValue",
    "PathFlow",
    "PathScript",
    "RawScript",
    "Retry",
    "SkipIf",
    "Static",
    "StopAfterIf",
    "Suspend",
    "Template",
    "WhileLoop",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowValue:
    """The steps of a flow and the settings that hold for all of them. Durations are in seconds."""

    modules: tuple[Module, ...]
    failure_module: Module | None = None
    preprocessor_module: Module | None = None
    same_worker: bool = False
    concurrent_limit: int | None = None
    concurrency_key: str | None = None
    concurrency_time_window_s: int | None = None
    debounce_delay_s: int | None = None
    debounce_key: str | None = None
    debounce_args_to_accumulate: tuple[str, ...] = ()
    max_total_debouncing_time: int | None = None
    max_total_debounces_amount: int | None = None
    skip_expr: str | None = None
    cache_ttl: int | None = None
    cache_ignore_s3_path: bool = False
    flow_env: Mapping[str, Json] | None = None
    priority: int | None = None
    early_return: str | None = None
    chat_input_enabled: bool = False
    notes: Json = None
    groups: Json = None
    preserve_step_tags: bool = False
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One OpenFlow document. ``schema`` is the JSON Schema of the flow's input, None when there is none."""

    summary: str
    value: FlowValue
    description: str = ""
    schema: Json = None
    on_behalf_of_email: str | None = None
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)
