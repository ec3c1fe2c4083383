"""Values on their way into the JavaScript child and back."""

import json
import math

from openflow_django.spec.json import Json, JsonInvalid, JsonObject, loads, normalise

__all__ = ["AnswerInvalid", "NotJson", "Payload", "encode", "read_answer", "read_list"]

MAX_DEPTH = 400
MAX_KEYS = 1_000_000
NO_LIMIT = 1 << 40


class NotJson(Exception):
    """A value handed over is not JSON."""


class AnswerInvalid(Exception):
    """What the child sent is not JSON that may be kept."""


# ASCII only: one character is one byte and one JavaScript code unit, so offsets are the same everywhere, and
# no lone surrogate or NUL gets near the binding.
_encoder = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))


class Payload:
    """JSON texts in a row. A place is where one begins and ends; the child parses it when it is used."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._end = 0

    def add(self, text: str) -> list[Json]:
        """Append a text, give its place."""
        start = self._end
        self._end += len(text)
        self._texts.append(text)
        return [start, self._end]

    def to_bytes(self) -> bytes:
        """All texts."""
        return "".join(self._texts).encode("ascii")


def encode(value: Json) -> str:
    """A JSON value as ASCII text. Raises NotJson."""
    try:
        return _encoder.encode(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise NotJson(str(error)) from error


def read_answer(part: bytes) -> JsonObject:
    """Parse an object from the child, which may send anything once foreign code has run there. Raises
    AnswerInvalid.
    """
    answer = _read(part)
    if not isinstance(answer, dict):
        raise AnswerInvalid("it is not an object")
    return answer


def read_list(part: bytes) -> list[Json]:
    """Parse a list from the child. Raises AnswerInvalid."""
    answer = _read(part)
    if not isinstance(answer, list):
        raise AnswerInvalid("it is not a list")
    return answer


def _read(part: bytes) -> Json:
    try:
        text = part.decode("utf-8")
        if part.count(b"[") + part.count(b"{") > MAX_DEPTH:
            answer = loads(text, max_bytes=NO_LIMIT, max_depth=MAX_DEPTH, max_keys=MAX_KEYS)
        else:
            answer = _decoder.decode(text)
        return normalise(answer, max_bytes=NO_LIMIT, max_depth=MAX_DEPTH) if "\\u" in text else answer
    except (JsonInvalid, ValueError, RecursionError) as error:
        raise AnswerInvalid(str(error)) from error


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a number that can be kept")
    return value


def _refuse(text: str) -> Json:
    raise ValueError(f"{text} is not JSON")


_decoder = json.JSONDecoder(parse_float=_finite, parse_constant=_refuse)
