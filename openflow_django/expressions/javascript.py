"""What authors write, made into function bodies that an engine can run (OpenFlow semantics section 3)."""

from dataclasses import dataclass

from openflow_django.expressions.errors import ExpressionSyntaxError
from openflow_django.expressions.tokens import STATEMENT_KEYWORDS, Source, position, tokenise

__all__ = ["Body", "balanced", "condition_body", "function_body", "is_async", "is_statements"]

#: These start statements too, but may as well stand in front of an expression.
DECLARATION_KEYWORDS = frozenset({"async", "await", "class", "function"})
#: Where one of these occurs, the value may be a promise.
PROMISING = frozenset({"Promise", "async", "await", "fromAsync"})


@dataclass(frozen=True, slots=True)
class Body:
    """A function body. On ``line`` it has ``shift`` more characters in front than the author's text has."""

    text: str
    line: int = 1
    shift: int = 0


def balanced(source: str) -> bool:
    """Whether all that ``source`` opens, from brackets to comments, is closed within it."""
    try:
        tokenise(source)
    except ExpressionSyntaxError:
        return False
    return True


def is_async(source: str) -> bool:
    """Whether ``source`` may wait for something."""
    return any(token.kind == "name" and token.text in PROMISING for token in tokenise(source).tokens)


def is_statements(source: str) -> bool:
    """Whether ``source`` is a list of statements, which gives a value by an explicit ``return`` only.

    It is when it starts with a statement keyword or holds a semicolon outside of strings, templates, comments
    and regular expressions.
    """
    tokens = tokenise(source).tokens
    if not tokens:
        return False
    if tokens[0].kind == "name" and tokens[0].text in STATEMENT_KEYWORDS | DECLARATION_KEYWORDS:
        return True
    return any(token.text == ";" and token.kind == "punctuator" and not token.quoted for token in tokens)


def function_body(source: str) -> Body:
    """The body that computes ``source``: an expression gets a ``return``, statements stay as they are.

    Statements get a block of their own, so that they may declare a variable called like a name of the scope.
    Raises ExpressionSyntaxError where the text cannot be cut into tokens.
    """
    tokens = tokenise(source).tokens
    if is_statements(source):
        return Body(f"{{{source}\n}}\n", shift=1)
    if not tokens:
        return Body("return null\n")
    start = tokens[0].at
    line, _ = position(source, start)
    return Body(f"{source[:start]}return {source[start:]}\n", line=line, shift=len("return "))


def condition_body(source: str) -> Body:
    """The body that computes the truth of ``source``, which has to be one expression.

    Raises ExpressionSyntaxError for statements: there is no value to judge in them.
    """
    tokenised = tokenise(source)
    _refuse_statements(tokenised)
    return Body(f"return Boolean({source}\n)\n", shift=len("return Boolean("))


def _refuse_statements(source: Source) -> None:
    for index, token in enumerate(source.tokens):
        statement = index == 0 and token.kind == "name" and token.text in STATEMENT_KEYWORDS | {"do"}
        if statement or (token.text == ";" and token.kind == "punctuator" and token.depth == 0):
            line, column = position(source.text, token.at)
            message = f"a condition is one expression, without '{token.text}' (line {line}, column {column})"
            raise ExpressionSyntaxError(message, line=line, column=column)
