"""What an expression of a step can see, in groups: where each comes from and what it looks like."""

from collections.abc import Iterator
from typing import Any

from django.db.models import F, TextField
from django.db.models.functions import Cast, Substr
from django.http import HttpResponse
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.admin.builder.answers import Refused, answer
from openflow_django.admin.builder.arguments import iterations_of, past_runs, pins_of
from openflow_django.admin.builder.calls import FlowCall, loaded_bytes
from openflow_django.admin.builder.past import MAX_TEXT, PastRun, Recorded
from openflow_django.admin.builder.places import document_value, find, kind_of, step_id
from openflow_django.admin.builder.scene import Scene
from openflow_django.admin.builder.shapes import shape
from openflow_django.admin.builder.start_of_json import loads_start
from openflow_django.models import Resource, RunData, StepRun, Variable, encode_json
from openflow_django.operations.base import PATH_PREFIX, operations
from openflow_django.spec.forms import form_schema
from openflow_django.spec.json import Json, JsonObject

__all__ = ["of_document", "of_draft"]

MAX_NAMES = 200
"""Variables and resources listed at most, each by itself."""


def of_draft(call: FlowCall) -> HttpResponse:
    """The groups at ``step`` of the stored draft."""
    run = call.number("run") or None
    given: JsonObject = {
        "document": call.flow.draft,
        "step_id": call.query("step"),
        "source": {"run": run},
        "iter": [int(number) for number in (call.query("iter") or "").split(",") if number.isdecimal()],
    }
    return _scope(call, given)


def of_document(call: FlowCall) -> HttpResponse:
    """The groups at ``step_id`` of the document that was sent."""
    return _scope(call, call.body(max_bytes=loaded_bytes()))


def _scope(call: FlowCall, given: JsonObject) -> HttpResponse:
    document, wanted = given.get("document"), given.get("step_id")
    place = find(document, wanted) if isinstance(wanted, str) else None
    if place is None:
        raise Refused(_("The document has no such step."), code="no_step", status=422)
    source = given.get("source")
    chosen = source if isinstance(source, dict) else {}
    may_edit = permissions.can_edit(call.user, call.flow)
    scene = Scene(
        document,
        place,
        runs=past_runs(call, chosen.get("run")),
        pins=pins_of(call, chosen.get("pins")) if may_edit else {},
        iterations=iterations_of(given.get("iter")),
    )
    groups = [*_given(scene), *_loops(scene), *_steps(scene), *_events(scene), *_site(call.user)]
    runs = [{"id": past.run.pk, "source": past.origin} for past in scene.runs]
    return answer({"groups": groups, "runs": runs})


def _group(
    name: str, kind: str, label: str, *, source: str | None, schema: Any, **more: Any
) -> dict[str, Any]:
    """One group. ``id`` is also how a value of it is asked for; ``expr`` how JavaScript reads it."""
    return {
        "id": name,
        "kind": kind,
        "label": label,
        "source": source or "shape",
        "schema": schema,
        "available": source is not None,
        "expr": name,
        **more,
    }


def _given(scene: Scene) -> Iterator[dict[str, Any]]:
    """What the run as a whole was given."""
    past = scene.runs[0] if scene.runs else None
    origin = past.origin if past is not None else None
    started = _starts(past, "trigger", "input", "accountability", "env") if past is not None else {}
    trigger = started.get("trigger") if started.get("trigger") is not None else started.get("input")
    document = scene.document if isinstance(scene.document, dict) else {}
    described = document.get("schema")
    known = (
        shape(started.get("input")) if past is not None else described if isinstance(described, dict) else {}
    )
    yield _group("$trigger", "trigger", _("Trigger"), source=origin, schema=shape(trigger) if past else {})
    yield _group("flow_input", "input", _("Flow input"), source=origin, schema=known)
    for name, column, label in (
        ("$accountability", "accountability", _("Who started it")),
        ("$env", "env", _("Environment")),
    ):
        yield _group(name, "context", label, source=origin, schema=shape(started.get(column)) if past else {})
    constants = document_value(scene.document).get("flow_env")
    if constants:
        yield _group(
            "flow_env", "constants", _("Constants of the flow"), source=None, schema=shape(constants)
        )


def _starts(past: PastRun, *columns: str) -> dict[str, Json]:
    """The starts of the run's own values."""
    texts = {f"{name}_text": Substr(Cast(F(name), TextField()), 1, MAX_TEXT) for name in columns}
    row = RunData.objects.filter(run_id=past.run.pk).values(**texts).first() or {}
    return {name: loads_start(row.get(f"{name}_text") or "null") for name in columns}


def _loops(scene: Scene) -> Iterator[dict[str, Any]]:
    """The element and the number of each loop around the place, the innermost first."""
    loops = scene.place.loops
    for outwards, loop in enumerate(reversed(loops)):
        index = len(loops) - 1 - outwards
        name = step_id(loop)
        number: JsonObject = {"type": "integer"}
        path = scene.loop_path(index)
        seen = next(((past, items) for past in scene.runs if (items := past.first_items(path))), None)
        item = shape(seen[1]).get("items") if seen is not None else {}
        item = number if kind_of(loop) == "whileloopflow" else item
        origin = seen[0].origin if seen is not None else None
        schema: JsonObject = {"type": "object", "properties": {"value": item, "index": number}}
        yield _group(
            f"iter:{name}",
            "loop",
            _("Iteration of %(loop)s") % {"loop": _name(loop)},
            source=origin,
            schema=schema,
            expr=f"flow_input.iter{'_parent' * outwards}",
            step_id=name,
        )


def _steps(scene: Scene) -> Iterator[dict[str, Any]]:
    """The steps before, in document order."""
    recorded = {name: found for name in scene.visible if (found := scene.recorded(name)) is not None}
    starts = _outcomes([row for _past, row in recorded.values()])
    for name, step in scene.visible.items():
        if name in scene.pins:
            schema = shape(scene.pins[name])
        elif name in recorded:
            schema = shape(starts.get(recorded[name][1].row))
        else:
            schema = _expected(step)
        source = scene.source(name)
        expr = f"results.{name}" if name.isidentifier() else f"results[{encode_json(name)}]"
        yield _group(name, "step", _name(step), source=source, schema=schema, expr=expr, step_id=name)


def _outcomes(rows: list[Recorded]) -> dict[int, Json]:
    """The starts of recorded results, by row."""
    texts = {name: Substr(Cast(F(name), TextField()), 1, MAX_TEXT) for name in ("result", "error")}
    found = StepRun.objects.filter(pk__in=[row.row for row in rows])
    starts: dict[int, Json] = {}
    for pk, status, result, error in found.annotate(
        result_text=texts["result"], error_text=texts["error"]
    ).values_list("pk", "status", "result_text", "error_text"):
        failed = status == "failure"
        value = loads_start((error if failed else result) or "null")
        starts[pk] = {"error": value} if failed else value
    return starts


def _expected(step: JsonObject) -> JsonObject:
    """The shape of a result that nobody has seen yet: of an operation its example."""
    value = step.get("value")
    path = value.get("path") if isinstance(value, dict) else None
    kind = path.removeprefix(PATH_PREFIX) if isinstance(path, str) and path.startswith(PATH_PREFIX) else ""
    example = operations.get(kind).result_example if kind in operations else None
    return shape(example) if example is not None else {}


def _events(scene: Scene) -> Iterator[dict[str, Any]]:
    """The failure that led here, and what people said to the step before."""
    if scene.place.failed is not None or scene.place.top == "failure":
        properties: JsonObject = {name: {"type": "string"} for name in ("name", "message", "step_id")}
        schema: JsonObject = {"type": "object", "properties": properties}
        yield _group("error", "error", _("Error"), source=None, schema=schema)
    suspend = scene.place.before.get("suspend") if scene.place.before is not None else None
    if isinstance(suspend, dict) and suspend.get("required_events"):
        form = form_schema(suspend.get("resume_form")) or {}
        yield _group("resume", "resume", _("Answer"), source=None, schema=form)
        yield _group(
            "resumes", "resume", _("All answers"), source=None, schema={"type": "array", "items": form}
        )
        names = {"type": "array", "items": {"type": "string"}}
        yield _group("approvers", "resume", _("Who answered"), source=None, schema=names)


def _site(user: permissions.User) -> Iterator[dict[str, Any]]:
    """Paths of variables and resources that this person may know; never their values."""
    for name, label, model in (
        ("variable", _("Variables"), Variable),
        ("resource", _("Resources"), Resource),
    ):
        if not permissions.can_manage(user, "view", model):
            continue
        paths = model.objects.order_by("path").values_list("path", flat=True)[:MAX_NAMES]
        schema = {"type": "object", "properties": {path: {} for path in paths}}
        yield _group(f"{name}s", f"{name}s", label, source=None, schema=schema, expr=name)


def _name(step: JsonObject) -> str:
    summary = step.get("summary")
    return summary if isinstance(summary, str) and summary else step_id(step)
