"""YAML as files of flows use it: the JSON values of YAML 1.2, read safely and written the same way every
time.

Reading goes through parser events, never through nodes or constructors, so there are no aliases to expand, no
tags to obey and no recursion. What YAML 1.1 would turn into something else (``no``, ``on``, dates, ``1_000``,
``12:30``) stays text.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from openflow_django.exceptions import OpenFlowError
from openflow_django.spec.json import Json, JsonObject

__all__ = ["INLINE_TAG", "MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "YamlInvalid", "dumps", "loads"]

MAX_BYTES: Final = 5_000_000
"""Largest text read, in bytes of UTF-8."""

MAX_DEPTH: Final = 400
"""Deepest nesting of lists and mappings read, as of documents."""

MAX_NODES: Final = 500_000
"""Most values and keys read from one text."""

INLINE_TAG: Final = "!inline"
"""The one tag with a meaning: ``!inline a.ts`` is the text ``"!inline a.ts"``, as folders of Windmill write
it."""

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
INTEGER = re.compile(r"[-+]?\d+", re.ASCII)
PREFIXED = re.compile(r"0o[0-7]+|0x[\da-fA-F]+", re.ASCII)
FLOAT = re.compile(r"[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?", re.ASCII)
NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", re.ASCII)

#: Text that a literal block would not give back: other line ends, a byte order mark, control characters.
NOT_LITERAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")

#: The parser in C where PyYAML was built with it; both give the same events.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlInvalid(OpenFlowError):
    """The text is not the YAML that is read here. ``line`` and ``column`` count from 1, None when unknown."""

    code = "yaml_invalid"

    def __init__(
        self, message: str, *, line: int | None = None, column: int | None = None, hint: str = ""
    ) -> None:
        place = "" if line is None else f" (line {line}, column {column})"
        super().__init__(f"{message}{place}", hint=hint)
        self.line = line
        self.column = column


def loads(
    text: str | bytes,
    *,
    max_bytes: int = MAX_BYTES,
    max_depth: int = MAX_DEPTH,
    max_nodes: int = MAX_NODES,
) -> Json:
    """The one value that ``text`` holds. Keys are always text, as they are written.

    Raises YamlInvalid for what is no YAML, and for aliases, tags, merge keys, repeated keys, keys that are no
    scalars, several documents, numbers that JSON cannot hold, and whatever exceeds a limit.
    """
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "surrogatepass"))
    if size > max_bytes:
        raise YamlInvalid(f"The YAML text has {size} bytes, {max_bytes} are allowed.")
    try:
        source = text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
        source.encode()
    except UnicodeError as error:
        raise YamlInvalid("The YAML text is not UTF-8.") from error
    builder = _Builder(max_depth=max_depth, max_nodes=max_nodes)
    try:
        for event in yaml.parse(source, Loader=LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        raise _syntax_error(error) from error
    if not builder.documents:
        raise YamlInvalid("The YAML text is empty.")
    return builder.root


def dumps(value: Json) -> str:
    """``value`` as YAML text: keys in their order, code in literal blocks, one way to write each value.

    Readers of YAML 1.1 and of 1.2 find the same value in it. ``value`` is JSON of any depth.
    """
    return yaml.emit(
        _events(value), Dumper=_Emitter, allow_unicode=True, width=sys.maxsize, indent=2, line_break="\n"
    )


@dataclass(slots=True)
class _Frame:
    """An open list or mapping; ``key`` is the key whose value comes next."""

    container: list[Json] | JsonObject
    key: str | None = None


@dataclass(slots=True, kw_only=True)
class _Builder:
    """Builds the value from events, one after the other."""

    max_depth: int
    max_nodes: int
    root: Json = None
    documents: int = 0
    nodes: int = 0
    frames: list[_Frame] = field(default_factory=list[_Frame])

    def take(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                self._count(event)
                self._scalar(event)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._count(event)
                self._open(event)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self.frames.pop()
            case yaml.AliasEvent():
                raise _error(event, "Aliases (*name) are not read.", hint="Write the value out.")
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise _error(event, "There is more than one document in the text.")
            case _:
                pass

    def _count(self, event: Any) -> None:
        self.nodes += 1
        if self.nodes > self.max_nodes:
            raise _error(event, f"The YAML text has more than {self.max_nodes} values.")

    def _open(self, event: Any) -> None:
        if event.tag is not None:
            raise _tag_error(event)
        if self._expects_key():
            raise _error(event, "A key is text, not a list or a mapping.")
        if len(self.frames) >= self.max_depth:
            raise _error(event, f"The YAML text is nested more than {self.max_depth} levels deep.")
        container: list[Json] | JsonObject = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self._put(container)
        self.frames.append(_Frame(container))

    def _expects_key(self) -> bool:
        return (
            bool(self.frames) and isinstance(self.frames[-1].container, dict) and self.frames[-1].key is None
        )

    def _scalar(self, event: Any) -> None:
        if self._expects_key():
            self._key(event)
        elif event.tag == INLINE_TAG:
            self._put(f"{INLINE_TAG} {event.value}")
        elif event.tag is not None:
            raise _tag_error(event)
        else:
            self._put(_plain_value(event) if event.implicit[0] else event.value)

    def _key(self, event: Any) -> None:
        frame = self.frames[-1]
        if event.tag is not None:
            raise _tag_error(event)
        if event.implicit[0] and event.value == "<<":
            raise _error(event, "Merge keys (<<) are not read.", hint="Write the keys out.")
        if event.value in frame.container:
            raise _error(event, f'The key "{event.value}" stands there twice.')
        frame.key = event.value

    def _put(self, value: Json) -> None:
        if not self.frames:
            self.root = value
            return
        frame = self.frames[-1]
        if isinstance(frame.container, list):
            frame.container.append(value)
        elif frame.key is not None:
            frame.container[frame.key] = value
            frame.key = None


def _plain_value(event: Any) -> Json:
    """What an unquoted scalar is in the core schema of YAML 1.2."""
    text: str = event.value
    if text in NULLS:
        return None
    if text in BOOLEANS:
        return BOOLEANS[text]
    if INTEGER.fullmatch(text) or PREFIXED.fullmatch(text):
        return _integer(event, text)
    if FLOAT.fullmatch(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise _error(event, "A number is too large.")
        return number
    if NOT_FINITE.fullmatch(text):
        raise _error(event, f"{text} is not a JSON number.", hint="Quote it if it is meant as text.")
    return text


def _integer(event: Any, text: str) -> int:
    try:
        return int(text, 10 if INTEGER.fullmatch(text) else 0)
    except ValueError as error:
        raise _error(event, "An integer has more than 4300 digits.") from error


def _error(event: Any, message: str, *, hint: str = "") -> YamlInvalid:
    mark = event.start_mark
    return YamlInvalid(message, line=mark.line + 1, column=mark.column + 1, hint=hint)


def _tag_error(event: Any) -> YamlInvalid:
    return _error(event, f"The tag {event.tag} is not read.", hint="Remove it; text can be quoted.")


def _syntax_error(error: yaml.YAMLError) -> YamlInvalid:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    if mark is None:
        return YamlInvalid(f"Not YAML: {problem}.")
    return YamlInvalid(f"Not YAML: {problem}.", line=mark.line + 1, column=mark.column + 1)


class _Emitter(yaml.SafeDumper):
    """Keeps literal blocks for code with tabs and with blanks at line ends, which PyYAML would quote."""

    def analyze_scalar(self, scalar: str) -> Any:
        analysis = super().analyze_scalar(scalar)
        analysis.allow_block = _is_literal(scalar)
        return analysis


def _is_literal(text: str) -> bool:
    return "\n" in text and text[0] not in " \t\n" and NOT_LITERAL.search(text) is None


_END: Final = object()


def _events(value: Json) -> Iterator[yaml.Event]:
    yield yaml.StreamStartEvent()
    yield yaml.DocumentStartEvent(explicit=False)
    stack: list[Iterator[tuple[yaml.Event | None, Json]]] = [iter([(None, value)])]
    ends: list[yaml.Event] = []
    while stack:
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
            if ends:
                yield ends.pop()
            continue
        key, item = entry
        if key is not None:
            yield key
        if isinstance(item, dict):
            yield yaml.MappingStartEvent(None, None, implicit=True, flow_style=False)
            stack.append((_scalar_event(name), inner) for name, inner in item.items())
            ends.append(yaml.MappingEndEvent())
        elif isinstance(item, list):
            yield yaml.SequenceStartEvent(None, None, implicit=True, flow_style=False)
            stack.append((None, inner) for inner in item)
            ends.append(yaml.SequenceEndEvent())
        else:
            yield _scalar_event(item)
    yield yaml.DocumentEndEvent(explicit=False)
    yield yaml.StreamEndEvent()


def _scalar_event(value: bool | float | str | None) -> yaml.Event:  # noqa: FBT001
    if isinstance(value, str):
        style = '"' if "\n" in value or NOT_LITERAL.search(value) else None
        if _is_literal(value):
            style = "|"
        return yaml.ScalarEvent(None, None, (_is_text_everywhere(value), True), value, style=style)
    return yaml.ScalarEvent(None, None, (True, False), _number_or_word(value))


def _number_or_word(value: bool | float | None) -> str:  # noqa: FBT001
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    # Without a dot, YAML 1.1 takes a number with an exponent for text.
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


_RESOLVER: Final = yaml.resolver.Resolver()


def _is_text_everywhere(text: str) -> bool:
    """Whether both versions of YAML read ``text`` without quotes as text."""
    return (
        text not in NULLS
        and text not in BOOLEANS
        and not any(each.fullmatch(text) for each in (INTEGER, PREFIXED, FLOAT, NOT_FINITE))
        and _RESOLVER.resolve(yaml.ScalarNode, text, (True, False)) == _RESOLVER.DEFAULT_SCALAR_TAG
    )
