"""The parameters of ``main`` in a Python script, from its syntax tree."""

import ast
import json
from collections.abc import Iterator
from typing import Final

from openflow_django.sandbox.signatures.schemas import (
    NO_DEFAULT,
    Parameter,
    Unset,
    array,
    literals,
    mapping,
    resource,
    union,
)
from openflow_django.spec.json import Json, JsonObject

__all__ = ["python_parameters"]

PLAIN: Final[dict[str, JsonObject]] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "Decimal": {"type": "number"},
    "bool": {"type": "boolean"},
    "bytes": {"type": "string", "contentEncoding": "base64"},
    "datetime": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "time"},
    "UUID": {"type": "string", "format": "uuid"},
    "None": {"type": "null"},
    "Any": {},
    "object": {},
}
LISTS: Final = frozenset(
    {"list", "List", "set", "Set", "frozenset", "tuple", "Tuple", "Sequence", "Iterable", "Collection"}
)
MAPPINGS: Final = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "TypedDict"})
WRAPPERS: Final = frozenset({"Annotated", "Required", "NotRequired", "ReadOnly", "Final"})
DEEPEST: Final = 20

Class = ast.ClassDef


def python_parameters(content: str) -> list[Parameter] | None:
    """None without a function ``main`` at the top level, and for what is not Python."""
    try:
        module = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    classes = {node.name: node for node in module.body if isinstance(node, ast.ClassDef)}
    for node in reversed(module.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "main":
            return list(_parameters(node.args, _Types(classes)))
    return None


def _parameters(arguments: ast.arguments, types: "_Types") -> Iterator[Parameter]:
    positional = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    for argument, default in (
        *zip(positional, [*missing, *arguments.defaults], strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ):
        yield Parameter(
            name=argument.arg,
            schema=types.schema(argument.annotation) if argument.annotation else {},
            default=_value(default) if default else NO_DEFAULT,
            is_optional=default is not None,
        )


def _value(node: ast.expr) -> Json | Unset:
    try:
        return json.loads(json.dumps(ast.literal_eval(node), allow_nan=False))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return NO_DEFAULT


class _Types:
    """Annotations, with the classes of the script they may name."""

    def __init__(self, classes: dict[str, Class]) -> None:
        self._classes = classes
        self._open: list[str] = []
        self._depth = 0

    def schema(self, node: ast.expr) -> JsonObject:
        """Empty for what says nothing about JSON, or is nested too deep."""
        if self._depth >= DEEPEST:
            return {}
        self._depth += 1
        try:
            return self._schema(node)
        finally:
            self._depth -= 1

    def _schema(self, node: ast.expr) -> JsonObject:
        match node:
            case ast.Constant(value=None):
                return {"type": "null"}
            case ast.Constant(value=str(text)):
                return self._quoted(text)
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return self._named(name)
            case ast.BinOp(op=ast.BitOr()):
                return union(map(self.schema, _members(node)))
            case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
                return self._generic(name, inner.elts if isinstance(inner, ast.Tuple) else [inner])
            case _:
                return {}

    def _quoted(self, text: str) -> JsonObject:
        try:
            return self.schema(ast.parse(text, mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return {}

    def _named(self, name: str) -> JsonObject:
        if name in PLAIN:
            return PLAIN[name]
        if name in LISTS:
            return {"type": "array"}
        if name in MAPPINGS:
            return {"type": "object"}
        if name in self._classes:
            return self._class(self._classes[name])
        return resource(name) if name.islower() else {}

    def _generic(self, name: str, arguments: list[ast.expr]) -> JsonObject:
        if name == "Optional":
            return union((self.schema(arguments[0]), {"type": "null"}))
        if name == "Union":
            return union(map(self.schema, arguments))
        if name == "Literal":
            values = [_value(argument) for argument in arguments]
            return literals([value for value in values if not isinstance(value, Unset)])
        if name in WRAPPERS:
            return self.schema(arguments[0])
        if name in LISTS:
            return array(self.schema(arguments[0]) if len(arguments) == 1 or name != "tuple" else {})
        if name in MAPPINGS:
            return mapping(self.schema(arguments[1]) if len(arguments) == 2 else {})
        return self._named(name)

    def _class(self, node: Class) -> JsonObject:
        if node.name in self._open:
            return {"type": "object"}
        bases = [base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases]
        if any(base.endswith("Enum") for base in bases):
            return _choices(node)
        self._open.append(node.name)
        try:
            schema = self._fields(node, total="TypedDict" in bases)
        finally:
            self._open.pop()
        return {**schema, **resource(node.name)} if node.name.islower() else schema

    def _fields(self, node: Class, *, total: bool) -> JsonObject:
        properties: JsonObject = {}
        required: list[Json] = []
        for member in node.body:
            if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
                properties[member.target.id] = self.schema(member.annotation)
                if member.value is None and not (total and _is_not_required(member.annotation)):
                    required.append(member.target.id)
        return {"type": "object", "properties": properties, "required": required}


def _members(node: ast.expr) -> list[ast.expr]:
    """What ``a | b | c`` joins."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def _choices(node: Class) -> JsonObject:
    values = [_value(member.value) for member in node.body if isinstance(member, ast.Assign)]
    plain = [value for value in values if not isinstance(value, Unset)]
    return literals(plain) if plain else {}


def _is_not_required(annotation: ast.expr) -> bool:
    match annotation:
        case ast.Subscript(value=ast.Name(id="NotRequired") | ast.Attribute(attr="NotRequired")):
            return True
        case _:
            return False
