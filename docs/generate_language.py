"""Writes the tables of docs/reference/language.md from the schema of documents: ``python
docs/generate_language.py``.

A test fails when the page is stale. What stands outside of the marked parts is written by hand.
"""

import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from openflow_django.spec.schema import DOCUMENT_SCHEMA

PAGE = Path(__file__).parent / "reference" / "language.md"
DEFINITIONS: Any = DOCUMENT_SCHEMA["$defs"]
PARTS: dict[str, Any] = {
    "document": DOCUMENT_SCHEMA,
    "flow": DEFINITIONS["flow_value"],
    "step": DEFINITIONS["step"],
    "stop": DEFINITIONS["stop"],
}


def generated(text: str) -> str:
    """The page with every marked part made anew."""
    for name, schema in PARTS.items():
        text = _replaced(text, name, _table(schema))
    for variants, prefix in (("step_value", "kind"), ("transform", "transform")):
        for name, schema in _variants(DEFINITIONS[variants]).items():
            text = _replaced(text, f"{prefix} {name}", _table(schema))
    return text


def _replaced(text: str, name: str, table: str) -> str:
    mark = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    return mark.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", text)


def _variants(schema: Any) -> dict[str, Any]:
    return {entry["if"]["properties"]["type"]["const"]: entry["then"] for entry in schema["allOf"]}


def _table(schema: Any) -> str:
    rows = ["| key | value | |", "|---|---|---|"]
    for key, value in schema["properties"].items():
        needed = "required" if key in schema["required"] else ""
        rows.append(f"| `{key}` | {_kind(value)} | {needed} |")
    return "\n".join(rows)


def _kind(schema: Any) -> str:
    """A value in words."""
    match schema:
        case True:
            return "any JSON"
        case {"const": value}:
            return f'`"{value}"`'
        case {"enum": values}:
            return " or ".join(f'`"{value}"`' for value in values)
        case {"$ref": reference}:
            return NAMES[reference.rpartition("/")[2]]
        case {"anyOf": choices}:
            return " or ".join(_kind(choice) for choice in choices if choice != {"type": "null"})
        case {"type": "array", "items": items} | {"type": ["array", "null"], "items": items}:
            return f"list of {_kind(items)}"
        case {"type": "object", "properties": properties} | {
            "type": ["object", "null"],
            "properties": properties,
        }:
            return "object of " + ", ".join(f"`{key}`" for key in properties)
        case {"additionalProperties": {"$ref": reference}}:
            return f"object: {NAMES[reference.rpartition('/')[2]]} by name"
        case {"type": kinds}:
            listed = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
            return " or ".join(WORDS.get(kind, kind) for kind in listed)
        case _:
            return "any JSON"


WORDS = {
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
    "object": "object",
    "array": "list",
}
NAMES = {
    "flow_value": "[flow](#the-flow)",
    "step": "[step](#steps)",
    "step_value": "[what it does](#what-a-step-does)",
    "tool": "[step](#steps) or external tool",
    "transform": "[transform](#inputs)",
    "duration": "number or [transform](#inputs)",
    "stop": "[stop](#early-stop)",
}


if __name__ == "__main__":
    PAGE.write_text(generated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
