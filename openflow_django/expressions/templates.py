"""``{{ path }}`` templates as Directus Flows render them (Directus semantics section 4).

A string that is exactly one tag gives the value itself; in any other string each tag becomes text. Keys of
objects are never rendered, rendered values are never rendered again, nothing is escaped.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from openflow_django.expressions.coercion import SPACE, stringify, to_text
from openflow_django.expressions.errors import TemplateError
from openflow_django.spec.json import Json

__all__ = [
    "MAX_DEPTH",
    "MAX_TAG",
    "UNDEFINED",
    "Tag",
    "Template",
    "Undefined",
    "compile_template",
    "look_up",
    "parse_path",
    "render",
    "tags",
]

MAX_TAG: Final = 1000
"""Longest content of a tag, in characters."""

MAX_DEPTH: Final = 10
"""Most steps of a path."""

MAX_CACHED: Final = 10_000
"""Longest template that is kept compiled, in characters."""


class _Sign(Enum):
    UNDEFINED = "undefined"


UNDEFINED: Final = _Sign.UNDEFINED
"""What is found at a path that does not exist."""

Undefined: TypeAlias = Literal[_Sign.UNDEFINED]

INDEX = re.compile(r"0|[1-9]\d*", re.ASCII)
QUOTES: Final = "'\"`"
#: The form whose value keeps its type: blanks may stand around the path, not in it.
EXACT = re.compile(rf"\{{\{{[{SPACE}]*+([^}}{SPACE}]++)[{SPACE}]*+\}}\}}")


@dataclass(frozen=True, slots=True)
class Tag:
    """The path of one tag, as written and as steps."""

    text: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A string cut at its tags: ``texts`` has one piece more than ``tags``.

    ``exact`` tells that it is nothing but one tag.
    """

    texts: tuple[str, ...]
    tags: tuple[Tag, ...]
    exact: bool = False


def render(value: Json, data: Mapping[str, Json], *, strict: bool = False) -> Json:
    """``value`` with every tag in its strings, at any depth, replaced by what ``data`` holds at its path.

    A path that does not exist gives the text "undefined"; with ``strict`` it raises. Raises TemplateError for
    malformed tags: empty, nested, never closed, longer than MAX_TAG, with a path that cannot be read or has
    more than MAX_DEPTH steps.
    """
    if isinstance(value, str):
        return _render_text(value, data, strict=strict) if "{{" in value else value
    if isinstance(value, list):
        return [render(item, data, strict=strict) for item in value]
    if isinstance(value, dict):
        return {key: render(item, data, strict=strict) for key, item in value.items()}
    return value


def tags(value: Json) -> list[str]:
    """The paths of all tags in the strings of ``value``, in order, as written. Raises as rendering does."""
    return list(_tags(value))


def compile_template(text: str) -> Template:
    """Cut a string at its tags. Raises TemplateError."""
    return _compile_cached(text) if len(text) <= MAX_CACHED else _compile(text)


def look_up(path: str, data: Mapping[str, Json]) -> Json | Undefined:
    """The value at a bare path such as ``$trigger.body.items[0]``. Raises TemplateError as rendering does."""
    return _find(_checked(path), data)


@lru_cache(maxsize=4096)
def parse_path(text: str) -> tuple[str, ...]:
    """The steps of a path: ``a.b``, ``a[0]``, ``a.0``, ``a['k']``, with blanks around each.

    Raises TemplateError for one that cannot be read.
    """
    steps: list[str] = []
    at = 0
    while (opening := text.find("[", at)) != -1:
        closing = text.find("]", opening)
        if closing == -1:
            raise TemplateError(f'The path "{text}" has a "[" that is never closed.')
        steps += _dotted_steps(text, text[at:opening], after_bracket=at > 0)
        steps.append(_bracket_step(text, text[opening + 1 : closing].strip(SPACE)))
        at = closing + 1
    steps += _dotted_steps(text, text[at:], after_bracket=at > 0)
    return tuple(steps)


def _render_text(text: str, data: Mapping[str, Json], *, strict: bool) -> Json:
    template = compile_template(text)
    values = [_find(tag.path, data) for tag in template.tags]
    if strict:
        for tag, value in zip(template.tags, values, strict=True):
            if value is UNDEFINED:
                hint = "Correct the path, or make sure that the step it names has run."
                raise TemplateError(f'There is nothing at "{tag.text}".', name="ReferenceError", hint=hint)
    if template.exact and values[0] is not UNDEFINED:
        return values[0]
    if template.exact:
        _refuse_long_or_nested(text[2:-2])
    pieces = [template.texts[0]]
    for value, following in zip(values, template.texts[1:], strict=True):
        pieces.append(_text_of(value))
        pieces.append(following)
    return "".join(pieces)


def _text_of(value: Json | Undefined) -> str:
    if isinstance(value, _Sign):
        return "undefined"
    return stringify(value) if isinstance(value, dict | list) else to_text(value)


def _find(path: tuple[str, ...], data: Mapping[str, Json]) -> Json | Undefined:
    try:
        value = data[path[0]]
    except KeyError:
        return UNDEFINED
    for key in path[1:]:
        if isinstance(value, dict):
            if key not in value:
                return UNDEFINED
            value = value[key]
        elif isinstance(value, list):
            if INDEX.fullmatch(key) and int(key) < len(value):
                value = value[int(key)]
            elif key == "length":
                value = len(value)
            else:
                return UNDEFINED
        else:
            return UNDEFINED
    return value


def _tags(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        if "{{" in value:
            yield from (tag.text for tag in compile_template(value).tags)
    elif isinstance(value, list | dict):
        for item in value if isinstance(value, list) else value.values():
            yield from _tags(item)


def _compile(text: str) -> Template:
    if exact := EXACT.fullmatch(text):
        return Template(("", ""), (Tag(exact[1], _checked(exact[1])),), exact=True)
    texts: list[str] = []
    paths: list[str] = []
    at = 0
    while (opening := text.find("{{", at)) != -1:
        content = _content(text, opening + 2)
        path = content.strip(SPACE)
        _refuse_long_or_nested(path)
        texts.append(text[at:opening])
        paths.append(path)
        at = opening + len(content) + 4
    return Template((*texts, text[at:]), tuple(Tag(path, _checked(path)) for path in paths))


_compile_cached = lru_cache(maxsize=4096)(_compile)


def _content(text: str, start: int) -> str:
    closing = text.find("}}", start, start + MAX_TAG + 2)
    if closing == -1:
        raise TemplateError(
            f'A tag at position {start - 2} is not closed by "}}}}" within {MAX_TAG} characters.'
        )
    return text[start:closing]


def _refuse_long_or_nested(content: str) -> None:
    if len(content) > MAX_TAG:
        raise TemplateError(f"A tag is longer than {MAX_TAG} characters.")
    if not content:
        raise TemplateError(
            "A tag is empty.", hint="Put a path between the braces, such as {{ $trigger.body }}."
        )
    if "{{" in content:
        raise TemplateError(f'A tag stands inside another tag: "{content}".')


def _checked(text: str) -> tuple[str, ...]:
    path = parse_path(text)
    if not path:
        raise TemplateError("A path is empty.")
    if len(path) > MAX_DEPTH:
        raise TemplateError(f'The path "{text}" has more than {MAX_DEPTH} steps.', name="ReferenceError")
    return path


def _dotted_steps(path: str, part: str, *, after_bracket: bool) -> list[str]:
    """The steps of the part of a path that has no brackets."""
    names = part.strip(SPACE)
    if not names:
        return []
    if after_bracket:
        if not names.startswith("."):
            raise TemplateError(f'The path "{path}" lacks a dot after a bracket.')
        names = names[1:].strip(SPACE)
        if not names:
            return []
    steps = [name.strip(SPACE) for name in names.split(".")]
    if "" in steps:
        raise TemplateError(f'The path "{path}" has a dot with no name beside it.')
    return steps


def _bracket_step(path: str, content: str) -> str:
    if not content:
        raise TemplateError(f'The path "{path}" has empty brackets.')
    if content[0] in QUOTES or content[-1] in QUOTES:
        if len(content) < 2 or content[0] != content[-1]:
            raise TemplateError(f'The path "{path}" has quotes that do not match.')
        return content[1:-1]
    if "[" in content:
        raise TemplateError(f'The path "{path}" has a "[" that is never closed.')
    return content.removeprefix("+")
