"""Flows of the site in few words: a document, the live flow of it, a run of that."""

from collections.abc import Mapping
from typing import Any

from django.test import override_settings

from openflow_django.models import Flow, FlowStatus, Run, RunKind
from openflow_django.services import flows, runs
from openflow_django.spec.json import digest
from tests.testing.build import Part, js, stored
from tests.testing.build import flow as document

__all__ = ["IMMEDIATE", "document", "live", "start", "transform"]

IMMEDIATE: Mapping[str, Any] = {"QUEUE": "immediate", "SCRIPT_LANGUAGES": ["bun"]}
"""Settings under which whoever starts a run does its work, scripts included."""


def transform(step_id: str, expression: str, **settings: Any) -> Part:
    """A step whose result is the value of the expression; ``settings`` are its keys beside the value."""
    return stored(step_id, "op/transform", {"json": js(expression)}, **settings)


def live(draft: Part, *, path: str = "tests/flow", name: str = "A flow", **fields: Any) -> Flow:
    """A new flow, published and active."""
    flow = flows.create_flow(path=path, name=name, document=draft, user=None, **fields)
    flows.publish(flow, digest=digest(flow.draft), user=None)
    flows.activate(flow, user=None)
    flow.refresh_from_db()
    assert flow.status == FlowStatus.ACTIVE
    return flow


def start(flow: Flow, given: Any = None, *, site: Mapping[str, Any] = IMMEDIATE, **more: Any) -> Run:
    """A run of the flow as it is after its start under the settings ``site``."""
    with override_settings(OPENFLOW=dict(site)):
        run = runs.start(flow=flow, input={} if given is None else given, kind=RunKind.MANUAL, **more)
    run.refresh_from_db()
    return run
