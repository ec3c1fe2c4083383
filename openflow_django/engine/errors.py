"""Error values: the names the engine gives, and what the name ``error`` means in an expression."""

from typing import Final

from openflow_django.spec.json import Json

__all__ = [
    "CANCELED",
    "DISAPPROVED",
    "EARLY_STOP",
    "EXECUTION",
    "INTERNAL",
    "ITERATIONS",
    "TIMED_OUT",
    "error_of",
]

CANCELED: Final = "Canceled"
DISAPPROVED: Final = "SuspendedDisapproved"
EARLY_STOP: Final = "EarlyStopError"
EXECUTION: Final = "ExecutionErr"
INTERNAL: Final = "InternalError"
ITERATIONS: Final = "TooManyIterations"
TIMED_OUT: Final = "SuspendedTimedOut"


def error_of(previous_result: Json) -> Json:
    """The error that a previous result holds, in the order of OpenFlow semantics section 6."""
    match previous_result:
        case {"error": error} if error:
            return error
        case [*entries]:
            return _error_of_list(entries)
        case value if value:
            return {"name": "UnknownError", "message": "Could not parse the error", "error": value}
        case _:
            return {"name": "UnknownError", "message": "No error found"}


def _error_of_list(entries: list[Json]) -> Json:
    errors = [entry["error"] for entry in entries if isinstance(entry, dict) and "error" in entry]
    if len(errors) == 1:
        return errors[0]
    message = "; ".join(_sentence(error, index) for index, error in enumerate(errors))
    return {"name": "MultipleErrors", "message": message or "Could not parse errors", "errors": entries}


def _sentence(error: Json, index: int) -> str:
    """``[step] message``; its place among the errors where it names no step."""
    if not isinstance(error, dict):
        return f"[{index}] {error}"
    return f"[{error.get('step_id') or index}] {error.get('message') or error.get('name') or ''}"
