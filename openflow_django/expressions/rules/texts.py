"""Tests of text: parts, starts, ends and patterns."""

import re
from collections.abc import Callable
from typing import TypeAlias

from openflow_django.expressions.coercion import to_text
from openflow_django.expressions.rules.findings import REQUIRED, UNREPORTABLE, Operand, Test, plain
from openflow_django.expressions.rules.membership import must_be_true
from openflow_django.expressions.rules.patterns import compile_pattern
from openflow_django.spec.json import Json, JsonObject

__all__ = ["at_edge", "ends_case_free", "holding", "includes_case_free", "matching", "starts_case_free"]

Compare: TypeAlias = Callable[[str, str], bool]
Build: TypeAlias = Callable[[Operand], Test]

SPECIAL = re.compile(r"[\\^$.*+?()[\]{}|/]")


def holding(kind: str, compare: Compare) -> Build:
    """An operator that wants ``compare`` to hold for the text, or for some text in a list."""
    return _part(kind, compare, _holds_for_some(compare))


def lacking(kind: str, compare: Compare) -> Build:
    """An operator that wants ``compare`` to hold neither for the text nor for any text in a list."""
    some = _holds_for_some(compare)
    return _part(kind, lambda text, part: not compare(text, part), lambda texts, part: not some(texts, part))


def at_edge(kind: str, compare: Compare) -> Build:
    """An operator on the start or the end of a text, reported with its operand as a pattern."""

    def build(operand: Operand) -> Test:
        if not isinstance(operand, str):
            return must_be_true
        finding: JsonObject = {"type": kind, "substring": _as_pattern(operand)}

        def test(value: Json) -> list[JsonObject]:
            if not isinstance(value, str):
                return [REQUIRED]
            if not value:
                return [UNREPORTABLE]
            return [] if compare(value, operand) else [finding]

        return test

    return build


def matching(operand: Operand) -> Test:
    """The text has to match a pattern, with or without slashes around it.

    Raises RuleError for a pattern that is malformed or refused.
    """
    if operand is None:
        return must_be_true
    text = to_text(plain(operand))
    if isinstance(operand, str) and operand.startswith("/") and operand.endswith("/"):
        text = operand[1:-1]
    pattern = compile_pattern(text)

    def test(value: Json) -> list[JsonObject]:
        if not isinstance(value, str):
            return [REQUIRED]
        return [] if pattern.search(value) else [{"type": "regex", "invalid": value}]

    return test


def includes_case_free(text: str, part: str) -> bool:
    """Whether ``part`` stands in ``text``, in lower or upper case."""
    return part.lower() in text.lower()


def starts_case_free(text: str, part: str) -> bool:
    """Whether ``text`` starts with ``part``, in lower or upper case."""
    return _folded(text).startswith(_folded(part))


def ends_case_free(text: str, part: str) -> bool:
    """Whether ``text`` ends with ``part``, in lower or upper case."""
    return _folded(text).endswith(_folded(part))


def _part(kind: str, compare: Compare, compare_list: Callable[[list[str], str], bool]) -> Build:
    def build(operand: Operand) -> Test:
        if not isinstance(operand, str):
            return must_be_true
        finding: JsonObject = {"type": kind, "substring": operand}

        def test(value: Json) -> list[JsonObject]:
            if isinstance(value, list):
                texts = [item for item in value if isinstance(item, str) and item]
                return [] if compare_list(texts, operand) else [UNREPORTABLE]
            if not isinstance(value, str) or not value:
                return [UNREPORTABLE]
            return [] if compare(value, operand) else [finding]

        return test

    return build


def _holds_for_some(compare: Compare) -> Callable[[list[str], str], bool]:
    return lambda texts, part: any(compare(text, part) for text in texts)


def _as_pattern(text: str) -> str:
    """The text with a backslash before every character that means something in a pattern."""
    return SPECIAL.sub(r"\\\g<0>", text).replace("\n", "\\n").replace("\r", "\\r")


def _folded(text: str) -> str:
    """Letters as JavaScript's patterns compare them without regard to case: one by one, in upper case."""
    return "".join(map(_folded_letter, text))


def _folded_letter(letter: str) -> str:
    upper = letter.upper()
    if len(upper) != 1 or letter > "\uffff" or (letter > "\x7f" and upper <= "\x7f"):
        return letter
    return upper
