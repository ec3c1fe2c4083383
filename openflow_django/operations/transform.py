"""``transform``: make a value out of others."""

from django.utils.translation import gettext_lazy as _

from openflow_django.conf import settings
from openflow_django.operations.base import OperationContext, OperationError, operation
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonInvalid, JsonObject, loads

__all__ = ["transform"]

MAX_KEYS = 100_000
PROTOTYPE = "__proto__"


@operation(
    "transform",
    label=_("Transform"),
    description=_("Build a value for later steps. Text is read as JSON, anything else passes as it is."),
    category=_("Flow"),
    icon="data_object",
    options_schema=object_schema(
        {
            "json": {
                "title": _("Value"),
                "description": _("A JSON value, or text that is JSON once its tags are filled in."),
                "x-widget": "code",
            }
        },
        required=["json"],
    ),
    effects=False,
    result_example={"name": "Ada", "total": 12.5},
)
def transform(options: JsonObject, context: OperationContext) -> Json:
    """Returns the value. Fails with ``transform_not_json`` for text that is not JSON."""
    value = options["json"]
    if not isinstance(value, str):
        return value
    try:
        read = loads(
            value, max_bytes=settings.MAX_RESULT_BYTES, max_depth=settings.MAX_JSON_DEPTH, max_keys=MAX_KEYS
        )
    except JsonInvalid as error:
        raise OperationError(
            f"The text is not JSON: {error.message}",
            code="transform_not_json",
            name="SyntaxError",
            hint="Put text into quotes, or give a value instead of text.",
        ) from error
    return _without_prototypes(read) if PROTOTYPE in value else read


def _without_prototypes(value: Json) -> Json:
    """The value without the keys that would change what objects are where JavaScript reads them."""
    if isinstance(value, dict):
        return {key: _without_prototypes(member) for key, member in value.items() if key != PROTOTYPE}
    if isinstance(value, list):
        return [_without_prototypes(member) for member in value]
    return value
