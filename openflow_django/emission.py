"""Whether writes made right now may start flows.

An operation that writes models switches this off unless its options ask for events; the receivers of model
events consult it before they record anything. It is a context variable, so one step's choice reaches neither
other threads nor other tasks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["emitting", "suppressed"]

emitting: ContextVar[bool] = ContextVar("openflow_emitting", default=True)
"""True when model events are to be recorded."""


@contextmanager
def suppressed() -> Iterator[None]:
    """Writes inside this block record no events."""
    token = emitting.set(False)
    try:
        yield
    finally:
        emitting.reset(token)
