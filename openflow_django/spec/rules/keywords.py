"""What the keywords of JSON Schema 2020-12 may hold, as its meta-schema says, for one schema at a time."""

import re
from collections.abc import Callable, Iterator, Mapping

from openflow_django.spec.issues import quoted
from openflow_django.spec.json import Json, JsonObject

__all__ = ["keyword_problems"]

TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
ANCHOR = re.compile(r"[A-Za-z_][-A-Za-z0-9._]*\Z", re.ASCII)

Check = Callable[[Json], bool]


def is_text(value: Json) -> bool:
    return isinstance(value, str)


def is_flag(value: Json) -> bool:
    return isinstance(value, bool)


def is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_count(value: Json) -> bool:
    """A whole number of at least 0; 2.0 is one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value >= 0 and value == int(value)


def is_positive(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def is_list(value: Json) -> bool:
    return isinstance(value, list)


def is_names(value: Json) -> bool:
    """A list of different texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return False
    return len(set(map(str, value))) == len(value)


def is_type(value: Json) -> bool:
    if isinstance(value, list):
        return bool(value) and is_names(value) and all(item in TYPES for item in value)
    return value in TYPES


def is_schema(value: Json) -> bool:
    return isinstance(value, dict | bool)


def is_schemas(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and all(is_schema(item) for item in value)


def is_schema_map(value: Json) -> bool:
    return isinstance(value, dict) and all(is_schema(item) for item in value.values())


def is_names_map(value: Json) -> bool:
    return isinstance(value, dict) and all(is_names(item) for item in value.values())


def is_dependencies(value: Json) -> bool:
    return isinstance(value, dict) and all(is_schema(item) or is_names(item) for item in value.values())


def is_anchor(value: Json) -> bool:
    return isinstance(value, str) and ANCHOR.match(value) is not None


def is_vocabulary(value: Json) -> bool:
    return isinstance(value, dict) and all(isinstance(item, bool) for item in value.values())


def is_identifier(value: Json) -> bool:
    """A URI reference without fragment."""
    return isinstance(value, str) and "#" not in value.removesuffix("#")


#: What a keyword must hold, in words, with its check.
RULES: tuple[tuple[str, Check, tuple[str, ...]], ...] = (
    ("a type or a list of different types", is_type, ("type",)),
    ("a list", is_list, ("enum", "examples")),
    ("a number", is_number, ("maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum")),
    ("a number above 0", is_positive, ("multipleOf",)),
    (
        "a whole number of at least 0",
        is_count,
        (
            "maxLength",
            "minLength",
            "maxItems",
            "minItems",
            "maxContains",
            "minContains",
            "maxProperties",
            "minProperties",
        ),
    ),
    ("true or false", is_flag, ("uniqueItems", "deprecated", "readOnly", "writeOnly")),
    (
        "a text",
        is_text,
        (
            "$comment",
            "$dynamicRef",
            "$recursiveRef",
            "$ref",
            "$schema",
            "contentEncoding",
            "contentMediaType",
            "description",
            "format",
            "pattern",
            "title",
        ),
    ),
    ("an identifier without fragment", is_identifier, ("$id",)),
    (
        "a name of letters, digits, dots, dashes and underscores",
        is_anchor,
        ("$anchor", "$dynamicAnchor", "$recursiveAnchor"),
    ),
    ("an object of flags", is_vocabulary, ("$vocabulary",)),
    ("a list of different names", is_names, ("required",)),
    ("an object of lists of different names", is_names_map, ("dependentRequired",)),
    ("an object of schemas or lists of names", is_dependencies, ("dependencies",)),
    (
        "a schema",
        is_schema,
        (
            "additionalProperties",
            "contains",
            "contentSchema",
            "else",
            "if",
            "items",
            "not",
            "propertyNames",
            "then",
            "unevaluatedItems",
            "unevaluatedProperties",
        ),
    ),
    ("a list of at least one schema", is_schemas, ("allOf", "anyOf", "oneOf", "prefixItems")),
    (
        "an object of schemas",
        is_schema_map,
        ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties"),
    ),
)

KEYWORDS: Mapping[str, tuple[str, Check]] = {
    keyword: (words, check) for words, check, keywords in RULES for keyword in keywords
}


def keyword_problems(schema: JsonObject) -> Iterator[tuple[str, str]]:
    """Keyword and complaint for each keyword that holds something else than it may. Unknown keywords may."""
    for keyword, value in schema.items():
        rule = KEYWORDS.get(keyword)
        if rule is not None and not rule[1](value):
            yield keyword, f"{quoted(keyword)} of a schema holds {rule[0]}."
