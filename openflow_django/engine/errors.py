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
        case None:
            return {"name": "UnknownError", "message": "No error found"}
        case value:
            return {"name": "UnknownError", "message": "The previous result is not an error", "error": value}


def _error_of_list(entries: list[Json]) -> Json:
    errors = [entry["error"] for entry in entries if isinstance(entry, dict) and entry.get("error")]
    if len(errors) == 1:
        return errors[0]
    if not errors:
        return {"name": "MultipleErrors", "message": "Could not parse errors"}
    return {"name": "MultipleErrors", "message": "; ".join(map(_sentence, errors)), "errors": errors}


def _sentence(error: Json) -> str:
    if not isinstance(error, dict):
        return str(error)
    return f"[{error.get('step_id', '?')}] {error.get('message', '')}"
