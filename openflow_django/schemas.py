"""JSON values against JSON Schemas: cached validators that fetch nothing, problems with the path of each
value."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry
from referencing.exceptions import Unresolvable

from openflow_django.exceptions import OpenFlowError
from openflow_django.spec.json import Json, canonical

__all__ = ["Problem", "SchemaInvalid", "problems"]


class SchemaInvalid(OpenFlowError):
    """The schema itself cannot be used."""

    code = "schema_invalid"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one value. ``path`` is its JSON pointer, empty for the whole."""

    path: str
    message: str


def problems(value: Json, schema: Json) -> list[Problem]:
    """Everything wrong with ``value``, in the order of the paths; an empty list where there is no schema.

    References that leave the schema are never followed. Raises SchemaInvalid.
    """
    if not schema or not isinstance(schema, dict):
        return []
    judge = _validator(canonical(schema))
    try:
        found = [
            Problem(_pointer(error.absolute_path), error.message[:500]) for error in judge.iter_errors(value)
        ]
    except (Unresolvable, RecursionError) as error:
        raise SchemaInvalid(
            "the schema refers to something outside of it, or to itself without end"
        ) from error
    return sorted(found, key=lambda problem: problem.path)


@lru_cache(maxsize=256)
def _validator(text: str) -> Draft202012Validator:
    schema: Any = json.loads(text)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise SchemaInvalid(f"not a JSON Schema: {error.message}") from error
    return Draft202012Validator(schema, registry=Registry())


def _pointer(path: Iterable[str | int]) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)
