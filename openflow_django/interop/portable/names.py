"""Names in JavaScript, replaced where they stand free. Strings, members, keys of objects and locals are
left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from openflow_django.expressions.errors import ExpressionSyntaxError
from openflow_django.expressions.tokens import Token, tokenise

__all__ = ["Replacement", "replaced"]

Replacement: TypeAlias = Callable[[str | None], str]
"""Gives the JavaScript for a name; it is told the member that is read from it, None where that is not
plain."""

DECLARING: Final = frozenset({"class", "const", "function", "let", "var"})
NO_FUNCTION: Final = frozenset({"for", "if", "switch", "while", "with"})
OPENERS: Final = {")": "(", "]": "[", "}": "{"}


def replaced(text: str, replacements: Mapping[str, Replacement]) -> tuple[str, list[str]]:
    """``text`` with the names replaced, and the names that were left because the text declares them itself.

    A text that is no JavaScript stays as it is.
    """
    if not any(name in text for name in replacements):
        return text, []
    try:
        code = _Code(tokenise(text).tokens)
    except ExpressionSyntaxError:
        return text, []
    pieces: list[str] = []
    at = 0
    declared = [name for name in replacements if code.declares(name)]
    for index in code.free:
        token = code.tokens[index]
        if token.text not in replacements or token.text in declared:
            continue
        new = replacements[token.text](code.member(index))
        pieces += (text[at : token.at], f"{token.text}: {new}" if code.is_shorthand(index) else new)
        at = token.at + len(token.text)
    return "".join((*pieces, text[at:])), declared


@dataclass(frozen=True)
class _Code:
    tokens: Sequence[Token]

    @cached_property
    def free(self) -> list[int]:
        """Names that are no member of another value and no key of an object."""
        return [
            index
            for index, token in enumerate(self.tokens)
            if token.kind == "name"
            and self._text(index - 1) not in (".", "?.")
            and not (self._text(index + 1) == ":" and self._text(index - 1) in ("{", ","))
        ]

    def member(self, index: int) -> str | None:
        """The member read from the name at ``index``: of ``.key``, ``?.key`` or ``["key"]``."""
        mark = self._text(index + 1)
        if mark in (".", "?.") and self._kind(index + 2) == "name":
            return self._text(index + 2)
        bracket = index + 2 if mark == "?." else index + 1
        is_key = self._text(bracket) == "[" and self._text(bracket + 2) == "]"
        if is_key and self._kind(bracket + 1) == "string" and "\\" not in self._text(bracket + 1):
            return self._text(bracket + 1)[1:-1]
        return None

    def is_shorthand(self, index: int) -> bool:
        """Whether the name is key and value at once, as in ``{result}``."""
        alone = self._text(index - 1) in ("{", ",") and self._text(index + 1) in ("}", ",")
        around = self._around[index]
        return alone and bool(around) and self._text(around[-1][0]) == "{"

    def declares(self, name: str) -> bool:
        """Whether the text gives ``name`` a meaning of its own: declared, or a parameter."""
        places = [index for index in self.free if self.tokens[index].text == name]
        return any(
            self._text(index - 1) in DECLARING
            or self._text(index + 1) == "=>"
            or any(self._binds(opening, closing) for opening, closing in self._around[index])
            for index in places
        )

    def _binds(self, opening: int, closing: int) -> bool:
        """Whether the brackets hold parameters or a pattern that is taken apart."""
        after, before = self._text(closing + 1), self._text(opening - 1)
        if after == "=>":
            return True
        if self._text(opening) == "(":
            return after == "{" and before not in NO_FUNCTION
        return after == "=" and before in DECLARING and self._text(closing + 2) != "="

    @cached_property
    def _around(self) -> list[tuple[tuple[int, int], ...]]:
        """The pairs of brackets around each token, the outermost first."""
        closings: dict[int, int] = {}
        stack: list[int] = []
        for index, token in enumerate(self.tokens):
            if token.kind != "punctuator":
                continue
            if token.text in ("(", "[", "{", "${"):
                stack.append(index)
            elif token.text in OPENERS and stack:
                closings[stack.pop()] = index
        around: list[tuple[tuple[int, int], ...]] = []
        current: tuple[tuple[int, int], ...] = ()
        for index in range(len(self.tokens)):
            if current and current[-1][1] == index:
                current = current[:-1]
            around.append(current)
            if index in closings:
                current = (*current, (index, closings[index]))
        return around

    def _text(self, index: int) -> str:
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def _kind(self, index: int) -> str:
        return self.tokens[index].kind if 0 <= index < len(self.tokens) else ""
