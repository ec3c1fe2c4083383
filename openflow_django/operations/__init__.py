"""What a step can do: one module per operation. Importing this package registers the built-in ones."""

from openflow_django.operations import (
    approval_link,
    condition,
    exec,
    http_request,
    item_create,
    item_delete,
    item_read,
    item_update,
    json_web_token,
    log,
    return_value,
    send_mail,
    throw_error,
    transform,
)
from openflow_django.operations.base import (
    ANONYMOUS,
    SYSTEM,
    Actor,
    Operation,
    OperationContext,
    OperationError,
    actor_of,
    operation,
    operations,
    validate_options,
)
from openflow_django.operations.options import OptionProblem, object_schema

__all__ = [
    "ANONYMOUS",
    "BUILT_IN",
    "SYSTEM",
    "Actor",
    "Operation",
    "OperationContext",
    "OperationError",
    "OptionProblem",
    "actor_of",
    "object_schema",
    "operation",
    "operations",
    "validate_options",
]

BUILT_IN = (
    log,
    http_request,
    send_mail,
    item_create,
    item_read,
    item_update,
    item_delete,
    transform,
    condition,
    throw_error,
    return_value,
    exec,
    json_web_token,
    approval_link,
)
"""The modules of the operations that come with the package."""
