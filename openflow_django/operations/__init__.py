"""What a step can do: one module per operation. Importing this package registers the built-in ones."""

from openflow_django.operations.base import (
    ANONYMOUS,
    SYSTEM,
    Actor,
    Operation,
    OperationContext,
    OperationError,
    operation,
    operations,
    validate_options,
)
from openflow_django.operations.options import OptionProblem, object_schema

__all__ = [
    "ANONYMOUS",
    "SYSTEM",
    "Actor",
    "Operation",
    "OperationContext",
    "OperationError",
    "OptionProblem",
    "object_schema",
    "operation",
    "operations",
    "validate_options",
]
