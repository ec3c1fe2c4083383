"""Names that expressions of the first OpenFlow version used, rewritten to those of today."""

from bisect import bisect
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from openflow_django.spec.legacy.tokens import Token, tokens_of

__all__ = ["foreign_inputs", "with_loop_members", "with_previous_result"]

#: Old members of flow_input in the body of a loop.
LOOP_MEMBERS = {"_value": "iter.value", "_index": "iter.index"}

#: What a loop puts into flow_input.
PROVIDED = frozenset({"iter", *LOOP_MEMBERS})

DECLARING = frozenset({"let", "const", "var", "function", "class", "catch"})
CLOSERS = {")": "(", "]": "[", "}": "{"}

Edit: TypeAlias = tuple[int, int, str]


class Member(NamedTuple):
    """A member read from a value: where its name or brackets are, and what joins a new name to the value."""

    start: int
    end: int
    name: str
    joint: str


def with_previous_result(text: str) -> str:
    """``text`` with ``result`` as ``previous_result``. A text that declares ``result`` itself is kept."""
    if "result" not in text:
        return text
    code = Code(text)
    if code.declares("result"):
        return text
    return edited(text, code.renames("result", "previous_result"))


def with_loop_members(text: str) -> str:
    """``text`` with ``flow_input._value`` and ``flow_input._index`` as members of ``flow_input.iter``."""
    if not any(member in text for member in LOOP_MEMBERS):
        return text
    edits = [
        (member.start, member.end, f"{member.joint}{LOOP_MEMBERS[member.name]}")
        for member in Code(text).members_of("flow_input")
        if member.name in LOOP_MEMBERS
    ]
    return edited(text, edits)


def foreign_inputs(text: str, *, known: Collection[str]) -> list[str]:
    """Members of flow_input that ``text`` reads and that are neither ``known`` nor provided by a loop."""
    if "flow_input" not in text:
        return []
    names = dict.fromkeys(member.name for member in Code(text).members_of("flow_input"))
    return [name for name in names if name not in known and name not in PROVIDED]


def edited(text: str, edits: list[Edit]) -> str:
    pieces: list[str] = []
    position = 0
    for start, end, replacement in edits:
        pieces += (text[position:start], replacement)
        position = end
    return "".join((*pieces, text[position:]))


@dataclass(frozen=True)
class Code:
    """The tokens of a text and how its brackets belong together."""

    text: str

    @cached_property
    def tokens(self) -> list[Token]:
        return list(tokens_of(self.text))

    @cached_property
    def brackets(self) -> tuple[list[str], dict[int, int]]:
        """The bracket around each token, and the opening bracket of each closing one, by index."""
        around: list[str] = []
        opened_at: dict[int, int] = {}
        stack: list[int] = []
        for index, token in enumerate(self.tokens):
            is_mark = token.kind == "mark"
            if is_mark and stack and self.tokens[stack[-1]].text == CLOSERS.get(token.text):
                opened_at[index] = stack.pop()
            around.append(self.tokens[stack[-1]].text if stack else "")
            if is_mark and token.text in ("(", "[", "{"):
                stack.append(index)
        return around, opened_at

    def text_at(self, index: int) -> str:
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def places_of(self, name: str) -> list[int]:
        return [
            index for index, token in enumerate(self.tokens) if token.kind == "name" and token.text == name
        ]

    def is_free(self, index: int) -> bool:
        """Whether the name is no member of another value and no key of an object."""
        before, after = self.text_at(index - 1), self.text_at(index + 1)
        return before not in (".", "?.") and not (after == ":" and before in ("{", ","))

    def is_shorthand(self, index: int) -> bool:
        """Whether the name is key and value at once, as in ``{result}``."""
        is_alone = self.text_at(index - 1) in ("{", ",") and self.text_at(index + 1) in ("}", ",")
        return is_alone and self.brackets[0][index] == "{"

    def renames(self, old: str, new: str) -> list[Edit]:
        return [
            (token.start, token.end, f"{old}: {new}" if self.is_shorthand(index) else new)
            for index in self.places_of(old)
            if self.is_free(index)
            for token in [self.tokens[index]]
        ]

    def members_of(self, name: str) -> Iterator[Member]:
        """What is read from ``name`` by a dot or a text in brackets."""
        for index in self.places_of(name):
            if not self.is_free(index):
                continue
            mark = self.text_at(index + 1)
            has_dot = mark in (".", "?.")
            first = index + (2 if has_dot else 1)
            if first >= len(self.tokens):
                continue
            token = self.tokens[first]
            if has_dot and token.kind == "name":
                yield Member(token.start, token.end, token.text, "")
            elif token.text == "[" and self.text_at(first + 2) == "]" and mark != ".":
                key = self.tokens[first + 1]
                if key.kind == "string":
                    end = self.tokens[first + 2].end
                    yield Member(token.start, end, key.text[1:-1], "" if has_dot else ".")

    def declares(self, name: str) -> bool:
        """Whether the text gives ``name`` a meaning of its own: declared, assigned, or a parameter."""
        places = self.places_of(name)
        for index, token in enumerate(self.tokens):
            if token.kind == "name" and token.text in DECLARING and self.is_declared_behind(index, name):
                return True
            if token.text == "=>" and self.is_parameter_before(index, name, places):
                return True
        return any(self.is_free(index) and self.text_at(index + 1) == "=" for index in places)

    def is_declared_behind(self, index: int, name: str) -> bool:
        for token in self.tokens[index + 1 :]:
            if token.text == name:
                return True
            if token.text in ("=", ";", ")", "of", "in") or token.text in DECLARING:
                return False
        return False

    def is_parameter_before(self, index: int, name: str, places: list[int]) -> bool:
        if self.text_at(index - 1) != ")":
            return self.text_at(index - 1) == name
        start = self.brackets[1].get(index - 1, index - 1)
        return bisect(places, start) < bisect(places, index)
