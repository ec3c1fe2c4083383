"""``return_value``: end with a value of the flow's data."""

from typing import cast

from django.utils.translation import gettext_lazy as _

from openflow_django.expressions.errors import TemplateError
from openflow_django.expressions.templates import UNDEFINED, look_up
from openflow_django.operations.base import OperationContext, OperationError, operation
from openflow_django.operations.flow_object import flow_object
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonObject

__all__ = ["return_value"]

ALL = "$all"


@operation(
    "return_value",
    label=_("Return value"),
    description=_(
        "Give the value at a path of the flow's data, as the last step: it is the result of the flow."
    ),
    category=_("Flow"),
    icon="output",
    options_schema=object_schema(
        {
            "path": {
                "title": _("Path"),
                "description": _("A path without braces, such as $last or order.items[0]; $all is all data."),
                "type": "string",
                "minLength": 1,
                "default": "$last",
                "examples": ["$last", "$all", "order.items[0].name"],
            }
        }
    ),
    effects=False,
)
def return_value(options: JsonObject, context: OperationContext) -> Json:
    """Returns the value; null where there is none. Fails with ``template`` for a path that cannot be read."""
    path = cast(str, options["path"])
    data = flow_object(context.data)
    if path == ALL:
        return data
    try:
        found = look_up(path, data)
    except TemplateError as error:
        raise OperationError(error.message, code=error.code, name=error.name) from error
    return None if found is UNDEFINED else found
