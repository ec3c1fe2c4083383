"""JavaScript cut into just enough tokens to rename in it.

Strings, comments and regular expressions are left alone; code inside ``${}`` of a template literal is code.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Token", "tokens_of"]

TOKEN = re.compile(
    r"""
    (?P<space>\s++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)
    |(?P<string>"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+')
    |(?P<name>[^\W\d][\w$]*+|\$[\w$]*+)
    |(?P<number>\d[\w.]*+)
    |(?P<mark>=>|===?|!==?|[<>]=|\?\.(?!\d)|[\s\S])
    """,
    re.VERBOSE | re.DOTALL,
)
REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/\w*+")
TEMPLATE_TEXT = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*+", re.DOTALL)

#: A slash after one of these divides; after anything else it starts a regular expression.
VALUE_ENDS = frozenset({")", "]", "}"})
#: After these words stands a value, so a slash can not divide.
OPERATOR_WORDS = frozenset({"return", "typeof", "case", "in", "of", "void", "delete", "await", "new"})


class Token(NamedTuple):
    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def tokens_of(text: str) -> Iterator[Token]:
    """Tokens that are code. White space, comments, and the text of templates are left out."""
    position = 0
    previous: Token | None = None
    #: Open braces: True for those that return to the text of a template.
    braces: list[bool] = []
    while position < len(text):
        if text[position] == "`" or (text[position] == "}" and braces and braces[-1]):
            if text[position] == "}":
                braces.pop()
            position, is_open = after_template_text(text, position + 1)
            if is_open:
                braces.append(True)
            previous = None if is_open else Token("string", "`", position)
            continue
        token = next_token(text, position, previous)
        position = token.end
        if token.kind == "space":
            continue
        if token.text == "{":
            braces.append(False)
        elif token.text == "}" and braces:
            braces.pop()
        previous = token
        yield token


def after_template_text(text: str, position: int) -> tuple[int, bool]:
    """Where code goes on behind the text of a template, and whether that is inside ``${}``."""
    found = TEMPLATE_TEXT.match(text, position)
    end = found.end() if found else position
    if text.startswith("${", end):
        return end + 2, True
    return end + 1, False


def next_token(text: str, position: int, previous: Token | None) -> Token:
    if text[position] == "/" and not divides(previous):
        regex = REGEX.match(text, position)
        if regex and text[position + 1 : position + 2] not in ("/", "*"):
            return Token("regex", regex[0], position)
    found = TOKEN.match(text, position)
    if found is None or found.lastgroup is None:
        return Token("mark", text[position], position)
    return Token(found.lastgroup, found[0], position)


def divides(previous: Token | None) -> bool:
    if previous is None:
        return False
    if previous.kind == "name":
        return previous.text not in OPERATOR_WORDS
    return previous.kind in ("number", "string", "regex") or previous.text in VALUE_ENDS
