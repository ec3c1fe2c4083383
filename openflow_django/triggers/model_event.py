"""Trigger type ``model_event``: an object was created, updated or deleted, or its many-to-many fields
changed.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from openflow_django.exceptions import OpenFlowError
from openflow_django.operations.options import object_schema
from openflow_django.spec.issues import Issue, errors
from openflow_django.triggers.base import Options, TriggerType, trigger_types
from openflow_django.triggers.changes import ACTIONS
from openflow_django.triggers.condition_options import CONDITION_SCHEMA
from openflow_django.triggers.model_options import read_options
from openflow_django.triggers.model_sentence import describe
from openflow_django.triggers.watch import ModelWatch

__all__ = ["TriggerInvalid", "compile_watch", "model_event"]


class TriggerInvalid(OpenFlowError):
    """The options do not describe a trigger that can fire; ``issues`` says why."""

    code = "trigger_invalid"

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = tuple(issues)
        first = errors(self.issues)[0]
        super().__init__(first.message, hint=first.hint)

    def as_dict(self) -> dict[str, Any]:
        return {**super().as_dict(), "issues": [issue.as_dict() for issue in self.issues]}


def compile_watch(options: Options, *, trigger_id: int, flow_id: int) -> ModelWatch:
    """The watch of a stored trigger. Raises :class:`TriggerInvalid`, as when a model or field has gone
    since it was saved.
    """
    if found := errors(model_event.validate(options)):
        raise TriggerInvalid(found)
    reading = read_options(options)
    shape = reading.shape
    if shape is None:
        raise TriggerInvalid(reading.issues)
    return ModelWatch(
        trigger_id=trigger_id,
        flow_id=flow_id,
        shape=shape,
        actions=reading.actions,
        fields=shape.own if reading.only is None else reading.only & shape.columns.keys(),
        relations=frozenset(
            shape.relations if reading.only is None else reading.only & shape.relations.keys()
        ),
        conditions=reading.conditions,
        match=reading.match,
    )


model_event = trigger_types.register(
    "model_event",
    TriggerType(
        key="model_event",
        label=_("Model event"),
        description=_("An object of a model is created, updated or deleted."),
        icon="database",
        options_schema=object_schema(
            {
                "model": {
                    "title": _("Model"),
                    "description": _("Such as shop.order."),
                    "type": "string",
                    "minLength": 1,
                    "x-widget": "model",
                },
                "actions": {
                    "title": _("Actions"),
                    "type": "array",
                    "items": {"enum": list(ACTIONS)},
                    "minItems": 1,
                    "uniqueItems": True,
                },
                "only_fields": {
                    "title": _("Only these fields"),
                    "description": _(
                        "An update counts only when one of these fields really changed. Empty: any field."
                    ),
                    "type": "array",
                    "items": {"type": "string", "x-widget": "field"},
                    "uniqueItems": True,
                    "default": [],
                },
                "conditions": {
                    "title": _("Conditions"),
                    "type": "array",
                    "items": CONDITION_SCHEMA,
                    "maxItems": 100,
                    "default": [],
                },
                "match": {
                    "title": _("How many conditions have to be met"),
                    "enum": ["all", "any"],
                    "default": "all",
                },
            },
            required=["model", "actions"],
        ),
        check=lambda options: read_options(options).issues,
        describe=describe,
    ),
)
