"""The start of a JSON text as a value: databases cut long texts before they travel."""

import json
import re

from openflow_django.spec.json import Json

__all__ = ["loads_start"]

_MARKS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{},]', re.DOTALL)
_CLOSING = {"{": "}", "[": "]"}


def loads_start(text: str) -> Json:
    """The value of a JSON text whose end may be missing: as much of it as is whole, None where nothing is.

    A long text that is cut keeps its start.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if text.startswith('"'):
        return _start_of_text(text)
    end = _last_whole(text)
    try:
        return json.loads(text[:end] + _missing(text[:end])) if end else None
    except (ValueError, RecursionError):
        return None


def _start_of_text(text: str) -> Json:
    # An escape has six characters at most; one that was cut is dropped with what is before it.
    for end in range(len(text), max(len(text) - 12, 0), -1):
        try:
            return json.loads(f'{text[:end]}"')
        except ValueError:
            continue
    return None


def _last_whole(text: str) -> int:
    """The last position at which every value that has begun is whole or an open container."""
    end = 0
    for mark in _MARKS.finditer(text):
        match mark.group():
            case ",":
                end = mark.start()
            case "{" | "[" | "}" | "]":
                end = mark.end()
            case '"':
                break
            case _:
                continue
    return end


def _missing(text: str) -> str:
    """The brackets that close what is open."""
    opened: list[str] = []
    for mark in _MARKS.finditer(text):
        match mark.group():
            case "{" | "[" as bracket:
                opened.append(_CLOSING[bracket])
            case "}" | "]":
                opened.pop()
            case _:
                continue
    return "".join(reversed(opened))
