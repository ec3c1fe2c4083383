"""A quick yes for options that plainly fit their schema: judging them in full takes longer than most steps.

Only a yes counts. What is not told from types and lists of texts alone is left to the validator.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from openflow_django.spec.json import Json

__all__ = ["quick_judge"]

TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}
SILENT: Final = frozenset({"title", "description", "default", "examples", "x-order", "x-widget"})
"""Keywords by which nothing is judged."""

Test = Callable[[Json], bool]


def quick_judge(schema: Mapping[str, Any]) -> Callable[[Mapping[str, Json]], bool]:
    """Whether options plainly fit the schema of an object."""
    if not schema.keys() <= SILENT | {"type", "properties", "required", "additionalProperties"}:
        return _never
    tests: dict[str, Test] = {name: _test(rule) for name, rule in schema.get("properties", {}).items()}
    required = frozenset(schema.get("required", ()))
    others = _always if schema.get("additionalProperties", True) is True else _never

    def fits(options: Mapping[str, Json]) -> bool:
        return required <= options.keys() and all(
            tests.get(name, others)(value) for name, value in options.items()
        )

    return fits if schema.get("type", "object") == "object" else _never


def _test(rule: Any) -> Test:
    """Exact types: what Python takes for a number and JSON Schema does not is no quick yes."""
    if not isinstance(rule, Mapping) or not rule.keys() <= SILENT | {"type", "enum"}:
        return _never
    names = rule.get("type", list(TYPES))
    types = {type for name in ([names] if isinstance(names, str) else names) for type in TYPES[name]}
    if "enum" not in rule:
        return lambda value: type(value) in types
    texts = {entry for entry in rule["enum"] if isinstance(entry, str)} if str in types else set[str]()
    return lambda value: type(value) is str and value in texts


def _always(_value: object) -> bool:
    return True


def _never(_value: object) -> bool:
    return False
