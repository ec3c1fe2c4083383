"""What a JavaScript text may read of its scope.

Saying too much is safe: more data travels to the engine. Saying too little is a wrong answer, so every form
that is not plainly ``root.key`` counts as a reading of the whole root.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from openflow_django.expressions.paths import RESULTS
from openflow_django.expressions.tokens import Token, tokenise

__all__ = ["ALL", "References", "references"]


class _All(frozenset[str]):
    """Every key of a root."""

    __slots__ = ()

    def __contains__(self, key: object) -> bool:
        return True

    def __repr__(self) -> str:
        return "ALL"


ALL: Final = _All()

#: Members of every object: to call one of them is to look at the whole object.
INHERITED: Final = frozenset(
    {
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
        "__proto__",
        "constructor",
    }
    | {
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toJSON",
        "toLocaleString",
        "toString",
        "valueOf",
    }
)
#: With one of these a text reaches names that it does not spell.
UNBOUNDED: Final = frozenset({"Function", "arguments", "eval", "with"})


@dataclass(frozen=True, slots=True)
class References:
    """Names that a text may read.

    ``roots`` are all names that stand free in it, locals and keywords among them; ``keys`` tells for each
    root which of its members are read, ALL where that cannot be told; ``steps`` the same for each key of
    ``results``. ``everything`` says that no name can be ruled out.
    """

    roots: frozenset[str] = frozenset()
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    steps: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    everything: bool = False


def references(source: str) -> References:
    """What ``source`` may read. Raises ExpressionSyntaxError where it cannot be cut into tokens."""
    tokens = tokenise(source).tokens
    roots, steps = _Readings(), _Readings()
    everything = False
    for index, token in enumerate(tokens):
        if token.kind != "name" or (index and tokens[index - 1].text in {".", "?."}):
            continue
        everything = everything or token.text in UNBOUNDED or "\\" in token.text
        key, following = _member(tokens, index + 1)
        roots.note(token.text, key)
        if token.text == RESULTS and key is not None:
            steps.note(key, _member(tokens, following)[0])
    keys = roots.keys()
    return References(frozenset(keys), keys, steps.keys(), everything)


class _Readings:
    """Which members of which names are read."""

    def __init__(self) -> None:
        self._found: dict[str, set[str] | None] = {}

    def note(self, name: str, key: str | None) -> None:
        """``key`` of ``name`` is read; where it is None, or every object has it, the whole of ``name`` may
        be."""
        if key is None or key in INHERITED:
            self._found[name] = None
        elif (known := self._found.setdefault(name, set())) is not None:
            known.add(key)

    def keys(self) -> dict[str, frozenset[str]]:
        return {name: ALL if known is None else frozenset(known) for name, known in self._found.items()}


def _member(tokens: Sequence[Token], index: int) -> tuple[str | None, int]:
    """The member read by the tokens at ``index`` (``.key``, ``?.key``, ``["key"]`` or ``?.["key"]``), and
    where
    the tokens after it begin. None where they read none, or one that only running the text can tell."""
    texts = [token.text for token in tokens[index : index + 4]]
    if not texts:
        return None, index
    dotted = texts[0] in {".", "?."}
    if dotted and len(texts) > 1 and tokens[index + 1].kind == "name":
        return (texts[1] if "\\" not in texts[1] else None), index + 2
    bracket = index + 1 if texts[0] == "?." else index
    if len(tokens) < bracket + 3 or tokens[bracket].text != "[" or tokens[bracket + 2].text != "]":
        return None, index
    literal = tokens[bracket + 1]
    if literal.kind != "string" or "\\" in literal.text:
        return None, index
    return literal.text[1:-1], bracket + 3
