"""Rules about JSON Schemas inside a document: valid, closed in themselves, and safe to validate with."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from openflow_django.spec.issues import Report, pointer_token, quoted
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.rules.keywords import keyword_problems
from openflow_django.spec.rules.patterns import pattern_problem

__all__ = ["MAX_SCHEMA_DEPTH", "check_form", "check_schema", "check_subschemas"]

#: Nesting of objects and lists in a schema. Validators recurse: less than what a document may have.
MAX_SCHEMA_DEPTH = 60

#: Keywords whose values are applied to the same value as the schema that holds them.
IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
IN_PLACE = ("not", "if", "then", "else")
IN_PLACE_MAPS = ("dependentSchemas",)

LISTS = ("prefixItems",)
SINGLE = (
    "items",
    "contains",
    "contentSchema",
    "additionalProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
)
MAPS = ("properties", "patternProperties", "$defs", "definitions", "dependencies")


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
    check_subschemas(schema, pointer=pointer, report=report)


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


def check_subschemas(root: JsonObject, *, pointer: str, report: Report) -> None:
    """Keywords hold what they may, references stay inside and end, patterns are harmless."""
    waiting = list(subschemas(root, ""))
    anchors = {name: place for place, schema in waiting if (name := text_of(schema, "$anchor"))}
    known = {place for place, _ in waiting}
    in_place: dict[str, list[str]] = {}
    while waiting:
        place, schema = waiting.pop()
        in_place[place] = [where for where, _ in applied_in_place(schema, place)]
        for keyword, problem in keyword_problems(schema):
            report.error(f"{pointer}{place}/{keyword}", "schema_invalid", problem)
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
            if target[0] not in known:
                # Where it leads no schema was expected; what is there is used as one.
                found = list(subschemas(target[1], target[0]))
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
