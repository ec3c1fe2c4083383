"""Plain paths such as ``results.a.items[0].name``, read in Python without an engine.

Members follow JavaScript: a missing one is undefined, a member of undefined or null is a TypeError, ``?.``
gives undefined for the rest of the chain. What only JavaScript knows (methods, members of text and numbers)
is handed to it. The form ``results.id[n].a.b`` is read as a JSON path instead, in which whatever is missing
is null (OpenFlow semantics section 3).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeAlias

from openflow_django.expressions.names import Names
from openflow_django.expressions.ports import Failure
from openflow_django.expressions.tokens import Token
from openflow_django.spec.json import Json

__all__ = [
    "HANDED_OVER",
    "RESULTS",
    "HandedOver",
    "Path",
    "PathStep",
    "read",
    "read_path",
    "read_result_path",
]

PathStep: TypeAlias = tuple[str, bool]
"""The key, and whether ``?.`` stands before it. Indexes are keys too, as in JavaScript."""


class _Sign(Enum):
    HANDED_OVER = "handed over"
    UNDEFINED = "undefined"


HANDED_OVER: Final = _Sign.HANDED_OVER
"""The answer that only JavaScript can give."""

HandedOver: TypeAlias = Literal[_Sign.HANDED_OVER]

UNDEFINED: Final = _Sign.UNDEFINED

RESULTS: Final = "results"
"""The name under which the results of steps are read."""
RESULT_PATH = re.compile(r"results\??\.(\w+)(?:\[(\d+)\])?((?:\.\w+)*)", re.ASCII)
IDENTIFIER = re.compile(r"(?:\$|[^\W\d])[$\w]*")
INDEX = re.compile(r"0|[1-9]\d{0,9}", re.ASCII)

#: Names that start a chain but are no variables.
RESERVED = frozenset(
    {
        "Infinity",
        "NaN",
        "async",
        "await",
        "class",
        "delete",
        "do",
        "false",
        "function",
        "if",
        "import",
        "let",
        "new",
    }
    | {"null", "return", "super", "this", "throw", "true", "typeof", "undefined", "void", "yield"}
)
#: Members that every object has without owning them.
INHERITED = frozenset(
    {
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
        "__proto__",
        "constructor",
    }
    | {"hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf"}
)


@dataclass(frozen=True, slots=True)
class Path:
    """A root name and the members read from it. ``null_safe`` makes it a JSON path."""

    root: str
    steps: tuple[PathStep, ...] = ()
    null_safe: bool = False


def read_result_path(text: str) -> Path | None:
    """The JSON path into a step's result that ``text`` is, or None where it has another form."""
    exact = RESULT_PATH.fullmatch(text.strip())
    if exact is None:
        return None
    keys = [exact[1], *([exact[2]] if exact[2] else []), *exact[3].split(".")[1:]]
    if "length" in keys[1:]:
        return None
    return Path(RESULTS, tuple((key, False) for key in keys), null_safe=True)


def read_path(tokens: Sequence[Token]) -> Path | None:
    """The path that ``tokens`` are, read as JavaScript, or None where they are more than a path."""
    if not tokens or not _is_identifier(tokens[0]) or tokens[0].text in RESERVED:
        return None
    steps: list[PathStep] = []
    index = 1
    while index < len(tokens):
        step = _step(tokens, index)
        if step is None:
            return None
        key, optional, index = step
        steps.append((key, optional))
    return Path(tokens[0].text, tuple(steps))


def _step(tokens: Sequence[Token], index: int) -> tuple[str, bool, int] | None:
    """The key of the step that starts at ``index``, whether it is optional, and where the next one starts."""
    optional = tokens[index].text == "?."
    following = tokens[index + 1 : index + 2]
    if (optional or tokens[index].text == ".") and following and _is_identifier(following[0]):
        return following[0].text, optional, index + 2
    bracket = index + 1 if optional else index
    if [token.text for token in tokens[bracket : bracket + 3 : 2]] != ["[", "]"]:
        return None
    key = tokens[bracket + 1]
    if key.kind == "string" and "\\" not in key.text:
        return key.text[1:-1], optional, bracket + 3
    if key.kind == "number" and INDEX.fullmatch(key.text):
        return key.text, optional, bracket + 3
    return None


def _is_identifier(token: Token) -> bool:
    return token.kind == "name" and IDENTIFIER.fullmatch(token.text) is not None


def read(path: Path, names: Names) -> Json | Failure | HandedOver:
    """The value at ``path``; undefined is None. HANDED_OVER where JavaScript has to be asked."""
    if path.root == RESULTS:
        return _read_results(path, names)
    try:
        value = names.values[path.root]
    except KeyError:
        return HANDED_OVER
    return _walk(value, path.steps)


def _read_results(path: Path, names: Names) -> Json | Failure | HandedOver:
    if names.results is None:
        return HANDED_OVER
    if not path.steps:
        return {step_id: names.results.get(step_id) for step_id in names.results.ids()}
    result = names.results.get(path.steps[0][0])
    return _walk_null_safe(result, path.steps[1:]) if path.null_safe else _walk(result, path.steps[1:])


def _walk(start: Json, steps: Sequence[PathStep]) -> Json | Failure | HandedOver:
    value: Json | _Sign = start
    for key, optional in steps:
        if type(value) is dict:
            if key in value:
                value = value[key]
                continue
            if key in INHERITED:
                return HANDED_OVER
            value = UNDEFINED
        elif value is None or value is UNDEFINED:
            if optional:
                return None
            kind = "null" if value is None else "undefined"
            return Failure("TypeError", f"cannot read property '{key}' of {kind}")
        else:
            value = _member(value, key)
            if value is HANDED_OVER:
                return HANDED_OVER
    return None if value is UNDEFINED else value


def _member(value: Json | _Sign, key: str) -> Json | _Sign:
    """A member of a list or of text, as far as Python can tell."""
    if isinstance(value, list):
        if key == "length":
            return len(value)
        if INDEX.fullmatch(key):
            return value[int(key)] if int(key) < len(value) else UNDEFINED
    elif isinstance(value, str) and key == "length":
        return len(value) if value.isascii() else len(value.encode("utf-16-le", "surrogatepass")) // 2
    return HANDED_OVER


def _walk_null_safe(start: Json, steps: Sequence[PathStep]) -> Json:
    value = start
    for key, _ in steps:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal():
            value = value[int(key)] if int(key) < len(value) else None
        else:
            return None
    return value
