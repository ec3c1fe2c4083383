"""JavaScript cut into tokens: enough to tell code from strings, templates, comments and regular expressions.

This is not a parser. It finds what a text names and whether its brackets balance; the engine judges the rest.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

from openflow_django.expressions.errors import ExpressionSyntaxError

__all__ = ["STATEMENT_KEYWORDS", "Source", "Token", "position", "tokenise"]

Kind = Literal["name", "number", "string", "template", "regex", "punctuator"]

#: A text that starts with one of these is a list of statements, not an expression.
STATEMENT_KEYWORDS = frozenset(
    {"const", "for", "if", "let", "return", "switch", "throw", "try", "var", "while"}
)

LINE_END = "\n\r\u2028\u2029"
SPACE = re.compile(rf"(?:[\s\ufeff]++|//[^{LINE_END}]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+")
NAME = re.compile(
    r"(?:[#$@\\]|[^\W\d]|(?!\s)[\x80-\ufefe\uff00-\U0010ffff])"
    r"(?:[$\\\w]|(?!\s)[\x80-\ufefe\uff00-\U0010ffff]|(?<=\\u)\{[\dA-Fa-f]+\})*+"
)
NUMBER = re.compile(r"0[xXoObB][\w]++|(?:[\d][\d_]*+(?:\.[\d_]*+)?|\.\d[\d_]*+)(?:[eE][+-]?\d[\d_]*+)?n?")
STRING = re.compile(r"""'(?:[^'\\\n\r]|\\(?:\r\n|[\s\S]))*+'|"(?:[^"\\\n\r]|\\(?:\r\n|[\s\S]))*+\"""")
TEMPLATE = re.compile(r"(?:[^`\\$]|\\[\s\S]|\$(?!\{))*+(`|\$\{)")
REGEX = re.compile(
    rf"/(?![*/])(?:[^\\/\[{LINE_END}]|\\[^{LINE_END}]|\[(?:[^\]\\{LINE_END}]|\\[^{LINE_END}])*+\])++/[\w$]*+"
)
PUNCTUATOR = re.compile(r"=>|\.\.\.|\?\.(?!\d)|\+\+|--|[\s\S]")

CLOSERS = {"(": ")", "[": "]", "{": "}", "${": "}"}
#: After these words a slash starts a regular expression, and a brace an object.
OPERATOR_WORDS = frozenset(
    {
        "await",
        "case",
        "delete",
        "do",
        "else",
        "extends",
        "in",
        "instanceof",
        "new",
        "of",
        "return",
        "throw",
        "typeof",
    }
    | {"void", "yield"}
)
BLOCK_WORDS = frozenset({"do", "else", "finally", "try"})
PAREN_WORDS = frozenset({"for", "if", "while", "with"})


class Token(NamedTuple):
    """``at`` is the offset in the source, ``depth`` the number of open brackets around the token.

    ``quoted`` tells that it stands inside the ``${ }`` of a template. A template comes as its pieces of text,
    with the punctuators ``${`` and ``}`` between them.
    """

    kind: Kind
    text: str
    at: int
    depth: int
    quoted: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A text with its tokens; its brackets balance."""

    text: str
    tokens: tuple[Token, ...]


@dataclass(slots=True)
class _Bracket:
    text: str
    at: int
    ends_operand: bool
    """Whether its closer ends a value, so that a slash after it divides."""


@dataclass(slots=True)
class _Scanner:
    text: str
    at: int = 0
    tokens: list[Token] = field(default_factory=list[Token])
    brackets: list[_Bracket] = field(default_factory=list[_Bracket])
    templates: int = 0
    operand: bool = False
    """Whether the last token ended a value."""

    def scan(self) -> tuple[Token, ...]:
        while True:
            line_start = self._skip_space()
            if self.at >= len(self.text):
                break
            self._refuse_html_comment(line_start=line_start)
            self._next()
        if self.brackets:
            bracket = self.brackets[-1]
            raise self._error(f"'{bracket.text}' is never closed", at=bracket.at)
        return tuple(self.tokens)

    def _skip_space(self) -> bool:
        """Go past blanks and comments; tell whether a new line starts here."""
        match = SPACE.match(self.text, self.at)
        blank = match.group() if match else ""
        line_start = self.at == 0 or any(end in blank for end in LINE_END)
        self.at += len(blank)
        return line_start

    def _refuse_html_comment(self, *, line_start: bool) -> None:
        # Engines read these as comments up to the end of the line, which no author means.
        if self.text.startswith("<!--", self.at) or (line_start and self.text.startswith("-->", self.at)):
            raise self._error("HTML comments are not JavaScript")

    def _next(self) -> None:
        char = self.text[self.at]
        if char in "'\"":
            self._literal("string", STRING, missing="this string is never closed")
        elif char == "`":
            self._template(start=self.at)
        elif match := NAME.match(self.text, self.at):
            self._name(match.group())
        elif char.isdigit() or (char == "." and self.text[self.at + 1 : self.at + 2].isdigit()):
            self._literal("number", NUMBER, missing="this is not a number")
        elif char == "/" and self.text.startswith("/*", self.at):
            raise self._error("this comment is never closed")
        elif char == "/" and not self.operand:
            self._literal("regex", REGEX, missing="this regular expression is never closed")
        else:
            self._punctuator()

    def _literal(self, kind: Kind, pattern: re.Pattern[str], *, missing: str) -> None:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise self._error(missing)
        self._add(kind, match.group(), operand=True)

    def _name(self, text: str) -> None:
        member = bool(self.tokens) and self.tokens[-1].text in {".", "?."}
        self._add("name", text, operand=member or text not in OPERATOR_WORDS)

    def _template(self, *, start: int) -> None:
        """A piece of a template: from its start or a ``}`` up to the next ``${`` or its end."""
        opening = self.at if self.at != start else self.at + 1
        match = TEMPLATE.match(self.text, opening)
        if match is None:
            raise self._error("this template is never closed", at=start)
        closed = match.group(1) == "`"
        self._add("template", self.text[self.at : match.end(1) if closed else match.start(1)], operand=closed)
        if not closed:
            self.brackets.append(_Bracket("${", start, ends_operand=True))
            self._add("punctuator", "${", operand=False)
            self.templates += 1

    def _punctuator(self) -> None:
        match = PUNCTUATOR.match(self.text, self.at)
        text = match.group() if match else ""
        if text in CLOSERS:
            bracket = _Bracket(text, self.at, ends_operand=self._ends_operand(text))
            self._add("punctuator", text, operand=False)
            self.brackets.append(bracket)
        elif text in {")", "]", "}"}:
            self._close(text)
        else:
            # A postfix operator leaves a value; a prefix operator is never followed by a slash.
            self._add("punctuator", text, operand=text in {"++", "--"})

    def _close(self, text: str) -> None:
        if not self.brackets or CLOSERS[self.brackets[-1].text] != text:
            raise self._error(f"'{text}' closes nothing")
        bracket = self.brackets.pop()
        if bracket.text == "${":
            self.templates -= 1
            self._add("punctuator", text, operand=False)
            self._template(start=bracket.at)
            return
        self._add("punctuator", text, operand=bracket.ends_operand)

    def _ends_operand(self, opener: str) -> bool:
        previous = self.tokens[-1] if self.tokens else None
        if opener == "[":
            return True
        if opener == "(":
            return previous is None or previous.text not in PAREN_WORDS or self._is_member()
        return not self._opens_block(previous)

    def _opens_block(self, previous: Token | None) -> bool:
        """Whether a brace here opens a block or body rather than an object."""
        if previous is None or previous.kind in {"number", "string", "regex", "template"}:
            return False
        if previous.kind == "name":
            return self._is_member() or previous.text not in OPERATOR_WORDS or previous.text in BLOCK_WORDS
        if previous.text == ":":
            return (
                bool(self.brackets) and self.brackets[-1].text == "{" and not self.brackets[-1].ends_operand
            )
        return previous.text in {";", "{", "}", ")", "=>"}

    def _is_member(self) -> bool:
        return len(self.tokens) > 1 and self.tokens[-2].text in {".", "?."}

    def _add(self, kind: Kind, text: str, *, operand: bool) -> None:
        self.tokens.append(Token(kind, text, self.at, len(self.brackets), self.templates > 0))
        self.at += len(text)
        self.operand = operand

    def _error(self, message: str, *, at: int | None = None) -> ExpressionSyntaxError:
        line, column = position(self.text, self.at if at is None else at)
        return ExpressionSyntaxError(f"{message} (line {line}, column {column})", line=line, column=column)


def position(text: str, at: int) -> tuple[int, int]:
    """Line and column, both from 1, of an offset in ``text``."""
    before = text[:at]
    return before.count("\n") + 1, at - before.rfind("\n")


@lru_cache(maxsize=32)
def tokenise(text: str) -> Source:
    """Cut ``text`` into tokens.

    Raises ExpressionSyntaxError for a string, template, comment or regular expression that is never closed,
    and for brackets that do not balance.
    """
    return Source(text, _Scanner(text).scan())
