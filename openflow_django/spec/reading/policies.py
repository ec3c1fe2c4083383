"""The keys of a step's settings: skip, stop, retry, suspend, mock."""

from typing import Any

from openflow_django.spec.json import Json
from openflow_django.spec.policies import (
    ConstantRetry,
    ExponentialRetry,
    Mock,
    Retry,
    SkipIf,
    StopAfterIf,
    Suspend,
)
from openflow_django.spec.reading.reader import (
    UNREAD,
    Reader,
    Shape,
    anything,
    flag,
    integer,
    node,
    number,
    text,
)
from openflow_django.spec.reading.transforms import seconds, typed_transform

__all__ = [
    "CONSTANT_RETRY",
    "EXPONENTIAL_RETRY",
    "MOCK",
    "NEVER",
    "RETRY",
    "SKIP_IF",
    "STOP_AFTER_IF",
    "SUSPEND",
    "condition",
]


def condition(reader: Reader, raw: Json, pointer: str) -> Any:
    """The text of ``{"expr": text}``."""
    if not isinstance(raw, dict):
        return reader.wrong_type(pointer, "an object with the text expr", raw)
    expr = raw.get("expr")
    if isinstance(expr, str):
        return expr
    reader.report.error(pointer, "missing_key", '"expr" is missing in a condition.')
    return UNREAD


#: Stands in for a missing condition.
NEVER = "false"

SKIP_IF = Shape(build=SkipIf, noun="a skip condition", keys={"expr": text}, required={"expr": NEVER})
STOP_AFTER_IF = Shape(
    build=StopAfterIf,
    noun="a stop condition",
    keys={"expr": text, "skip_if_stopped": flag, "error_message": text, "error_include_result": flag},
    required={"expr": NEVER},
)
CONSTANT_RETRY = Shape(
    build=ConstantRetry, noun="a constant retry", keys={"attempts": integer, "seconds": number}
)
EXPONENTIAL_RETRY = Shape(
    build=ExponentialRetry,
    noun="an exponential retry",
    keys={"attempts": integer, "multiplier": number, "seconds": number, "random_factor": number},
)
RETRY = Shape(
    build=Retry,
    noun="a retry",
    keys={"constant": node(CONSTANT_RETRY), "exponential": node(EXPONENTIAL_RETRY), "retry_if": condition},
)
SUSPEND = Shape(
    build=Suspend,
    noun="a suspension",
    keys={
        "required_events": integer,
        "timeout": seconds,
        "resume_form": anything,
        "user_auth_required": flag,
        "user_groups_required": typed_transform,
        "self_approval_disabled": flag,
        "hide_cancel": flag,
        "continue_on_disapprove_timeout": flag,
    },
    ignored=frozenset({"skin"}),
)
MOCK = Shape(build=Mock, noun="a mock", keys={"enabled": flag, "return_value": anything})
