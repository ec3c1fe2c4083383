"""``item_update``: change objects of one of the site's models."""

from typing import Any, cast

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from openflow_django.json_values import to_json
from openflow_django.operations.base import OperationContext, OperationError, operation
from openflow_django.operations.items.access import Access, ModelClass, model_named
from openflow_django.operations.items.options import EMIT_EVENTS, MODEL, PAYLOAD
from openflow_django.operations.items.selection import SELECTION, Selection, key_of, selection_of
from openflow_django.operations.items.writing import locked, payloads, write, writing
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonObject

__all__ = ["item_update"]


@operation(
    "item_update",
    label=_("Update items"),
    description=_(
        "Write values into the objects selected, or into each object of a list that carries its key."
    ),
    category=_("Data"),
    icon="edit",
    options_schema=object_schema(
        {"model": MODEL, **SELECTION, "payload": PAYLOAD, "emit_events": EMIT_EVENTS}, required=["model"]
    ),
    result_example=1,
)
def item_update(options: JsonObject, context: OperationContext) -> Json:
    """Returns the key for ``key``, else the list of keys.

    Null, and nothing is written, when nothing is selected or the payload is empty.
    """
    chosen = cast(dict[str, Any], options)
    model, access = model_named(chosen["model"]), Access.of(context)
    selection = selection_of(chosen, model=model, access=access)
    found, several = payloads(chosen.get("payload"))
    if several and selection is not None:
        raise OperationError(
            "A list of objects carries its keys itself: select nothing beside it",
            code="item_selection_conflict",
            name="SelectionConflict",
        )
    if not found or (selection is None and not several):
        return None
    with writing(model, emit_events=chosen["emit_events"]):
        if several:
            return _batch(found, model=model, access=access)
        return _same(found[0], selection=cast(Selection, selection), access=access)


def _same(payload: JsonObject, *, selection: Selection, access: Access) -> Json:
    """One payload for every object selected."""
    objects = locked(selection, verb="change", access=access)
    for obj in objects:
        write(obj, payload, creating=False)
    keys = [to_json(obj.pk) for obj in objects]
    return keys[0] if selection.single else list[Json](keys)


def _batch(found: list[JsonObject], *, model: ModelClass, access: Access) -> Json:
    """To each object its own payload."""
    pairs = [key_of(payload, model=model) for payload in found]
    selection = Selection(model=model, keys=tuple(dict.fromkeys(key for key, _rest in pairs)), condition=Q())
    objects = {obj.pk: obj for obj in locked(selection, verb="change", access=access)}
    for index, (key, payload) in enumerate(pairs):
        write(objects[key], payload, creating=False, index=index)
    return [to_json(key) for key, _rest in pairs]
