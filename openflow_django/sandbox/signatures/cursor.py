"""Going over the tokens of a script, and the plain values written in it."""

import json
import re
from collections.abc import Sequence

from openflow_django.expressions.tokens import Token
from openflow_django.sandbox.signatures.schemas import NO_DEFAULT, Unset
from openflow_django.spec.json import Json

__all__ = ["Cursor", "literal", "text_of"]

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\r\n|[\s\S]))")
END = Token("punctuator", "", -1, 0, quoted=False)


class Cursor:
    """A place in a row of tokens. Past its end all tokens are empty."""

    __slots__ = ("at", "tokens")

    def __init__(self, tokens: Sequence[Token], at: int = 0) -> None:
        self.tokens, self.at = tokens, at

    @property
    def token(self) -> Token:
        """The token here."""
        return self.ahead(0)

    @property
    def text(self) -> str:
        """Its text."""
        return self.token.text

    def ahead(self, count: int) -> Token:
        """The token that comes after ``count`` others."""
        place = self.at + count
        return self.tokens[place] if place < len(self.tokens) else END

    def take(self) -> Token:
        """The token here; the place moves on."""
        token = self.token
        self.at += 1
        return token

    def skip(self, *texts: str) -> bool:
        """Move past a token with one of these texts. Whether there was one."""
        if self.text in texts and self.token.kind in ("punctuator", "name"):
            self.at += 1
            return True
        return False

    def closing(self) -> int:
        """The place of the bracket that closes the one here."""
        depth = self.token.depth
        for place in range(self.at + 1, len(self.tokens)):
            token = self.tokens[place]
            if token.depth == depth and token.text in (")", "]", "}"):
                return place
        return len(self.tokens)


def text_of(token: Token) -> str:
    """The value of a string."""
    return ESCAPE.sub(_unescaped, token.text[1:-1])


def literal(tokens: Sequence[Token]) -> Json | Unset:
    """The value that an expression writes out, NO_DEFAULT for one that has to be computed."""
    cursor = Cursor(tokens)
    try:
        value = _literal(cursor)
    except (ValueError, RecursionError):
        return NO_DEFAULT
    return value if cursor.at == len(tokens) else NO_DEFAULT


def _literal(cursor: Cursor) -> Json:
    token = cursor.take()
    match token.kind, token.text:
        case "string", _:
            return text_of(token)
        case "template", text if text.endswith("`") and len(text) > 1:
            return text_of(token)
        case "number", text:
            return _number(text)
        case "punctuator", "-":
            value = _literal(cursor)
            return -value if isinstance(value, int | float) and not isinstance(value, bool) else _refuse()
        case "punctuator", "[":
            return _items(cursor)
        case "punctuator", "{":
            return _members(cursor)
        case "name", "true" | "false":
            return token.text == "true"
        case "name", "null" | "undefined":
            return None
        case _:
            return _refuse()


def _items(cursor: Cursor) -> list[Json]:
    items: list[Json] = []
    while not cursor.skip("]"):
        items.append(_literal(cursor))
        if cursor.text != "]" and not cursor.skip(","):
            _refuse()
    return items


def _members(cursor: Cursor) -> dict[str, Json]:
    members: dict[str, Json] = {}
    while not cursor.skip("}"):
        key = cursor.take()
        if key.kind not in ("name", "string") or not cursor.skip(":"):
            _refuse()
        members[text_of(key) if key.kind == "string" else key.text] = _literal(cursor)
        if cursor.text != "}" and not cursor.skip(","):
            _refuse()
    return members


def _number(text: str) -> int | float:
    plain = text.replace("_", "").removesuffix("n")
    if plain[:2].lower() in ("0x", "0o", "0b"):
        return int(plain, 0)
    value = float(plain)
    json.dumps(value, allow_nan=False)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    return "" if match[4] in ("\n", "\r", "\r\n") else ESCAPES.get(match[4], match[4])


def _refuse() -> Json:
    raise ValueError("not a plain value")
