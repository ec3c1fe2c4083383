"""The parameters of ``main`` in a JavaScript or TypeScript script, from its tokens."""

from collections.abc import Iterator, Sequence

from openflow_django.expressions.errors import ExpressionSyntaxError
from openflow_django.expressions.tokens import Token, tokenise
from openflow_django.sandbox.signatures.cursor import Cursor, literal
from openflow_django.sandbox.signatures.schemas import NO_DEFAULT, Parameter
from openflow_django.sandbox.signatures.typescript_types import Types, is_optional, without_mark
from openflow_django.spec.json import JsonObject

__all__ = ["typescript_parameters"]


def typescript_parameters(content: str) -> list[Parameter] | None:
    """None without a function ``main`` at the top level, and for what cannot be cut into tokens."""
    try:
        tokens = tokenise(content).tokens
    except ExpressionSyntaxError:
        return None
    opening = _opening(tokens)
    if opening is None:
        return None
    types = Types(dict(_declarations(tokens)))
    cursor = Cursor(tokens, opening)
    end = cursor.closing()
    cursor.take()
    return list(_parameters(cursor, end, types))


def _opening(tokens: Sequence[Token]) -> int | None:
    """The place of the bracket before the parameters."""
    top = [place for place, token in enumerate(tokens) if token.depth == 0 and token.text == "main"]
    for place in top:
        before = tokens[place - 1].text if place else ""
        cursor = Cursor(tokens, place + 1)
        if before in ("function", "*"):
            _past_generics(cursor)
        elif before in ("const", "let", "var"):
            while cursor.at < len(tokens) and not cursor.skip("="):
                cursor.take()
            cursor.skip("async")
            if cursor.skip("function"):
                cursor.skip("*")
                if cursor.token.kind == "name":
                    cursor.take()
            _past_generics(cursor)
        else:
            continue
        if cursor.text == "(":
            return cursor.at
    return None


def _past_generics(cursor: Cursor) -> None:
    if cursor.text != "<":
        return
    open_ones = 0
    while cursor.token.at >= 0:
        text = cursor.take().text
        open_ones += (text == "<") - (text == ">")
        if open_ones == 0:
            return


def _parameters(cursor: Cursor, end: int, types: Types) -> Iterator[Parameter]:
    while cursor.at < end:
        is_rest = cursor.skip("...")
        name = cursor.take() if cursor.token.kind == "name" else None
        if name is None:
            cursor.at = cursor.closing() + 1
        optional = cursor.skip("?")
        schema = _type(cursor, end, types) if cursor.skip(":") else {}
        default = literal(_default(cursor, end)) if (has_default := cursor.skip("=")) else NO_DEFAULT
        _past(cursor, end)
        if name is None or is_rest or name.text == "this":
            continue
        yield Parameter(
            name=name.text,
            schema=without_mark(schema),
            default=default,
            is_optional=optional or has_default or is_optional(schema),
        )


def _type(cursor: Cursor, end: int, types: Types) -> JsonObject:
    """The type here; anything, where it is one that this reader does not follow."""
    place = cursor.at
    try:
        found = types.read(cursor)
    except (ValueError, RecursionError):
        found = {}
    if cursor.at >= end or cursor.text in (",", "="):
        return found
    cursor.at = place
    _past_type(cursor, end)
    return {}


def _past_type(cursor: Cursor, end: int) -> None:
    """Behind a type that cannot be read: commas in angle brackets do not end it."""
    depth, angles = cursor.token.depth, 0
    while cursor.at < end:
        token = cursor.token
        if token.depth == depth and angles <= 0 and token.text in (",", "="):
            return
        angles += (token.text == "<") - (token.text == ">")
        cursor.take()


def _default(cursor: Cursor, end: int) -> list[Token]:
    depth, taken = cursor.token.depth, list[Token]()
    while cursor.at < end and not (cursor.token.depth == depth and cursor.text == ","):
        taken.append(cursor.take())
    return taken


def _past(cursor: Cursor, end: int) -> None:
    """Behind the comma after a parameter."""
    depth = cursor.tokens[end].depth + 1 if end < len(cursor.tokens) else 0
    while cursor.at < end:
        token = cursor.take()
        if token.depth == depth and token.text == ",":
            return


def _declarations(tokens: Sequence[Token]) -> Iterator[tuple[str, Sequence[Token]]]:
    """``type X = ...``, ``interface X {...}`` and ``enum X {...}`` at the top level."""
    for place, token in enumerate(tokens):
        if token.depth or token.kind != "name" or token.text not in ("type", "interface", "enum"):
            continue
        cursor = Cursor(tokens, place + 1)
        if cursor.token.kind != "name":
            continue
        name = cursor.take().text
        if token.text == "type":
            if cursor.skip("="):
                yield name, tokens[cursor.at :]
            continue
        while cursor.token.at >= 0 and cursor.text != "{":
            cursor.take()
        body = tokens[cursor.at : cursor.closing() + 1]
        yield name, body if token.text == "interface" else _enum(body)


def _enum(body: Sequence[Token]) -> Sequence[Token]:
    """The values of an enum, written as the union that its arguments are."""
    found: list[Token] = []
    for place, token in enumerate(body):
        if token.text == "=" and place + 1 < len(body):
            found += (Token("punctuator", "|", token.at, 0, quoted=False), body[place + 1])
    return found
