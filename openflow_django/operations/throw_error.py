"""``throw_error``: fail on purpose."""

from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from openflow_django.operations.base import OperationContext, OperationError, operation
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonObject

__all__ = ["throw_error"]


@operation(
    "throw_error",
    label=_("Throw error"),
    description=_("Fail with a code, an HTTP status and a message of your own."),
    category=_("Flow"),
    icon="error",
    options_schema=object_schema(
        {
            "message": {
                "title": _("Message"),
                "type": "string",
                "default": "An unexpected error occurred.",
                "x-widget": "template",
            },
            "code": {
                "title": _("Code"),
                "type": "string",
                "minLength": 1,
                "default": "INTERNAL_SERVER_ERROR",
            },
            "status": {
                "title": _("HTTP status"),
                "description": _("Status of the answer when the flow serves a request, 400 to 599."),
                "anyOf": [
                    {"type": "integer", "minimum": 400, "maximum": 599},
                    {"type": "string", "pattern": "^[45][0-9][0-9]$"},
                ],
                "default": 500,
            },
        }
    ),
    effects=False,
)
def throw_error(options: JsonObject, context: OperationContext) -> Json:
    """Never returns: fails with the code given.

    The result is ``{name, code, status, message}``, which Directus' errors have: their code is in capitals.
    """
    code, message = cast(str, options["code"]), cast(str, options["message"])
    status = int(cast(Any, options["status"]))
    result: JsonObject = {
        "name": "DirectusError",
        "code": code.upper(),
        "status": status,
        "message": message,
    }
    raise OperationError(message, code=code, name="ThrownError", result=result)
