"""Values on their way into the JavaScript child and back: JSON texts in a row, and where each begins and
ends."""

import json
import math

from openflow_django.spec.json import Json, JsonInvalid, JsonObject, loads, normalise

__all__ = ["AnswerInvalid", "NotJson", "Payload", "encode", "read_answer"]

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
    """Collects values. The child parses each one when it is first used."""

    def __init__(self) -> None:
        self.size = 0
        """Bytes of all values so far."""
        self._texts: list[str] = []

    def add(self, value: Json) -> list[Json]:
        """Append a value; returns where it begins and ends. Raises NotJson."""
        try:
            text = _encoder.encode(value)
        except (TypeError, ValueError, RecursionError) as error:
            raise NotJson(str(error)) from error
        start = self.size
        self.size += len(text)
        self._texts.append(text)
        return [start, self.size]

    def add_all(self, values: Json) -> JsonObject:
        """Append each member of an object; anything else counts as an empty one."""
        return {key: self.add(value) for key, value in values.items()} if isinstance(values, dict) else {}

    def text(self) -> bytes:
        """All texts in a row."""
        return "".join(self._texts).encode("ascii")


def encode(value: Json) -> bytes:
    """A JSON value as ASCII text."""
    return _encoder.encode(value).encode("ascii")


def read_answer(part: bytes) -> JsonObject:
    """Parse one answer of the child, which may be anything once foreign code has run there. Raises
    AnswerInvalid."""
    try:
        text = part.decode("utf-8")
        if part.count(b"[") + part.count(b"{") > MAX_DEPTH:
            answer = loads(text, max_bytes=NO_LIMIT, max_depth=MAX_DEPTH, max_keys=MAX_KEYS)
        else:
            answer = _decoder.decode(text)
        if "\\u" in text:
            answer = normalise(answer, max_bytes=NO_LIMIT, max_depth=MAX_DEPTH)
    except (JsonInvalid, ValueError, RecursionError) as error:
        raise AnswerInvalid(str(error)) from error
    if not isinstance(answer, dict):
        raise AnswerInvalid("it is not an object")
    return answer


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a number that can be kept")
    return value


def _refuse(text: str) -> Json:
    raise ValueError(f"{text} is not JSON")


_decoder = json.JSONDecoder(parse_float=_finite, parse_constant=_refuse)
