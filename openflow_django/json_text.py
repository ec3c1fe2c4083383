"""JSON as people type and read it: where a mistake is, on which line a path lies, how a value is laid
out.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from openflow_django.spec.issues import pointer_token

__all__ = ["pointer_lines", "pretty", "syntax_error_position"]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)


def pretty(value: Any) -> str:
    """``value`` on several lines, characters of every script as themselves."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def syntax_error_position(text: str) -> tuple[str, int, int] | None:
    """What is wrong with ``text`` as JSON, the line and the column, both counted from 1. None where it
    parses.

    Nesting beyond what Python's parser follows counts as parsing: limits are judged elsewhere.
    """
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.msg, error.lineno, error.colno
    except (RecursionError, ValueError):
        return None
    return None


def pointer_lines(text: str) -> dict[str, int]:
    """For every value of a JSON ``text`` its JSON pointer (RFC 6901) and the line on which it starts,
    from 1.
    """
    return dict(_positions(text))


def _positions(text: str) -> Iterator[tuple[str, int]]:
    # A stack of [pointer, next index or None for objects]: documents may be deeper than Python's own stack.
    stack: list[tuple[str, int | None]] = []
    key, line, end = "", 1, 0
    expects_key = False
    for match in _TOKEN.finditer(text):
        line += text.count("\n", end, match.start())
        end = match.start()
        piece = match.group()
        if piece in {"}", "]"}:
            if stack:
                stack.pop()
            expects_key = False
        elif piece == ",":
            if stack and (index := stack[-1][1]) is not None:
                stack[-1] = (stack[-1][0], index + 1)
            expects_key = bool(stack) and stack[-1][1] is None
        elif piece == ":":
            expects_key = False
        elif expects_key:
            key = _unquote(piece)
        else:
            pointer = _pointer(stack, key)
            yield pointer, line
            if piece in {"{", "["}:
                stack.append((pointer, 0 if piece == "[" else None))
                expects_key = piece == "{"


def _pointer(stack: list[tuple[str, int | None]], key: str) -> str:
    if not stack:
        return ""
    parent, index = stack[-1]
    name = str(index) if index is not None else pointer_token(key)
    return f"{parent}/{name}"


def _unquote(piece: str) -> str:
    try:
        name = json.loads(piece)
    except ValueError:
        return piece
    return name if isinstance(name, str) else piece
