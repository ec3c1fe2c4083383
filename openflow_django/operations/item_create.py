"""``item_create``: add objects to one of the site's models."""

from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from openflow_django.json_values import to_json
from openflow_django.operations.base import OperationContext, operation
from openflow_django.operations.items.access import Access, model_named
from openflow_django.operations.items.options import EMIT_EVENTS, MODEL, PAYLOAD
from openflow_django.operations.items.writing import payloads, write, writing
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonObject

__all__ = ["item_create"]


@operation(
    "item_create",
    label=_("Create items"),
    description=_("Add one object, or a list of objects, to a model."),
    category=_("Data"),
    icon="add",
    options_schema=object_schema(
        {"model": MODEL, "payload": PAYLOAD, "emit_events": EMIT_EVENTS}, required=["model"]
    ),
    result_example=[1],
)
def item_create(options: JsonObject, context: OperationContext) -> Json:
    """Returns the list of new keys, also for one object; null for an empty payload, which creates nothing."""
    chosen = cast(dict[str, Any], options)
    model = model_named(chosen["model"])
    Access.of(context).require("add", model)
    found, several = payloads(chosen.get("payload"))
    if not found:
        return None
    keys: list[Json] = []
    with writing(model, emit_events=chosen["emit_events"]):
        for index, payload in enumerate(found):
            obj = model()
            write(obj, payload, creating=True, index=index if several else None)
            keys.append(to_json(obj.pk))
    return keys
