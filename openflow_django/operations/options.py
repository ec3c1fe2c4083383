"""The options of an operation: how their schema is written, how given options are completed and judged.

The schema is JSON Schema 2020-12 of an object. A form can be rendered from it: ``title``, ``description``,
``default``, ``enum``, ``format`` as usual, ``x-order`` (the list of option names, in the order to show them)
and ``x-widget`` for an editor richer than the type tells: ``code``, ``template``, ``model``, ``field``,
``rule``, ``textarea``. Titles and descriptions may be lazy translations; :func:`plain` gives the schema in
the language that is active.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias, cast

from django.utils.functional import Promise
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry as SchemaRegistry

from openflow_django.spec.json import Json, JsonObject

__all__ = ["OptionProblem", "Schema", "complete", "object_schema", "plain", "problems", "validator"]

Schema: TypeAlias = Mapping[str, Any]
"""JSON Schema whose texts may be lazy translations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionProblem:
    """One thing wrong with the options. ``path`` is a JSON pointer into them, the message never repeats a
    value.
    """

    path: str
    message: str

    def as_dict(self) -> JsonObject:
        return {"path": self.path, "message": self.message}


def object_schema(properties: Mapping[str, Schema], *, required: Iterable[str] = ()) -> Schema:
    """The schema of an object with exactly these options, shown in the order they are written."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        "x-order": list(properties),
    }


def plain(schema: Schema) -> JsonObject:
    """The schema as JSON: lazy texts in the active language."""
    return cast(JsonObject, _resolved(schema, text=str))


def validator(schema: Schema) -> Draft202012Validator:
    """A validator that never fetches anything.

    Raises ``jsonschema.exceptions.SchemaError`` for a schema that is none, and ``ValueError`` for a reference
    that leaves the schema.
    """
    # Lazy texts are blanked, not translated: schemas are checked while apps are being loaded.
    checked = cast(dict[str, Any], _resolved(schema, text=lambda _text: ""))
    for reference in _references(checked):
        if not reference.startswith("#"):
            raise ValueError(f"the reference {reference!r} leaves the schema; it must start with #")
    Draft202012Validator.check_schema(checked)
    return Draft202012Validator(checked, registry=SchemaRegistry())


def complete(options: Mapping[str, Json], *, judge: Draft202012Validator) -> JsonObject:
    """The options with defaults filled in.

    ``null`` counts as not given where the schema of the option does not admit it, so that a template over a
    missing value may fill an optional option.
    """
    properties = _properties(judge)
    given = {
        name: value
        for name, value in options.items()
        if value is not None or name not in properties or judge.evolve(schema=properties[name]).is_valid(None)
    }
    defaults = {
        name: deepcopy(schema["default"]) for name, schema in properties.items() if "default" in schema
    }
    return {**defaults, **given}


def problems(options: Mapping[str, Json], *, judge: Draft202012Validator) -> list[OptionProblem]:
    """Everything wrong with the options, in the order of their paths."""
    found = [_problem(error, judge=judge) for error in judge.iter_errors(dict(options))]
    return sorted(found, key=lambda problem: problem.path)


def _properties(judge: Draft202012Validator) -> Mapping[str, Any]:
    schema = cast(Mapping[str, Any], judge.schema)
    return schema.get("properties", {})


def _problem(error: ValidationError, *, judge: Draft202012Validator) -> OptionProblem:
    path = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in error.absolute_path)
    return OptionProblem(path=path, message=_message(error, names=list(_properties(judge))))


def _message(error: ValidationError, *, names: list[str]) -> str:
    rule: Any = error.validator_value
    match error.validator:
        case "required":
            missing = [name for name in rule if name not in cast(Mapping[str, Any], error.instance)]
            return "missing: " + ", ".join(missing)
        case "additionalProperties":
            return _unknown(error, names=names)
        case "type":
            return f"must be of type {' or '.join([rule] if isinstance(rule, str) else rule)}"
        case "enum":
            return f"must be one of {', '.join(map(str, rule))}"
        case "anyOf" | "oneOf":
            return "has none of the accepted shapes"
        case _:
            return f"breaks the rule {error.validator}: {rule}"


def _unknown(error: ValidationError, *, names: list[str]) -> str:
    allowed = list(cast(Mapping[str, Any], error.schema).get("properties", names))
    unknown = [name for name in cast(Mapping[str, Any], error.instance) if name not in allowed]
    near = get_close_matches(unknown[0], allowed, n=1) if unknown else []
    hint = f"; did you mean {near[0]}?" if near else f"; known: {', '.join(allowed)}"
    return f"unknown: {', '.join(unknown)}{hint}"


def _resolved(value: Any, *, text: Any) -> Any:
    if isinstance(value, Promise):
        return text(value)
    if isinstance(value, Mapping):
        return {key: _resolved(member, text=text) for key, member in cast(Mapping[str, Any], value).items()}
    if isinstance(value, list | tuple):
        return [_resolved(member, text=text) for member in cast(Iterable[Any], value)]
    return value


def _references(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for key, member in cast(dict[str, Any], value).items():
            if key in ("$ref", "$dynamicRef") and isinstance(member, str):
                yield member
            else:
                yield from _references(member)
    elif isinstance(value, list):
        for member in cast(list[Any], value):
            yield from _references(member)
