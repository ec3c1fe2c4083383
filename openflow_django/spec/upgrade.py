"""Documents of every older spelling, rewritten to that of today.

First the shape of each step, then what concerns the flow as a whole: ids, retries of the flow, old names in
expressions. What has no equivalent today is dropped with a warning.
"""

from dataclasses import dataclass

from openflow_django.spec.ids import RESERVED_IDS, letters
from openflow_django.spec.issues import Issue, Report, quoted
from openflow_django.spec.json import Json, JsonObject
from openflow_django.spec.legacy.expressions import modernise_expressions
from openflow_django.spec.legacy.modules import (
    Work,
    upgraded_list,
    upgraded_retry,
    upgraded_step,
    without_nulls,
)
from openflow_django.spec.limits import Limits
from openflow_django.spec.raw_steps import raw_steps
from openflow_django.spec.reading.flow import EXPORT_KEYS, FLOW, FLOW_VALUE

__all__ = ["EMPTY_SCHEMA", "Upgraded", "upgrade"]

#: The schema of a flow that says nothing about its input.
EMPTY_SCHEMA: JsonObject = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {},
    "required": [],
}

#: Settings of a server around the flow that change how it runs there.
SERVER_SETTINGS = ("tag", "timeout", "dedicated_worker", "ws_error_handler_muted")

#: Steps that do something themselves. The others hold steps that do.
LEAVES = frozenset({"rawscript", "script", "flow", "aiagent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """A document in the spelling of today. ``warnings`` have pointers into it."""

    document: Json
    warnings: list[Issue]


def upgrade(document: Json) -> Upgraded:
    """``document`` in the spelling of today, with a warning for everything that has no equivalent.

    Takes any JSON and never raises; what it does not understand is left for :func:`validate.validate`. The
    document is not changed, but the result shares its plain values. Upgrading twice changes nothing more.
    """
    if not isinstance(document, dict):
        return Upgraded(document=document, warnings=[])
    report = Report(limit=Limits().max_issues)
    flow = unwrapped(document, report=report)
    value = flow.get("value")
    if isinstance(value, dict):
        flow["value"] = upgraded_value(value, schema=flow["schema"], report=report)
    return Upgraded(document=flow, warnings=report.result())


def unwrapped(document: JsonObject, *, report: Report) -> JsonObject:
    """The flow alone, without what a server puts around it when it exports one."""
    found = inner_flow(document)
    for key in SERVER_SETTINGS:
        if found.get(key):
            message = f"{quoted(key)} is a setting of the server the flow comes from and is dropped."
            report.warning("", "server_setting", message)
    flow = {key: item for key, item in without_nulls(found, FLOW).items() if key not in EXPORT_KEYS}
    schema = EMPTY_SCHEMA if flow.get("schema") is None else flow["schema"]
    return {"summary": "", "description": "", **flow, "schema": schema}


def inner_flow(document: JsonObject) -> JsonObject:
    """The object with the value of a flow: the document, what a bundle wraps, or made of a bare value."""
    if "value" in document:
        return document
    if isinstance(document.get("modules"), list):
        own = {key: item for key, item in document.items() if key in FLOW.keys}
        return {**own, "value": {key: item for key, item in document.items() if key not in FLOW.keys}}
    inner = document.get("flow")
    workspace = document.get("workspace")
    if isinstance(workspace, dict):
        flows = workspace.get("flows")
        inner = flows[0] if isinstance(flows, list) and len(flows) == 1 else None
    return inner if isinstance(inner, dict) and "value" in inner else document


def upgraded_value(value: JsonObject, *, schema: Json, report: Report) -> JsonObject:
    value = without_nulls(value, FLOW_VALUE)
    work = Work(report)
    retry = value.get("retry")
    if isinstance(retry, dict):
        work.retries["/value"] = retry
    if retry is None or isinstance(retry, dict):
        value.pop("retry", None)
    if "modules" in value:
        value["modules"] = upgraded_list(value["modules"], work, pointer="/value/modules")
    for key in ("failure_module", "preprocessor_module"):
        if key in value:
            value[key] = upgraded_step(value[key], work, pointer=f"/value/{key}")
    # From here on the steps are our own copies.
    assign_ids(value)
    spread_retries(value, work)
    modernise_expressions(value, inputs=inputs_of(schema), work=work)
    return value


def inputs_of(schema: Json) -> frozenset[str]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return frozenset(properties) if isinstance(properties, dict) else frozenset()


def assign_ids(value: JsonObject) -> None:
    """Steps without an id get the first free one of a, b, c ... in document order, outer steps first."""
    found = list(raw_steps(value))
    used = {step_id for each in found if isinstance(step_id := each.step.get("id"), str)}
    free = (letter for letter in letters() if letter not in used and letter not in RESERVED_IDS)
    for each in found:
        if each.step.get("id") in (None, ""):
            each.step["id"] = each.special or next(free)


def spread_retries(value: JsonObject, work: Work) -> None:
    """A retry that held for all steps of a flow or loop becomes that of each step without one.

    Only steps that do something themselves get it: a loop that was tried again as a whole would multiply the
    attempts of the steps in it.
    """
    if not work.retries:
        return
    for each in raw_steps(value):
        if each.special or "retry" in each.step or each.kind not in LEAVES:
            continue
        owners = [owner for owner in ("/value", *each.loops) if owner in work.retries]
        if owners:
            each.step["retry"] = upgraded_retry(work.retries[owners[-1]])
