"""The operation that triggers another flow: once for each item of a list, or once."""

from typing import Final

from openflow_django.engine.calls import WHOLE_INPUT
from openflow_django.interop.directus.steps.base import Making, makes_step, script, transform
from openflow_django.interop.directus.steps.flow import null_step
from openflow_django.interop.directus.tags import has_tags
from openflow_django.spec.issues import quoted
from openflow_django.spec.json import Json, JsonInvalid, JsonObject, loads
from openflow_django.spec.limits import Limits

__all__ = ["trigger"]

ITEM: Final = "{{ flow_input.iter.value }}"
BATCH: Final = 10
LIMITS: Final = Limits()


@makes_step("trigger")
def trigger(making: Making) -> JsonObject:
    flow, payload = making.plain("flow"), _payload(making)
    mode, size = making.plain("iterationMode") or "parallel", making.plain("batchSize")
    path = making.site.flows.get(flow) if isinstance(flow, str) else None
    if path is None:
        making.warn(
            "flow_unknown",
            f"the flow {quoted(str(flow))} is not among those imported, so the step gives null.",
            hint="Import both flows together, or put a step in its place that calls the flow.",
        )
        return {"value": null_step()}
    if isinstance(payload, list):
        return {"value": _loop(making, path, transform(payload), mode=mode, size=size)}
    if not isinstance(payload, str):
        return {"value": _call(path, payload)}
    return {"value": _either(making, path, payload, mode=mode, size=size)}


def _payload(making: Making) -> Json:
    """The payload; text without tags as the value it is the JSON of. Text with tags is only known later."""
    payload = making.option("payload")
    if not isinstance(payload, str) or has_tags(payload):
        return payload
    try:
        return loads(payload, max_bytes=LIMITS.max_bytes, max_depth=LIMITS.max_json_depth, max_keys=100_000)
    except JsonInvalid:
        return payload


def _call(path: str, payload: Json) -> JsonObject:
    return {"type": "flow", "path": path, "input_transforms": {WHOLE_INPUT: transform(payload)}}


def _loop(making: Making, path: str, iterator: JsonObject, *, mode: Json, size: Json) -> JsonObject:
    run: JsonObject = {"id": making.fresh(f"{making.step_id}_run"), "value": _call(path, ITEM)}
    loop: JsonObject = {
        "type": "forloopflow",
        "iterator": iterator,
        "modules": [run],
        "skip_failures": False,
        "parallel": mode != "serial",
    }
    if mode == "batch":
        number = size if isinstance(size, int) and not isinstance(size, bool) and size > 0 else BATCH
        loop["parallelism"] = {"type": "static", "value": number}
    return loop


def _either(making: Making, path: str, payload: str, *, mode: Json, size: Json) -> JsonObject:
    """Whether the payload is a list shows when it is rendered: a step for that, then the loop or the one
    call."""
    given = making.fresh(f"{making.step_id}_payload")
    tag = f"{{{{ {given} }}}}"
    each: JsonObject = {
        "id": making.fresh(f"{making.step_id}_each"),
        "value": _loop(making, path, {"type": "template", "value": tag}, mode=mode, size=size),
    }
    once: JsonObject = {"id": making.fresh(f"{making.step_id}_once"), "value": _call(path, tag)}
    rendered: JsonObject = {"id": given, "value": script("transform", {"json": transform(payload)})}
    choice: JsonObject = {
        "id": making.fresh(f"{making.step_id}_calls"),
        "value": {
            "type": "branchone",
            "branches": [{"expr": f"Array.isArray(results.{given})", "modules": [each]}],
            "default": [once],
        },
    }
    return {"type": "branchone", "branches": [], "default": [rendered, choice]}
