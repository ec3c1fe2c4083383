"""What is stored."""

from openflow_django.models.event import Event, EventStatus
from openflow_django.models.flow import Flow, FlowStatus, RunAs
from openflow_django.models.immutable import VersionImmutable
from openflow_django.models.json_field import OrderedJSONField, encode_json
from openflow_django.models.pin import Pin
from openflow_django.models.resource import Resource, ResourceType
from openflow_django.models.run import ACTIVE_STATUSES, FINAL_STATUSES, Run, RunData, RunKind, RunStatus
from openflow_django.models.script import Script, ScriptVersion
from openflow_django.models.slot import Slot
from openflow_django.models.step_run import StepRun
from openflow_django.models.trigger import Trigger
from openflow_django.models.variable import Variable
from openflow_django.models.version import FlowVersion
from openflow_django.models.wait import Answer, Wait, WaitStatus
from openflow_django.models.worker import Worker

__all__ = [
    "ACTIVE_STATUSES",
    "FINAL_STATUSES",
    "Answer",
    "Event",
    "EventStatus",
    "Flow",
    "FlowStatus",
    "FlowVersion",
    "OrderedJSONField",
    "Pin",
    "Resource",
    "ResourceType",
    "Run",
    "RunAs",
    "RunData",
    "RunKind",
    "RunStatus",
    "Script",
    "ScriptVersion",
    "Slot",
    "StepRun",
    "Trigger",
    "Variable",
    "VersionImmutable",
    "Wait",
    "WaitStatus",
    "Worker",
    "encode_json",
]
