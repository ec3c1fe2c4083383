"""The syntax of JavaScript's regular expressions without flags (ECMA-262 section 22.2.1 and annex B.1.2)."""

import re
from dataclasses import dataclass, field
from typing import Final, NoReturn, TypeAlias

from openflow_django.expressions.coercion import SPACE
from openflow_django.expressions.errors import RuleError

__all__ = [
    "WORD",
    "Alternatives",
    "Assertion",
    "CharSet",
    "LookAhead",
    "Node",
    "Repeat",
    "Sequence",
    "parse_pattern",
    "utf16_units",
]

MAX_DEPTH: Final = 50
"""Most groups inside each other."""

DIGIT: Final = frozenset("0123456789")
WORD: Final = DIGIT | frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
BLANK: Final = frozenset(SPACE)
LINE_ENDS: Final = frozenset("\n\r\u2028\u2029")

QUANTIFIER = re.compile(r"(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??", re.ASCII)
HEXADECIMAL = re.compile(r"x([\da-fA-F]{2})|u([\da-fA-F]{4})", re.ASCII)
OCTAL = re.compile(r"[0-3][0-7]{0,2}|[4-7][0-7]?", re.ASCII)
CONTROL = re.compile(r"c([A-Za-z])")
GROUPS = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|(\((?!\?)|\(\?<(?![=!]))", re.DOTALL)
CONTROLS: Final = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}


@dataclass(frozen=True, slots=True)
class CharSet:
    """One character out of single ones and ranges; any other if ``negated``."""

    singles: frozenset[str] = frozenset()
    ranges: tuple[tuple[str, str], ...] = ()
    negated: bool = False
    without: tuple["CharSet", ...] = ()
    """Members that are sets themselves, such as ``\\D`` in ``[\\Dx]``."""

    def __contains__(self, char: str) -> bool:
        found = (
            char in self.singles
            or any(first <= char <= last for first, last in self.ranges)
            or any(char in member for member in self.without)
        )
        return found is not self.negated


@dataclass(frozen=True, slots=True)
class Assertion:
    """A condition on a position: ``^``, ``$``, ``b`` or ``B``."""

    kind: str


@dataclass(frozen=True, slots=True)
class LookAhead:
    """What follows has to match, or must not."""

    node: "Node"
    negated: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Any one of the parts."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The node from ``least`` to ``most`` times, without end if ``most`` is None."""

    node: "Node"
    least: int
    most: int | None


Node: TypeAlias = CharSet | Assertion | LookAhead | Sequence | Alternatives | Repeat

CLASSES: Final = {
    "d": CharSet(DIGIT),
    "D": CharSet(DIGIT, negated=True),
    "w": CharSet(WORD),
    "W": CharSet(WORD, negated=True),
    "s": CharSet(BLANK),
    "S": CharSet(BLANK, negated=True),
}
ANY_BUT_LINE_ENDS: Final = CharSet(LINE_ENDS, negated=True)


def utf16_units(text: str) -> str:
    """``text`` with every character beyond 16 bits as the two halves that JavaScript sees."""
    if not text or max(text) <= "\uffff":
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(units[at] | units[at + 1] << 8) for at in range(0, len(units), 2))


def parse_pattern(text: str) -> Node:
    """Read a pattern. Raises RuleError (name SyntaxError) for one that is malformed or of a kind that is
    refused.
    """
    groups = sum(1 for match in GROUPS.finditer(text) if match[1])
    parser = _Parser(text, groups)
    node = parser.alternatives(depth=0)
    if parser.at < len(text):
        parser.fail('has a ")" that closes nothing')
    return node


@dataclass(slots=True)
class _Parser:
    text: str
    groups: int
    at: int = 0
    names: set[str] = field(default_factory=set[str])

    def alternatives(self, *, depth: int) -> Node:
        if depth > MAX_DEPTH:
            self.fail(f"has more than {MAX_DEPTH} groups inside each other")
        parts = [self._sequence(depth)]
        while self._take("|"):
            parts.append(self._sequence(depth))
        return parts[0] if len(parts) == 1 else Alternatives(tuple(parts))

    def fail(self, problem: str) -> NoReturn:
        raise RuleError(f'The pattern "{self.text}" {problem} (position {self.at}).', name="SyntaxError")

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            node = self._term(depth)
            quantifier = QUANTIFIER.match(self.text, self.at)
            if quantifier:
                if isinstance(node, Assertion):
                    self.fail("repeats nothing")
                self.at = quantifier.end()
                node = self._repeated(node, quantifier)
            parts.append(node)
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeated(self, node: Node, quantifier: re.Match[str]) -> Node:
        mark, least, comma, most = quantifier.groups()
        if mark:
            return Repeat(node, 1 if mark == "+" else 0, 1 if mark == "?" else None)
        low = int(least)
        high = low if not comma else int(most) if most else None
        if high is not None and high < low:
            self.fail("has a repetition with its numbers out of order")
        return Repeat(node, low, high)

    def _term(self, depth: int) -> Node:
        if QUANTIFIER.match(self.text, self.at):
            self.fail("repeats nothing")
        char = self.text[self.at]
        self.at += 1
        if char in "^$":
            return Assertion(char)
        if char == "(":
            return self._group(depth)
        if char == "[":
            return self._class()
        if char == ".":
            return ANY_BUT_LINE_ENDS
        if char == "\\":
            return self._escape()
        return CharSet(frozenset(char))

    def _group(self, depth: int) -> Node:
        look_ahead = next((mark for mark in ("?=", "?!") if self._take(mark)), None)
        if look_ahead is None and not self._take("?:"):
            self._name()
        node = self.alternatives(depth=depth + 1)
        if not self._take(")"):
            self.fail("has a group that is never closed")
        return LookAhead(node, negated=look_ahead == "?!") if look_ahead else node

    def _name(self) -> None:
        """Go past the name of a group, if it has one."""
        if not self._take("?"):
            return
        if self.text.startswith(("<=", "<!"), self.at):
            self.fail("looks behind, which is not supported")
        end = self.text.find(">", self.at)
        name = self.text[self.at + 1 : end]
        if not self._take("<") or not name.replace("$", "_").isidentifier() or name in self.names:
            self.fail("has a group of an unknown kind")
        self.names.add(name)
        self.at = end + 1

    def _escape(self) -> Node:
        char = self.text[self.at : self.at + 1]
        if not char:
            self.fail("ends in a backslash")
        if char in "bB":
            self.at += 1
            return Assertion(char)
        if char in "123456789":
            number = re.compile(r"\d+").match(self.text, self.at)
            if number and int(number.group()) <= self.groups:
                self.fail("refers back to a group, which is not supported")
        if char == "k" and "(?<" in self.text:
            self.fail("refers back to a group, which is not supported")
        return self._escaped()

    def _escaped(self) -> CharSet:
        """What an escape stands for, in a class and outside."""
        char = self.text[self.at]
        if char in CLASSES:
            self.at += 1
            return CLASSES[char]
        return CharSet(frozenset(self._escaped_char()))

    def _escaped_char(self) -> str:
        char = self.text[self.at]
        if char in CONTROLS:
            self.at += 1
            return CONTROLS[char]
        if match := HEXADECIMAL.match(self.text, self.at):
            self.at = match.end()
            return chr(int(match[1] or match[2], 16))
        if match := OCTAL.match(self.text, self.at):
            self.at = match.end()
            return chr(int(match.group(), 8))
        if match := CONTROL.match(self.text, self.at):
            self.at = match.end()
            return chr(ord(match[1]) % 32)
        if char == "c":
            return "\\"
        self.at += 1
        return char

    def _class(self) -> CharSet:
        negated = self._take("^")
        singles: set[str] = set()
        ranges: list[tuple[str, str]] = []
        sets: list[CharSet] = []
        while not self._take("]"):
            first = self._member()
            if not self._starts_range():
                sets.append(first)
                continue
            self.at += 1
            last = self._member()
            if len(first.singles) != 1 or len(last.singles) != 1 or first.negated or last.negated:
                sets += [first, CharSet(frozenset("-")), last]
                continue
            low, high = min(first.singles), min(last.singles)
            if low > high:
                self.fail("has a range with its ends out of order")
            ranges.append((low, high))
        for member in sets:
            if not member.negated:
                singles |= member.singles
        return CharSet(
            frozenset(singles), tuple(ranges), negated, tuple(each for each in sets if each.negated)
        )

    def _starts_range(self) -> bool:
        return self.text.startswith("-", self.at) and not self.text.startswith("-]", self.at)

    def _member(self) -> CharSet:
        if self.at >= len(self.text):
            self.fail("has a class that is never closed")
        char = self.text[self.at]
        self.at += 1
        if char != "\\":
            return CharSet(frozenset(char))
        if self.at >= len(self.text):
            self.fail("ends in a backslash")
        if self._take("b"):
            return CharSet(frozenset("\b"))
        return self._escaped()

    def _take(self, expected: str) -> bool:
        if not self.text.startswith(expected, self.at):
            return False
        self.at += len(expected)
        return True
