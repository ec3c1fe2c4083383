"""Rules about JSON Schemas inside a document: valid, closed in themselves, and safe to validate with."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from openflow_django.spec.issues import Report, pointer_token, quoted
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.rules.patterns import pattern_problem

__all__ = ["MAX_SCHEMA_DEPTH", "check_form", "check_schema"]

#: Nesting of objects and lists in a schema. The validator recurses: less than what a document may have.
MAX_SCHEMA_DEPTH = 60

#: Complaints of the meta-schema shown per schema.
MAX_COMPLAINTS = 20

#: Keywords whose values are applied to the same value as the schema that holds them.
IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
IN_PLACE = ("not", "if", "then", "else")
IN_PLACE_MAPS = ("dependentSchemas",)

LISTS = ("prefixItems",)
SINGLE = (
    "items",
    "contains",
    "additionalProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
)
MAPS = ("properties", "patternProperties", "$defs", "definitions")


def check_form(form: Json, *, pointer: str, report: Report) -> None:
    """The form of a suspension: ``{"schema": ...}`` where the schema may be a bare map of properties."""
    if form is None:
        return
    if not isinstance(form, dict):
        report.error(pointer, "wrong_type", 'Expected an object with a "schema".')
        return
    schema = form.get("schema")
    is_map = (
        isinstance(schema, dict) and "properties" not in schema and not isinstance(schema.get("type"), str)
    )
    check_schema({"properties": schema} if is_map else schema, pointer=f"{pointer}/schema", report=report)


def check_schema(schema: Json, *, pointer: str, report: Report) -> None:
    """A JSON Schema 2020-12 whose references stay inside it. None is no schema, and fine."""
    if schema is None:
        return
    if not isinstance(schema, dict):
        report.error(pointer, "wrong_type", "A schema is an object.")
        return
    if is_deeper(schema, than=MAX_SCHEMA_DEPTH):
        message = f"The schema is nested more than {MAX_SCHEMA_DEPTH} levels deep."
        report.error(pointer, "schema_too_deep", message)
        return
    complaints = complaints_of(schema)
    for error in complaints:
        place = "".join(f"/{pointer_token(str(part))}" for part in error.absolute_path)
        report.error(f"{pointer}{place}", "schema_invalid", shortened(error.message))
    if not complaints:
        check_references(schema, pointer=pointer, report=report)


def complaints_of(schema: JsonObject) -> list[ValidationError]:
    """What the meta-schema finds wrong, the first of it."""
    judge: Any = meta_schema()
    return list(islice(judge.iter_errors(schema), MAX_COMPLAINTS))


def shortened(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:200]}..."


@cache
def meta_schema() -> Draft202012Validator:
    return Draft202012Validator(Draft202012Validator.META_SCHEMA)


def is_deeper(value: Json, *, than: int) -> bool:
    level: list[Json] = [value]
    for _ in range(than):
        level = [inner for outer in level for inner in children(outer)]
        if not level:
            return False
    return any(isinstance(item, dict | list) for item in level)


def children(value: Json) -> Iterator[Json]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def check_references(root: JsonObject, *, pointer: str, report: Report) -> None:
    """References lead to a place in the schema, not round in circles, and patterns are harmless."""
    waiting = list(subschemas(root, ""))
    anchors = {name: place for place, schema in waiting if (name := text_of(schema, "$anchor"))}
    known = {place for place, _ in waiting}
    in_place: dict[str, list[str]] = {}
    while waiting:
        place, schema = waiting.pop()
        in_place[place] = [where for where, _ in applied_in_place(schema, place)]
        check_patterns(schema, pointer=f"{pointer}{place}", report=report)
        if place and "$id" in schema:
            report.error(
                f"{pointer}{place}/$id", "schema_reference", "Only the whole schema may have an $id."
            )
        for keyword in ("$ref", "$dynamicRef"):
            reference = text_of(schema, keyword)
            if reference is None:
                continue
            target = resolved(root, reference, anchors)
            if target is None:
                where = f"{pointer}{place}/{keyword}"
                message = f"{quoted(reference)} is no place in this schema."
                hint = "References start with #, for example #/$defs/address."
                report.error(where, "schema_reference", message, hint=hint)
                continue
            in_place[place].append(target[0])
            # A reference may lead to where no schema is expected; what is there is then used as one.
            found = [each for each in subschemas(target[1], target[0]) if each[0] not in known]
            known.update(place for place, _ in found)
            waiting.extend(found)
    for place in circles(in_place):
        report.error(f"{pointer}{place}", "schema_circle", "The schema refers back to itself without end.")


def check_patterns(schema: JsonObject, *, pointer: str, report: Report) -> None:
    pattern = text_of(schema, "pattern")
    if pattern is not None and (problem := pattern_problem(pattern)):
        report.error(f"{pointer}/pattern", "schema_pattern", problem)
    by_pattern = schema.get("patternProperties")
    for key in by_pattern if isinstance(by_pattern, dict) else ():
        if problem := pattern_problem(key):
            report.error(f"{pointer}/patternProperties/{pointer_token(key)}", "schema_pattern", problem)


def text_of(schema: JsonObject, key: str) -> str | None:
    value = schema.get(key)
    return value if isinstance(value, str) else None


def subschemas(root: Json, place: str) -> Iterator[tuple[str, JsonObject]]:
    """``root`` and every schema inside it, with their pointers."""
    waiting: list[tuple[str, Json]] = [(place, root)]
    while waiting:
        where, schema = waiting.pop()
        if not isinstance(schema, dict):
            continue
        yield where, schema
        waiting.extend(applied_in_place(schema, where))
        waiting.extend(inside(schema, where, lists=LISTS, single=SINGLE, maps=MAPS))


def applied_in_place(schema: JsonObject, place: str) -> Iterator[tuple[str, Json]]:
    yield from inside(schema, place, lists=IN_PLACE_LISTS, single=IN_PLACE, maps=IN_PLACE_MAPS)


def inside(
    schema: JsonObject, place: str, *, lists: tuple[str, ...], single: tuple[str, ...], maps: tuple[str, ...]
) -> Iterator[tuple[str, Json]]:
    for keyword in lists:
        items = schema.get(keyword)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            yield f"{place}/{keyword}/{index}", item
    for keyword in single:
        if keyword in schema:
            yield f"{place}/{keyword}", schema[keyword]
    for keyword in maps:
        named = schema.get(keyword)
        for name, item in (named if isinstance(named, dict) else {}).items():
            yield f"{place}/{keyword}/{pointer_token(name)}", item


def resolved(root: JsonObject, reference: str, anchors: Mapping[str, str]) -> tuple[str, Json] | None:
    """Pointer and schema that a local reference leads to."""
    if not reference.startswith("#"):
        return None
    fragment = unquote(reference[1:])
    if fragment and not fragment.startswith("/"):
        if fragment not in anchors:
            return None
        fragment = anchors[fragment]
    found: Json = root
    place = ""
    for token in fragment.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isascii() and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        else:
            return None
        place += f"/{pointer_token(key)}"
    return (place, found) if isinstance(found, dict | bool) else None


def circles(edges: Mapping[str, list[str]]) -> Iterator[str]:
    """Places from which a walk along the edges comes back. One per circle."""
    done: set[str] = set()
    for start in edges:
        path: dict[str, Iterator[str]] = {}
        if start not in done:
            path[start] = iter(edges[start])
        while path:
            place, following = next(reversed(path.items()))
            target = next(following, None)
            if target is None:
                del path[place]
                done.add(place)
            elif target in path:
                yield target
            elif target not in done:
                path[target] = iter(edges.get(target, ()))
