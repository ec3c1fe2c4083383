"""``exec``: run a script that Directus' "run script" would run."""

from typing import Any, Final, cast

from django.utils.translation import gettext_lazy as _

from openflow_django.operations.base import OperationContext, OperationError, operation
from openflow_django.operations.flow_object import flow_object
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonInvalid, JsonObject, loads

__all__ = ["exec_"]

MAX_THROWN_BYTES: Final = 1024 * 1024
MAX_THROWN_DEPTH: Final = 100
MAX_THROWN_KEYS: Final = 10_000


@operation(
    "exec",
    label=_("Run script"),
    description=_("Run JavaScript that sets module.exports to a function of the flow's data."),
    category=_("Flow"),
    icon="code",
    options_schema=object_schema(
        {
            "code": {
                "title": _("Code"),
                "description": _(
                    "The function is called with the flow's data. A tag becomes part of the code: whoever "
                    "decides its value decides what runs. Read data instead."
                ),
                "type": "string",
                "x-widget": "code",
                "examples": ["module.exports = async function (data) {\n  return data.$trigger;\n};"],
            }
        },
        required=["code"],
    ),
    effects=False,
)
def exec_(options: JsonObject, context: OperationContext) -> Json:
    """Returns what the function returns, or what its promise gives; null for nothing.

    Fails with what the script throws: an error with its name and message; text as that text, or as the value
    it
    is the JSON of. Fails with ``script`` errors of the sandbox as well, and with ``language_off`` where the
    site
    runs no JavaScript.
    """
    code = cast(str, options["code"])
    ran = context.run_script(code, flow_object(context.data))
    if ran.ok:
        return ran.value
    error = ran.error or {}
    message = str(error.get("message", ""))
    name = str(error.get("name", "Error"))
    line = error.get("line")
    if isinstance(line, int) and line <= code.count("\n") + 1:
        context.log("error", f"{name}: {message} (line {line})")
    raise OperationError(message, name=name, code=_code(error), result=_thrown(error))


def _code(error: JsonObject) -> str:
    code: Any = error.get("code")
    return code if isinstance(code, str) and code else "script_failed"


def _thrown(error: JsonObject) -> Json:
    """What was thrown where that is no error: text and numbers; None for errors and objects, which are told
    by
    the step's error."""
    thrown = error.get("thrown")
    if not isinstance(thrown, str):
        return None if isinstance(thrown, dict | list) else thrown
    try:
        return loads(thrown, max_bytes=MAX_THROWN_BYTES, max_depth=MAX_THROWN_DEPTH, max_keys=MAX_THROWN_KEYS)
    except JsonInvalid:
        return thrown
