"""JSON as Python values: reading hostile text, bounding, cleaning, and one canonical form.

No function here recurses, so depth is a matter of limits, never of the interpreter's stack.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator, Sized
from typing import Any, TypeAlias, cast

from openflow_django.exceptions import OpenFlowError
from openflow_django.spec.issues import pointer_token

__all__ = ["Json", "JsonInvalid", "JsonObject", "canonical", "check_bounds", "digest", "loads", "normalise"]

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
JsonObject: TypeAlias = dict[str, Json]

#: Python refuses to turn longer integers into text (``sys.int_info.default_max_str_digits``).
INTEGER_BOUND = 10**4300

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
TOKENS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{}:]', re.DOTALL)


class JsonInvalid(OpenFlowError):
    """The value or text is not JSON, or too large. ``path`` is a JSON pointer, "" when unknown."""

    code = "json_invalid"

    def __init__(self, message: str, *, code: str | None = None, path: str = "") -> None:
        super().__init__(message, code=code)
        self.path = path


def canonical(value: Json) -> str:
    """The one text of ``value``: keys sorted, no white space, characters as they are.

    Raises :class:`JsonInvalid`.
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise JsonInvalid(f"Not a JSON value: {error}") from error


def digest(value: Json) -> str:
    """SHA-256 of the canonical text, 64 lower-case hexadecimal digits. Raises :class:`JsonInvalid`."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def loads(text: str | bytes, *, max_bytes: int, max_depth: int, max_keys: int) -> Json:
    """Parse untrusted JSON text. Size, depth and number of keys are checked before anything is built.

    Raises :class:`JsonInvalid`, also for NaN, Infinity, numbers beyond a double (``1e999``) and integers of
    more than 4300 digits. Of a repeated key the last one counts.
    """
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > max_bytes:
        raise JsonInvalid(f"The JSON text has {size} bytes, {max_bytes} are allowed.", code="json_too_large")
    try:
        source = text.decode("utf-8") if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        raise JsonInvalid("The JSON text is not UTF-8.", code="json_syntax") from error
    scan(source, max_depth=max_depth, max_keys=max_keys)
    try:
        return json.loads(
            source, parse_constant=refuse_constant, parse_float=finite_float, parse_int=bounded_integer
        )
    except json.JSONDecodeError as error:
        message = f"{error.msg} (line {error.lineno}, column {error.colno})"
        raise JsonInvalid(f"Not JSON: {message}.", code="json_syntax") from error
    except RecursionError as error:
        raise JsonInvalid("The JSON text is nested too deeply.", code="json_too_deep") from error


def scan(source: str, *, max_depth: int, max_keys: int) -> None:
    """Bound depth and keys by looking at brackets and colons outside of strings; nothing is built."""
    depth = keys = 0
    for token in TOKENS.finditer(source):
        match source[token.start()]:
            case "[" | "{":
                depth += 1
                if depth > max_depth:
                    raise JsonInvalid(
                        f"JSON is nested more than {max_depth} levels deep.", code="json_too_deep"
                    )
            case "]" | "}":
                depth -= 1
            case ":":
                keys += 1
                if keys > max_keys:
                    raise JsonInvalid(f"JSON has more than {max_keys} keys.", code="json_too_many_keys")
            case _ if len(token.group()) == 1:
                raise JsonInvalid("Not JSON: a string is not closed.", code="json_syntax")
            case _:
                pass


def refuse_constant(name: str) -> Any:
    raise JsonInvalid(f"{name} is not a JSON number.", code="json_number")


def finite_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise JsonInvalid("A number is too large.", code="json_number")
    return number


def bounded_integer(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise JsonInvalid("An integer has more than 4300 digits.", code="json_number") from error


def check_bounds(value: object, *, max_bytes: int, max_depth: int) -> int:
    """Size in bytes of ``value`` as compact UTF-8 JSON. Only dict, list and plain scalars count as JSON here.

    Raises :class:`JsonInvalid` at the first thing that is too large, too deep, not finite, not JSON, or text
    that not every database can store (NUL, lone surrogates). Works on values of any depth, also cyclic ones.
    """
    size = 0
    frames: list[tuple[bool, Iterator[Any]]] = []
    keys: list[Any] = []
    current: Any = value
    try:
        while True:
            size += own_size(current)
            if size > max_bytes:
                raise JsonInvalid(f"JSON is larger than {max_bytes} bytes.", code="json_too_large")
            if type(current) is dict or type(current) is list:
                if len(frames) >= max_depth:
                    raise JsonInvalid(
                        f"JSON is nested more than {max_depth} levels deep.", code="json_too_deep"
                    )
                container = cast("dict[Any, Any] | list[Any]", current)
                is_object = isinstance(container, dict)
                frames.append((is_object, iter(container.items() if is_object else enumerate(container))))
                keys.append(None)
            entry = None
            while frames and (entry := next(frames[-1][1], None)) is None:
                frames.pop()
                keys.pop()
            if entry is None:
                return size
            keys[-1], current = entry
            if frames[-1][0]:
                if type(keys[-1]) is not str:
                    raise JsonInvalid("Keys of a JSON object are strings.", code="json_type")
                size += own_size(keys[-1]) + 1
    except JsonInvalid as error:
        error.path = (
            "" if error.code == "json_too_deep" else "".join(f"/{pointer_token(str(key))}" for key in keys)
        )
        raise


def own_size(value: object) -> int:
    """Bytes of a scalar, or of the brackets and commas of a container, as compact JSON."""
    sizer = SIZERS.get(type(value))
    if sizer is None:
        raise JsonInvalid(f"A Python {type(value).__name__} is not JSON.", code="json_type")
    return sizer(value)


def text_size(value: str) -> int:
    if (not value.isascii() or "\x00" in value) and UNSTORABLE.search(value):
        raise JsonInvalid("Text holds a NUL character or half of a surrogate pair.", code="json_text")
    return len(json.encoder.encode_basestring(value).encode())


def integer_size(value: int) -> int:
    if not -INTEGER_BOUND < value < INTEGER_BOUND:
        raise JsonInvalid("An integer has more than 4300 digits.", code="json_number")
    return len(str(value))


def float_size(value: float) -> int:
    if not math.isfinite(value):
        raise JsonInvalid(f"{value} is not a JSON number.", code="json_number")
    return len(repr(value))


def container_size(value: Sized) -> int:
    return 2 + max(len(value) - 1, 0)


SIZERS: dict[type, Callable[[Any], int]] = {
    str: text_size,
    int: integer_size,
    float: float_size,
    list: container_size,
    dict: container_size,
    bool: lambda value: 4 if value else 5,
    type(None): lambda value: 4,
}


def normalise(value: object, *, max_bytes: int, max_depth: int) -> Json:
    """A copy of ``value`` that every database can store: NUL and lone surrogates become U+FFFD.

    Tuples become lists, subclasses of the JSON types the plain type. Raises :class:`JsonInvalid` for anything
    else, for NaN and infinities, for integers of more than 4300 digits, and beyond ``max_bytes`` (compact
    UTF-8) or ``max_depth``.
    """
    result: list[Any] = []
    frames: list[tuple[Any, Iterator[Any]]] = [(result, iter([(0, value)]))]
    budget = max_bytes + 1
    while frames:
        target, entries = frames[-1]
        entry = next(entries, None)
        if entry is None:
            frames.pop()
            continue
        budget -= 1
        if budget < 0:
            raise JsonInvalid(f"JSON is larger than {max_bytes} bytes.", code="json_too_large")
        copy, children = plain(entry[1])
        if children is not None:
            if len(frames) > max_depth:
                raise JsonInvalid(f"JSON is nested more than {max_depth} levels deep.", code="json_too_deep")
            frames.append((copy, children))
        if isinstance(target, list):
            cast("list[Any]", target).append(copy)
        elif isinstance(entry[0], str):
            target[plain_text(entry[0])] = copy
        else:
            raise JsonInvalid("Keys of a JSON object are strings.", code="json_type")
    check_bounds(result[0], max_bytes=max_bytes, max_depth=max_depth)
    return cast(Json, result[0])


def plain(value: Any) -> tuple[Any, Iterator[Any] | None]:
    """The plain form of a scalar, or an empty container with the entries still to be put in."""
    if isinstance(value, str):
        return plain_text(value), None
    if isinstance(value, dict):
        return {}, iter(cast("dict[Any, Any]", value).items())
    if isinstance(value, list | tuple):
        return [], enumerate(cast("list[Any]", value))
    if value is None or isinstance(value, bool):
        return value, None
    if isinstance(value, int):
        return int.__int__(value), None
    if isinstance(value, float):
        return float.__float__(value), None
    raise JsonInvalid(f"A Python {type(value).__name__} is not JSON.", code="json_type")


def plain_text(value: str) -> str:
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", str.__str__(value))
