"""What starts a flow: one module per trigger type. Importing this package registers the built-in ones."""

from openflow_django.triggers.base import TriggerType, trigger_types
from openflow_django.triggers.events import MatchedEvent, Sink
from openflow_django.triggers.manual import form_validator
from openflow_django.triggers.model_event import TriggerInvalid, compile_watch
from openflow_django.triggers.watch import ModelWatch

__all__ = [
    "MatchedEvent",
    "ModelWatch",
    "Sink",
    "TriggerInvalid",
    "TriggerType",
    "compile_watch",
    "form_validator",
    "trigger_types",
]
