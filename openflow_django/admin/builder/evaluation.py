"""One expression, condition or template, computed for the editor in the sandbox, with values of the past."""

import time

from django.core.cache import cache
from django.http import HttpResponse
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.builder.answers import Refused, answer
from openflow_django.admin.builder.arguments import iterations_of, past_runs, pins_of
from openflow_django.admin.builder.calls import FlowCall, loaded_bytes
from openflow_django.admin.builder.excerpts import excerpt
from openflow_django.admin.builder.places import find
from openflow_django.admin.builder.scene import Scene
from openflow_django.expressions.errors import ExpressionSyntaxError, TemplateError
from openflow_django.expressions.evaluate import evaluate_many
from openflow_django.expressions.names import Names
from openflow_django.expressions.plans import compile_condition, compile_expression
from openflow_django.expressions.ports import Failure, Value
from openflow_django.expressions.templates import render
from openflow_django.expressions.transforms import FlowObject
from openflow_django.spec.json import Json, JsonObject
from openflow_django.worker.runners import evaluator

__all__ = ["PER_MINUTE", "evaluate"]

PER_MINUTE = 240
"""Evaluations that one person may ask for in a minute."""
KINDS = ("expression", "condition", "template")
AFTER = ("/stop_after_if", "/stop_after_all_iters_if", "/retry", "/sleep", "/suspend")
"""Settings of a step that are computed when it is done: they see its own result."""


def evaluate(call: FlowCall) -> HttpResponse:
    """Compute ``text`` where the step stands. Variables and resources are out of reach; ``field`` is the
    place of the text within the step.
    """
    call.require(permissions.can_edit(call.user, call.flow), _("edit this flow"))
    given = call.body(max_bytes=loaded_bytes())
    kind, text, step = given.get("kind"), given.get("text"), given.get("step_id")
    if kind not in KINDS or (kind != "template" and not isinstance(text, str)):
        raise Refused(_("Send a text with its kind: %(kinds)s.") % {"kinds": ", ".join(KINDS)})
    place = find(given.get("document"), step) if isinstance(step, str) else None
    if place is None:
        raise Refused(_("The document has no such step."), code="no_step", status=422)
    _count(call)
    source = given.get("source")
    chosen = source if isinstance(source, dict) else {}
    scene = Scene(
        given.get("document"),
        place,
        runs=past_runs(call, chosen.get("run")),
        pins=pins_of(call, chosen.get("pins")),
        iterations=iterations_of(given.get("iter")),
    )
    field = given.get("field")
    names = scene.names(after=isinstance(field, str) and field.startswith(AFTER))
    return answer(_told(_evaluated(str(kind), text, names)))


def _count(call: FlowCall) -> None:
    """Raise Refused for who asks too often."""
    minute = int(time.time() // 60)
    key = f"openflow:evaluate:{call.user.pk}:{minute}"
    cache.add(key, 0, timeout=120)
    try:
        count = cache.incr(key)
    except ValueError:  # the entry is gone already, or the cache keeps nothing
        return
    if count > PER_MINUTE:
        raise Refused(_("Too many previews; wait a little."), code="too_many", status=429)


def _evaluated(kind: str, text: Json, names: Names) -> Value | Failure:
    if kind == "template":
        try:
            return Value(render(text, FlowObject(names)))
        except TemplateError as error:
            return Failure(error.name, error.message)
    source = str(text)
    try:
        plan = compile_condition(source) if kind == "condition" else compile_expression(source)
    except ExpressionSyntaxError as error:
        return Failure("SyntaxError", error.message, error.line, error.column)
    return evaluate_many({"value": plan}, names, engine=evaluator())["value"]


def _told(result: Value | Failure) -> JsonObject:
    if isinstance(result, Value):
        shown = excerpt(result.json)
        return {"ok": True, "value": shown.value, "truncated": shown.is_cut}
    error: JsonObject = {"name": result.name, "message": result.message}
    if result.line is not None:
        error["line"] = result.line
    if result.column is not None:
        error["column"] = result.column
    return {"ok": False, "error": error}
