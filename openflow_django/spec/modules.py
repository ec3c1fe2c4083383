"""Modules (steps) and the kinds of value a module can have. Field names are the keys of the document.

``extra`` holds keys this package does not know. ``source`` is the object a value was read from;
:func:`dump.dump` uses it to repeat the spelling of what was not changed. It takes no part in comparisons.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from openflow_django.spec.json import Json
from openflow_django.spec.policies import Mock, Retry, SkipIf, StopAfterIf, Suspend
from openflow_django.spec.transforms import InputTransform

__all__ = [
    "AiAgent",
    "Branch",
    "BranchAll",
    "BranchOne",
    "ErrorBranch",
    "ExternalTool",
    "ForLoop",
    "Identity",
    "Module",
    "ModuleValue",
    "PathFlow",
    "PathScript",
    "RawScript",
    "WhileLoop",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawScript:
    """Code inside the document. Arguments are matched to ``main`` by parameter name."""

    type: ClassVar[str] = "rawscript"

    content: str
    language: str
    input_transforms: Mapping[str, InputTransform] = field(default_factory=dict[str, InputTransform])
    path: str | None = None
    lock: str | None = None
    tag: str | None = None
    concurrent_limit: int | None = None
    concurrency_time_window_s: int | None = None
    custom_concurrency_key: str | None = None
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathScript:
    """A stored script, or a registered operation when ``path`` is ``op/<type>``."""

    type: ClassVar[str] = "script"

    path: str
    hash: str | None = None
    tag_override: str | None = None
    input_transforms: Mapping[str, InputTransform] = field(default_factory=dict[str, InputTransform])
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFlow:
    """Another flow; the mapped arguments are its whole input."""

    type: ClassVar[str] = "flow"

    path: str
    input_transforms: Mapping[str, InputTransform] = field(default_factory=dict[str, InputTransform])
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForLoop:
    """``modules`` once per element of the list that ``iterator`` gives."""

    type: ClassVar[str] = "forloopflow"

    iterator: InputTransform
    modules: tuple["Module", ...]
    skip_failures: bool = False
    parallel: bool = False
    parallelism: InputTransform | None = None
    squash: bool = False
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhileLoop:
    """``modules`` again and again until something stops the loop. The parallel keys have no effect."""

    type: ClassVar[str] = "whileloopflow"

    modules: tuple["Module", ...]
    skip_failures: bool = False
    parallel: bool = False
    parallelism: InputTransform | None = None
    squash: bool = False
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One branch of a branchone (``expr``) or a branchall (``skip_failure``). ``parallel`` has no effect."""

    modules: tuple["Module", ...]
    summary: str | None = None
    expr: str = ""
    skip_failure: bool = False
    parallel: bool | None = None
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchOne:
    """The first branch whose condition holds, else ``default``."""

    type: ClassVar[str] = "branchone"

    branches: tuple[Branch, ...]
    default: tuple["Module", ...]
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchAll:
    """All branches, at the same time unless ``parallel`` is false."""

    type: ClassVar[str] = "branchall"

    branches: tuple[Branch, ...]
    parallel: bool = True
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Passes the previous result on. ``flow`` has no effect."""

    type: ClassVar[str] = "identity"

    flow: bool | None = None
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalTool:
    """A tool of an agent that is no module: ``value`` has the ``tool_type`` mcp or websearch."""

    id: str
    value: Mapping[str, Json]
    summary: str | None = None
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AiAgent:
    """A language model with ``tools``; those with the ``tool_type`` flowmodule are modules."""

    type: ClassVar[str] = "aiagent"

    input_transforms: Mapping[str, InputTransform] = field(default_factory=dict[str, InputTransform])
    tools: "tuple[Module | ExternalTool, ...]" = ()
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


ModuleValue: TypeAlias = (
    RawScript | PathScript | PathFlow | ForLoop | WhileLoop | BranchOne | BranchAll | Identity | AiAgent
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBranch:
    """Runs when the step failed for good; ``then`` the flow ends with its outcome, or goes on. Ours."""

    modules: tuple["Module", ...]
    then: Literal["stop", "continue"] = "stop"
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One step: what it does (``value``) and how it is done. Durations are in seconds."""

    id: str
    value: ModuleValue
    summary: str | None = None
    stop_after_if: StopAfterIf | None = None
    stop_after_all_iters_if: StopAfterIf | None = None
    skip_if: SkipIf | None = None
    sleep: InputTransform | None = None
    cache_ttl: int | None = None
    cache_ignore_s3_path: bool = False
    timeout: InputTransform | None = None
    delete_after_use: bool = False
    delete_after_secs: int | None = None
    mock: Mock | None = None
    suspend: Suspend | None = None
    priority: int | None = None
    continue_on_error: bool = False
    retry: Retry | None = None
    error_branch: ErrorBranch | None = None
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)
