"""Pieces of JavaScript text."""

import json

from openflow_django.spec.ids import is_plain
from openflow_django.spec.json import Json

__all__ = ["js_literal", "js_text", "result_of"]

LINE_ENDS = {"\u2028": "\\u2028", "\u2029": "\\u2029"}


def js_text(text: str) -> str:
    """A string literal."""
    return _escaped(json.dumps(text, ensure_ascii=False))


def js_literal(value: Json) -> str:
    """A literal of any JSON value that is no object and holds none."""
    return _escaped(json.dumps(value, ensure_ascii=False))


def result_of(step_id: str) -> str:
    """The result of a step, as an expression reads it."""
    return (
        f"results.{step_id}"
        if is_plain(step_id) and not step_id[0].isdigit()
        else f"results[{js_text(step_id)}]"
    )


def _escaped(text: str) -> str:
    """Line ends that JSON may hold and older JavaScript may not."""
    for end, escape in LINE_ENDS.items():
        text = text.replace(end, escape)
    return text
