"""Operations about the flow itself: condition, script, transform, log, error, token, sleep."""

import math
import re
from typing import Final

from openflow_django.expressions.coercion import to_number
from openflow_django.interop.directus.steps.base import Making, inputs, makes_step, script, transform
from openflow_django.interop.directus.tags import has_tags, renamed_rule
from openflow_django.spec.json import Json, JsonObject

__all__ = [
    "NULL",
    "SECONDS",
    "condition",
    "exec_",
    "json_web_token",
    "log",
    "null_step",
    "sleep",
    "throw_error",
    "transform_",
]

INTEGER: Final = re.compile(r"[\s\ufeff\xa0]*([+-]?\d+)", re.ASCII)
DEFAULT_STATUS: Final = 500

NULL: Final = "null"
"""The JSON text of null."""

#: Milliseconds that were rendered into a list of one, as seconds: what is no number is 0.
SECONDS: Final = "Math.max(0, Number(result[0]) || 0) / 1000"


@makes_step("condition")
def condition(making: Making) -> JsonObject:
    rule = renamed_rule(making.option("filter"), making.names)
    return {"value": script("condition", inputs(filter=rule))}


@makes_step("exec")
def exec_(making: Making) -> JsonObject:
    code = making.option("code")
    text = code if isinstance(code, str) else ""
    if has_tags(text):
        making.warn(
            "tags_in_code",
            "tags become part of the code, so whoever decides their values decides what runs.",
            hint="Read the values from the function's argument: data.$trigger.body, data.step ...",
        )
    return {"value": script("exec", {"code": transform(text)})}


@makes_step("transform")
def transform_(making: Making) -> JsonObject:
    return {"value": script("transform", {"json": _or_null(making.option("json"))})}


@makes_step("log")
def log(making: Making) -> JsonObject:
    return {"value": script("log", {"message": _or_null(making.option("message"))})}


@makes_step("throw-error")
def throw_error(making: Making) -> JsonObject:
    status = _status(making, making.option("status"))
    code, message = making.option("code"), making.option("message")
    return {"value": script("throw_error", inputs(code=code or None, status=status, message=message))}


@makes_step("json-web-token")
def json_web_token(making: Making) -> JsonObject:
    secret = making.option("secret")
    if isinstance(secret, str) and secret and not has_tags(secret):
        making.warn(
            "secret_in_flow",
            "the secret stands in the flow, where everybody who may see the flow reads it.",
            hint='Store it as a secret variable, and write "$var:" and its path in its place.',
        )
    options = {name: making.option(name) for name in ("operation", "payload", "token", "options")}
    return {"value": script("json_web_token", inputs(**options, secret=secret))}


@makes_step("sleep")
def sleep(making: Making) -> JsonObject:
    """A step that gives null, and the wait after it; where the time is computed, a step that computes it
    before."""
    milliseconds = making.option("milliseconds")
    if not has_tags(milliseconds):
        return {"value": null_step(), "sleep": {"type": "static", "value": _seconds(milliseconds)}}
    computed: JsonObject = {
        "id": making.fresh(f"{making.step_id}_time"),
        "value": script("transform", {"json": transform([milliseconds])}),
        "sleep": {"type": "javascript", "expr": SECONDS},
    }
    end: JsonObject = {"id": making.fresh(f"{making.step_id}_end"), "value": null_step()}
    return {"value": {"type": "branchone", "branches": [], "default": [computed, end]}}


def null_step() -> JsonObject:
    """A step that gives null."""
    return script("transform", {"json": _or_null(None)})


def _or_null(value: Json) -> JsonObject:
    """An input that has to be there: null, which would count as missing, as its JSON text."""
    return transform(NULL if value is None else value)


def _seconds(milliseconds: Json) -> float:
    number = to_number(milliseconds)
    return max(0.0, number / 1000) if math.isfinite(number) else 0.0


def _status(making: Making, given: Json) -> Json:
    """A status of failure. As in Directus, the digits in front of a text count."""
    if given is None or has_tags(given):
        return given
    match = INTEGER.match(given) if isinstance(given, str) else None
    number = int(match[1]) if match else given
    if isinstance(number, bool) or not isinstance(number, int | float):
        return DEFAULT_STATUS
    if not 400 <= int(number) <= 599:
        making.warn(
            "status_changed", f"the status {int(number)} is none of an error; it becomes {DEFAULT_STATUS}."
        )
        return DEFAULT_STATUS
    return int(number)
