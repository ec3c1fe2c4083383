"""One step as one operation, where there is one that does the same."""

from collections.abc import Mapping
from typing import Final

from openflow_django.engine.calls import WHOLE_INPUT
from openflow_django.interop.directus.report import Report
from openflow_django.interop.directus.steps.calls import BATCH, ITEM
from openflow_django.interop.directus.steps.flow import NULL, SECONDS
from openflow_django.interop.directus.writing.operations import PREFIX, Written, value_of, write_operation
from openflow_django.spec.issues import quoted
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.modules import BranchOne, ForLoop, Module, PathFlow, PathScript
from openflow_django.spec.transforms import JavaScript, Static, Template

__all__ = ["is_null", "write_step"]

TRANSFORM: Final = f"{PREFIX}transform"

#: Settings that change what happens, with how a message calls them.
CHANGING: Final = {
    "retry": "retries",
    "skip_if": "a condition to skip it",
    "stop_after_if": "a stop condition",
    "stop_after_all_iters_if": "a stop condition",
    "suspend": "a wait for approvals",
}
QUIET: Final = ("cache_ttl", "delete_after_secs", "delete_after_use", "mock", "priority", "timeout")


def write_step(module: Module, report: Report, *, flows: Mapping[str, str]) -> Written | None:
    """The operation that does what the step does; None, with the reason in the report, where there is
    none."""
    _tell_settings(module, report)
    match module.value:
        case PathScript(path=path) as value if path.startswith(PREFIX):
            if module.sleep is not None:
                return _sleep(module, report)
            return write_operation(module, value, report)
        case PathFlow() | ForLoop() | BranchOne() if module.sleep is None:
            written = _call(module, report, flows) or _computed_sleep(module)
            if written is not None:
                return written
        case _:
            pass
    message = f"Directus has no operation for a step of the type {quoted(module.value.type)}."
    report.refuse("not_expressible", message, step=module.id)
    return None


def is_null(module: Module) -> bool:
    """Whether the step gives null and does nothing."""
    value = module.value
    return (
        isinstance(value, PathScript)
        and value.path == TRANSFORM
        and value.input_transforms == {"json": Static(NULL)}
    )


def _tell_settings(module: Module, report: Report) -> None:
    for name, words in CHANGING.items():
        if getattr(module, name) is not None:
            message = f"{quoted(module.id)} has {words}, which Directus has not."
            report.refuse("not_expressible", message, step=module.id)
    for name in QUIET:
        if getattr(module, name):
            message = f"{quoted(name)} of {quoted(module.id)} is left out."
            report.warn("setting_dropped", message, step=module.id)


def _sleep(module: Module, report: Report) -> Written | None:
    if is_null(module) and isinstance(module.sleep, Static) and isinstance(module.sleep.value, int | float):
        milliseconds = module.sleep.value * 1000
        return Written(
            "sleep", {"milliseconds": int(milliseconds) if milliseconds % 1 == 0 else milliseconds}
        )
    message = f"{quoted(module.id)} sleeps after its work; in Directus that is an operation of its own."
    report.refuse("not_expressible", message, step=module.id)
    return None


def _computed_sleep(module: Module) -> Written | None:
    """The two steps that the importer makes of a sleep whose time is computed."""
    match module.value:
        case BranchOne(
            branches=(),
            default=(
                Module(
                    value=PathScript(input_transforms={"json": Template(value=[milliseconds])}),
                    sleep=JavaScript(expr=expression),
                ),
                end,
            ),
        ) if expression == SECONDS and is_null(end):
            return Written("sleep", {"milliseconds": milliseconds})
        case _:
            return None


def _call(module: Module, report: Report, flows: Mapping[str, str]) -> Written | None:
    match module.value:
        case PathFlow() as call:
            return _trigger(call, _payload(call, module, report), flows, module, report)
        case ForLoop(modules=(Module(value=PathFlow() as call),)) as loop if _is_item(call):
            list_, _ = value_of(
                loop.iterator, named=f"the list of {quoted(module.id)}", step=module.id, report=report
            )
            return _trigger(call, list_, flows, module, report, **_mode(loop))
        case BranchOne(
            branches=(),
            default=(
                Module(value=PathScript(path=path, input_transforms=given)),
                Module(value=BranchOne() as choice),
            ),
        ) if path == TRANSFORM and (loop := _loop_in(choice)) is not None:
            match loop.modules[0].value, given.get("json"):
                case PathFlow() as call, Static(value=payload) | Template(value=payload):
                    return _trigger(call, payload, flows, module, report, **_mode(loop))
                case _:
                    return None
        case _:
            return None


def _loop_in(choice: BranchOne) -> ForLoop | None:
    """The loop of the importer's choice between one call and many."""
    match choice:
        case BranchOne(branches=(branch,), default=(Module(value=PathFlow()),)) if branch.expr.startswith(
            "Array.isArray(results."
        ):
            match branch.modules:
                case (Module(value=ForLoop() as loop),) if len(loop.modules) == 1:
                    return loop
                case _:
                    return None
        case _:
            return None


def _is_item(call: PathFlow) -> bool:
    return call.input_transforms == {WHOLE_INPUT: Template(ITEM)}


def _mode(loop: ForLoop) -> JsonObject:
    if not loop.parallel:
        return {"iterationMode": "serial"}
    match loop.parallelism:
        case Static(value=size):
            return {"iterationMode": "batch", "batchSize": size}
        case None:
            return {"iterationMode": "parallel"}
        case _:
            return {"iterationMode": "batch", "batchSize": BATCH}


def _payload(call: PathFlow, module: Module, report: Report) -> Json:
    transforms = call.input_transforms
    values = {
        name: value_of(each, named=f"{quoted(name)} of {quoted(module.id)}", step=module.id, report=report)[0]
        for name, each in transforms.items()
    }
    return values.get(WHOLE_INPUT) if WHOLE_INPUT in values else dict(values)


def _trigger(
    call: PathFlow, payload: Json, flows: Mapping[str, str], module: Module, report: Report, **mode: Json
) -> Written:
    flow = flows.get(call.path)
    if flow is None:
        message = f"{quoted(module.id)} calls {quoted(call.path)}, whose id in Directus is not known."
        report.warn("flow_unknown", message, step=module.id, hint="Choose the flow in Directus.")
    return Written("trigger", {"flow": flow, "payload": payload, **mode})
