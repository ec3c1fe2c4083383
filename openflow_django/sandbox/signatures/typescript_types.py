"""Types of TypeScript as JSON Schema. What says nothing about JSON admits anything."""

from collections.abc import Mapping, Sequence
from typing import Final

from openflow_django.expressions.tokens import Token
from openflow_django.sandbox.signatures.cursor import Cursor, literal, text_of
from openflow_django.sandbox.signatures.schemas import Unset, array, literals, mapping, resource, union
from openflow_django.spec.json import Json, JsonObject

__all__ = ["Declarations", "Types", "is_optional", "without_mark"]

Declarations = Mapping[str, Sequence[Token]]
"""The types that a script declares, each with the tokens of what it stands for."""

UNDEFINED: Final[JsonObject] = {"not": {}}
"""The type of what is not given: it makes an argument optional and leaves no trace in its schema."""

OPTIONAL: Final = "x-optional"
"""Marks, while types are read, a union that admits what is not given."""

PLAIN: Final[dict[str, JsonObject]] = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "bigint": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "object": {"type": "object"},
    "null": {"type": "null"},
    "undefined": UNDEFINED,
    "void": UNDEFINED,
    "Date": {"type": "string", "format": "date-time"},
    "Base64": {"type": "string", "contentEncoding": "base64"},
    "Email": {"type": "string", "format": "email"},
    "Sql": {"type": "string", "format": "sql"},
    **{name: {} for name in ("any", "unknown", "never", "symbol", "Function", "this")},
}
LISTS: Final = frozenset({"Array", "ReadonlyArray", "Set", "ReadonlySet", "Iterable"})
MAPPINGS: Final = frozenset({"Record", "Map", "ReadonlyMap"})
WRAPPERS: Final = frozenset({"Promise", "Partial", "Required", "Readonly", "NonNullable", "Awaited"})
DEEPEST: Final = 30


class Types:
    """Reads types, with those that the script declares."""

    __slots__ = ("_declared", "_open")

    def __init__(self, declared: Declarations) -> None:
        self._declared = declared
        self._open: list[str] = []

    def read(self, cursor: Cursor) -> JsonObject:
        """The type here; the place moves behind it."""
        if len(self._open) > DEEPEST:
            raise RecursionError
        self._open.append("")
        try:
            return self._read(cursor)
        finally:
            self._open.pop()

    def _read(self, cursor: Cursor) -> JsonObject:
        cursor.skip("|", "&")
        members = [self._together(cursor)]
        while cursor.skip("|"):
            members.append(self._together(cursor))
        given = [without_mark(member) for member in members if member != UNDEFINED]
        if not given:
            return UNDEFINED
        found = union(given)
        return {**found, OPTIONAL: True} if any(map(is_optional, members)) else found

    def _together(self, cursor: Cursor) -> JsonObject:
        """An intersection: objects are put together, of anything else the first counts."""
        found = self._listed(cursor)
        while cursor.skip("&"):
            other = self._listed(cursor)
            found = _merged(found, other)
        return found

    def _listed(self, cursor: Cursor) -> JsonObject:
        found = self._one(cursor)
        while cursor.text == "[" and cursor.token.kind == "punctuator":
            cursor.take()
            if not cursor.skip("]"):
                self.read(cursor)
                cursor.skip("]")
                found = {}
                continue
            found = array(without_mark(found))
        return found

    def _one(self, cursor: Cursor) -> JsonObject:
        token = cursor.token
        match token.kind, token.text:
            case ("string", _) | ("number", _) | ("name", "true" | "false") | ("punctuator", "-"):
                return self._literal(cursor)
            case "template", _:
                return self._template(cursor)
            case "punctuator", "{":
                return self._object(cursor)
            case "punctuator", "[":
                return self._tuple(cursor)
            case "punctuator", "(":
                return self._bracketed(cursor)
            case "name", "keyof" | "typeof" | "unique" | "infer" | "readonly" | "asserts":
                cursor.take()
                inner = self._listed(cursor)
                return inner if token.text == "readonly" else {}
            case "name", "new":
                cursor.take()
                return self._one(cursor)
            case "name", _:
                return self._named(cursor)
            case _:
                cursor.take()
                return {}

    def _literal(self, cursor: Cursor) -> JsonObject:
        tokens = [cursor.take()]
        if tokens[0].text == "-":
            tokens.append(cursor.take())
        value = literal(tokens)
        return {} if isinstance(value, Unset) else literals([value])

    def _template(self, cursor: Cursor) -> JsonObject:
        depth, piece = cursor.token.depth, cursor.take().text[1:]
        while not piece.endswith("`") and cursor.token.at >= 0:
            token = cursor.take()
            if token.kind == "template" and token.depth == depth:
                piece = token.text
        return {"type": "string"}

    def _bracketed(self, cursor: Cursor) -> JsonObject:
        """A type in brackets, or a function, which no JSON is."""
        end = cursor.closing()
        if end + 1 < len(cursor.tokens) and cursor.tokens[end + 1].text == "=>":
            cursor.at = end + 2
            self.read(cursor)
            return {}
        cursor.take()
        found = self.read(cursor)
        cursor.at = end + 1
        return found

    def _tuple(self, cursor: Cursor) -> JsonObject:
        cursor.at = cursor.closing() + 1
        return {"type": "array"}

    def _object(self, cursor: Cursor) -> JsonObject:
        end = cursor.closing()
        cursor.take()
        properties: JsonObject = {}
        required: list[Json] = []
        others: JsonObject | None = None
        while cursor.at < end:
            if cursor.ahead(1).text not in (":", "?"):
                cursor.skip("readonly")
            key = cursor.take()
            if key.text == "[" and key.kind == "punctuator":
                while cursor.at < end and not cursor.skip("]"):
                    cursor.take()
                cursor.skip(":")
                others = self.read(cursor)
            elif key.kind in ("name", "string", "number"):
                name = text_of(key) if key.kind == "string" else key.text
                optional = cursor.skip("?")
                member = self.read(cursor) if cursor.skip(":") else self._past_member(cursor, end)
                properties[name] = without_mark(member)
                if not optional and not is_optional(member):
                    required.append(name)
            cursor.skip(",", ";")
        cursor.at = end + 1
        if others is not None and not properties:
            return mapping(others)
        return {"type": "object", "properties": properties, "required": list(dict.fromkeys(required))}

    def _past_member(self, cursor: Cursor, end: int) -> JsonObject:
        """Behind a method, or whatever else has no type of its own."""
        depth = cursor.token.depth
        while cursor.at < end and not (cursor.token.depth == depth and cursor.text in (",", ";")):
            cursor.take()
        return {}

    def _named(self, cursor: Cursor) -> JsonObject:
        path = [cursor.take().text]
        while cursor.text == "." and cursor.ahead(1).kind == "name":
            cursor.take()
            path.append(cursor.take().text)
        arguments = self._arguments(cursor)
        name = path[-1]
        if name in LISTS:
            return array(arguments[0] if arguments else {})
        if name in MAPPINGS:
            return mapping(arguments[1] if len(arguments) > 1 else {})
        if name in WRAPPERS:
            return arguments[0] if arguments else {}
        if name == "Resource" and arguments and isinstance(enum := arguments[0].get("enum"), list):
            return resource(str(enum[0]))
        if len(path) == 1 and name in self._declared:
            return self._declaration(name)
        if name in PLAIN:
            return PLAIN[name]
        return resource(name) if name[:1].isupper() and not arguments else {}

    def _arguments(self, cursor: Cursor) -> list[JsonObject]:
        arguments: list[JsonObject] = []
        if not cursor.skip("<"):
            return arguments
        while cursor.token.at >= 0 and not cursor.skip(">"):
            arguments.append(without_mark(self.read(cursor)))
            if cursor.text != ">" and not cursor.skip(","):
                raise ValueError("not a list of types")
        return arguments

    def _declaration(self, name: str) -> JsonObject:
        if name in self._open:
            return {}
        self._open.append(name)
        try:
            return without_mark(self.read(Cursor(self._declared[name])))
        finally:
            self._open.pop()


def _merged(one: JsonObject, other: JsonObject) -> JsonObject:
    if one.get("type") != "object" or other.get("type") != "object":
        return one or other
    properties = [schema.get("properties") for schema in (one, other)]
    required = [schema.get("required") for schema in (one, other)]
    return {
        "type": "object",
        "properties": {
            key: value for part in properties if isinstance(part, dict) for key, value in part.items()
        },
        "required": list(dict.fromkeys(name for part in required if isinstance(part, list) for name in part)),
    }


def is_optional(schema: JsonObject) -> bool:
    """Whether an argument of this type need not be given."""
    return schema == UNDEFINED or OPTIONAL in schema


def without_mark(schema: JsonObject) -> JsonObject:
    """The schema of what is given."""
    if schema == UNDEFINED:
        return {}
    return {key: value for key, value in schema.items() if key != OPTIONAL}
