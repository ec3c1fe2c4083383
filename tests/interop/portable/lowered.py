"""Documents run as they are and lowered: both have to end the same way."""

import json
from typing import Any

from openflow_django.interop.portable import lower
from openflow_django.spec.validate import validate
from openflow_django.testing import FlowRun, run_flow
from tests.spec.documents import javascript, step

BAD = {"bad": True, "list": [1, 2]}
GOOD = {"bad": False, "list": [1, 2]}


def script(step_id: str, body: str = "return {x}", **keys: Any) -> Any:
    """A step whose ``x`` is what ``x`` says, the input otherwise."""
    transform = keys.pop("x", javascript("flow_input"))
    code = f"export function main(x) {{ {body} }}"
    value = {"type": "rawscript", "language": "bun", "content": code, "input_transforms": {"x": transform}}
    return step(value, step_id, **keys)


def risky(step_id: str = "a", **keys: Any) -> Any:
    return script(step_id, "if (x.bad) throw new Error('no'); return {ok: x}", **keys)


def caught(*modules: Any, then: str = "stop") -> Any:
    return {"modules": list(modules), "then": then}


def template(value: Any) -> Any:
    return {"type": "template", "value": value}


def both(document: Any, given: Any, *, warned: tuple[str, ...] = (), events: Any = ()) -> FlowRun:
    """The run, which ends the same way with and without our extensions."""
    lowered = lower(document)
    assert [warning.code for warning in lowered.warnings] == list(warned), lowered.warnings
    assert "error_branch" not in json.dumps(lowered.document)
    assert not [issue for issue in validate(lowered.document) if issue.severity == "error"]
    here = run_flow(document, given, events=events)
    there = run_flow(lowered.document, given, events=events)
    assert (there.status, there.result) == (here.status, here.result)
    return here
