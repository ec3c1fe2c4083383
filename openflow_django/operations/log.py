"""``log``: write a line into the log of the step."""

import json
from typing import cast

from django.utils.translation import gettext_lazy as _

from openflow_django.operations.base import OperationContext, operation
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonObject

__all__ = ["log"]

LEVELS = ("debug", "info", "warning", "error")


@operation(
    "log",
    label=_("Log"),
    description=_("Write a message into the log of the run."),
    category=_("Flow"),
    icon="terminal",
    options_schema=object_schema(
        {
            "message": {
                "title": _("Message"),
                "description": _("Text, or any value: it is written as JSON."),
                "x-widget": "template",
            },
            "level": {"title": _("Level"), "type": "string", "enum": list(LEVELS), "default": "info"},
        },
        required=["message"],
    ),
    effects=False,
)
def log(options: JsonObject, context: OperationContext) -> Json:
    """Returns null."""
    message = options["message"]
    context.log(
        cast(str, options["level"]),
        message if isinstance(message, str) else json.dumps(message, ensure_ascii=False),
    )
    return None
