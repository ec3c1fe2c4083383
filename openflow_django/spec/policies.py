"""Settings of a step: when it is skipped, stops the flow, is tried again, waits for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from openflow_django.spec.json import Json
from openflow_django.spec.transforms import InputTransform

__all__ = [
    "ConstantRetry",
    "ExponentialRetry",
    "Mock",
    "Retry",
    "SkipIf",
    "StopAfterIf",
    "Suspend",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipIf:
    """The step is skipped when the condition ``expr`` holds."""

    expr: str
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAfterIf:
    """The flow ends behind the step when the condition ``expr`` holds.

    A non-null ``error_message`` makes it fail; an empty one stands for a default made of the expression.
    """

    expr: str
    skip_if_stopped: bool = False
    error_message: str | None = None
    error_include_result: bool = False
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantRetry:
    """``attempts`` retries, ``seconds`` apart."""

    attempts: int = 0
    seconds: float = 0
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExponentialRetry:
    """``attempts`` retries, each after ``multiplier * seconds ** (k + 1)`` seconds.

    ``k`` counts the retries already made; ``random_factor`` is the largest deviation in percent.
    """

    attempts: int = 0
    multiplier: float = 1
    seconds: float = 0
    random_factor: float = 0
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Constant retries first, then exponential ones, as long as the condition ``retry_if`` holds."""

    constant: ConstantRetry | None = None
    exponential: ExponentialRetry | None = None
    retry_if: str | None = None
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend:
    """Behind the step the flow waits for ``required_events`` approvals; 0 means it does not wait.

    ``timeout`` is in seconds; None leaves the default (1800) to the engine.
    """

    required_events: int = 0
    timeout: int | InputTransform | None = None
    resume_form: Json = None
    user_auth_required: bool = False
    user_groups_required: InputTransform | None = None
    self_approval_disabled: bool = False
    hide_cancel: bool = False
    continue_on_disapprove_timeout: bool = False
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mock:
    """When ``enabled``, ``return_value`` stands in for the step's result and the step is not run."""

    enabled: bool = False
    return_value: Json = None
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])
    source: Mapping[str, Json] | None = field(default=None, compare=False, repr=False)
