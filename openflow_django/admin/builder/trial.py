"""The document that a test executes: the edited one with pinned results, or just a part of it."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Literal, cast

from django.utils.translation import gettext as _

from openflow_django.admin.builder.answers import Refused
from openflow_django.admin.builder.places import LOOPS, document_value, find, kind_of, step_id, steps_of
from openflow_django.admin.builder.scene import Scene
from openflow_django.engine.loops import iteration_input
from openflow_django.models import encode_json
from openflow_django.spec.ids import new_id
from openflow_django.spec.json import Json, JsonObject

__all__ = ["MODES", "Mode", "Trial", "prepare"]

Mode = Literal["flow", "until", "step", "iteration"]
MODES: Sequence[Mode] = ("flow", "until", "step", "iteration")

INPUTS = frozenset({"rawscript", "script", "flow"})
"""Kinds of steps that have inputs of their own."""
LATER = ("sleep", "suspend")
"""What a step does after its work: a test that ends with the step leaves it out."""
AROUND = (
    "mock",
    "skip_if",
    "stop_after_if",
    "stop_after_all_iters_if",
    "error_branch",
    "continue_on_error",
    *LATER,
)
"""What decides whether a step runs, and what happens then: a test of the step alone leaves it out."""
PREVIOUS = ("previous_result", "result", "$last", "error")
"""Names by which a step refers to what came before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is executed, and with which input."""

    document: JsonObject
    input: Json
    trigger: Json = None


def prepare(
    mode: Mode,
    document: JsonObject,
    *,
    given: Json,
    pins: Mapping[str, Json],
    scene: Scene | None = None,
    number: int = 0,
) -> Trial:
    """The trial for a mode. ``given`` is the input: of the flow, in mode ``step`` that of the step, where
    None
    leaves it to its transforms.

    The other modes need the ``scene`` at the step they are about; ``number`` is that of the iteration. The
    document that was sent stays as it is. Raises Refused for a step without iterations.
    """
    if mode == "flow" or scene is None:
        return Trial(document=_pinned(document, pins), input=given)
    if mode == "until":
        wanted = step_id(scene.place.step)
        return Trial(document=_pinned(_until(document, wanted), pins), input=given)
    if mode == "step":
        return _step(document, scene, given=given, pins=pins)
    return _iteration(document, scene, number=number, pins=pins)


def _pinned(document: JsonObject, pins: Mapping[str, Json]) -> JsonObject:
    """A copy in which pinned steps give their pinned result. ``pinned`` tells them from mocks of the
    document."""
    made = deepcopy(document)
    for pinned, step in steps_of(made).items():
        if pinned in pins:
            step["mock"] = {"enabled": True, "return_value": pins[pinned], "pinned": True}
    return made


def _until(document: JsonObject, wanted: str) -> JsonObject:
    """A copy that ends with the step: everything after it is gone, and it stops the flow when it is done.

    An error handler of the flow would tell people about a failure that is only a test: it is left out.
    """
    made = deepcopy(document)
    place = find(made, wanted)
    if place is None:
        return made
    for level, index in place.levels:
        del level.listed[index + 1 :]
    for key in LATER:
        place.step.pop(key, None)
    iterates = kind_of(place.step) in (*LOOPS, "branchall")
    place.step["stop_after_all_iters_if" if iterates else "stop_after_if"] = {"expr": "true"}
    if place.top != "failure":
        document_value(made).pop("failure_module", None)
    return made


def _step(document: JsonObject, scene: Scene, *, given: Json, pins: Mapping[str, Json]) -> Trial:
    """The step by itself, behind steps that stand for what it refers to."""
    step = {key: value for key, value in deepcopy(scene.place.step).items() if key not in AROUND}
    if isinstance(given, dict) and kind_of(step) in INPUTS:
        transforms: JsonObject = {name: {"type": "static", "value": value} for name, value in given.items()}
        cast(JsonObject, step["value"])["input_transforms"] = transforms
    if scene.place.top == "preprocessor":
        made = _alone(document, [])
        document_value(made)["preprocessor_module"] = step
        event = scene.given("trigger") if given is None else given
        return Trial(document=made, input=scene.given("input") or {}, trigger=event or {})
    if scene.place.top == "failure" and len(scene.place.levels) == 1:
        step["id"] = new_id(set(steps_of(document)))
    inside = _pinned(
        {"value": {"modules": [step]}}, {key: pins[key] for key in pins if key != step.get("id")}
    )
    modules = document_value(inside)["modules"]
    before = scene.previous_id
    value = scene.previous() if before is None else None
    stand_ins = _stand_ins(scene, modules, previous=before, value=value)
    made = _alone(document, [*stand_ins, *cast("list[Json]", modules)])
    return Trial(document=made, input=scene.flow_input, trigger=scene.given("trigger"))


def _iteration(document: JsonObject, scene: Scene, *, number: int, pins: Mapping[str, Json]) -> Trial:
    """The body of a loop once, as its iteration ``number`` sees the flow."""
    loop = scene.place.step
    if kind_of(loop) not in LOOPS:
        raise Refused(_("Only a loop has iterations."), code="no_loop", status=422)
    items: Json = number
    if kind_of(loop) == "forloopflow":
        found = scene.items()
        if number >= len(found):
            raise Refused(_("The loop has no such iteration."), code="no_iteration", status=422)
        items = found[number]
    flow_input = iteration_input(scene.flow_input, items, number)
    body = cast(JsonObject, loop["value"]).get("modules")
    modules = document_value(_pinned({"value": {"modules": body}}, pins))["modules"]
    stand_ins = _stand_ins(scene, modules, previous=None, value=flow_input)
    made = _alone(document, [*stand_ins, *cast("list[Json]", modules)])
    return Trial(document=made, input=flow_input, trigger=scene.given("trigger"))


def _alone(document: JsonObject, modules: list[Json]) -> JsonObject:
    """A document with these steps and the constants of another one; any input is welcome."""
    value: JsonObject = {"modules": modules}
    constants = document_value(document).get("flow_env")
    if constants is not None:
        value["flow_env"] = constants
    return {"summary": document.get("summary") or "", "value": value}


def _stand_ins(scene: Scene, modules: Json, *, previous: str | None, value: Json) -> list[Json]:
    """Steps that give at once what ``modules`` mention of earlier ones, at last the one that comes before:
    the step ``previous``, or where that is None one that gives ``value``.
    """
    text = encode_json(modules)
    follows = any(word in text for word in PREVIOUS)
    wanted = [name for name in scene.visible if name in text or (follows and name == previous)]
    wanted = [name for name in wanted if scene.source(name) is not None]
    wanted.sort(key=lambda name: name == previous)
    made = [_stand_in(name, scene.result(name)) for name in wanted]
    if previous is None and follows:
        used = {*scene.visible, *steps_of({"value": {"modules": modules}})}
        made.append(_stand_in(new_id(used), value))
    return list[Json](made)


def _stand_in(name: str, value: Json) -> JsonObject:
    mock: JsonObject = {"enabled": True, "return_value": value, "pinned": True}
    return {"id": name, "value": {"type": "identity"}, "mock": mock}
