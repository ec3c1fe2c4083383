"""Test runs of the document that is being edited, as it is on the screen."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.accountability import of_request
from openflow_django.admin.builder.answers import Refused, answer
from openflow_django.admin.builder.arguments import iterations_of, past_runs, pins_of
from openflow_django.admin.builder.calls import FlowCall, loaded_bytes
from openflow_django.admin.builder.issues import moved
from openflow_django.admin.builder.places import find
from openflow_django.admin.builder.scene import Scene
from openflow_django.admin.builder.trial import MODES, Mode, Trial, prepare
from openflow_django.services import runs as run_service
from openflow_django.spec.issues import DocumentInvalid
from openflow_django.spec.json import JsonObject

__all__ = ["start"]


def start(call: FlowCall) -> HttpResponse:
    """Run the document that was sent along, or a part of it. Its effects are real."""
    allowed = permissions.can_edit(call.user, call.flow) and permissions.can_run(call.user, call.flow)
    call.require(allowed, _("test this flow"))
    given = call.body(max_bytes=loaded_bytes())
    document = given.get("document")
    if not isinstance(document, dict):
        raise Refused(_("The document is missing."))
    trial = _trial(call, given, document)
    try:
        run = run_service.start_test(
            call.flow,
            document=trial.document,
            input=trial.input,
            trigger=given.get("trigger") if trial.trigger is None else trial.trigger,
            user=call.user,
            accountability=of_request(call.request),
        )
    except DocumentInvalid as error:
        issues = moved(error.issues, trial.document, document)
        return answer({**error.as_dict(), "issues": issues}, status=422)
    return answer({"run": run.pk}, status=201)


def _trial(call: FlowCall, given: JsonObject, document: JsonObject) -> Trial:
    asked = given.get("mode", "flow")
    mode: Mode | None = next((known for known in MODES if known == asked), None)
    if mode is None:
        raise Refused(_("A test has one of these modes: %(modes)s.") % {"modes": ", ".join(MODES)})
    pins = pins_of(call, given.get("pins"))
    if mode == "flow":
        return prepare(mode, document, given=given.get("input") or {}, pins=pins)
    step = given.get("step_id")
    place = find(document, step) if isinstance(step, str) else None
    if place is None:
        raise Refused(_("The document has no such step."), code="no_step", status=422)
    *around, number = iterations_of(given.get("iter")) or [0]
    if mode != "iteration":
        around, number = [*around, number], 0
    scene = Scene(document, place, runs=past_runs(call, given.get("run")), pins=pins, iterations=around)
    sample = given.get("input")
    if mode == "until":
        sample = sample or {}
    return prepare(mode, document, given=sample, pins=pins, scene=scene, number=number)
