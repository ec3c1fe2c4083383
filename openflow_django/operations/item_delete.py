"""``item_delete``: delete objects of one of the site's models."""

from typing import Any, cast

from django.db import router
from django.db.models.deletion import Collector
from django.utils.translation import gettext_lazy as _

from openflow_django.json_values import to_json
from openflow_django.operations.base import OperationContext, operation
from openflow_django.operations.items.access import Access, ModelClass, model_named
from openflow_django.operations.items.options import EMIT_EVENTS, MODEL
from openflow_django.operations.items.selection import SELECTION, selection_of
from openflow_django.operations.items.writing import locked, writing
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonObject

__all__ = ["item_delete"]


@operation(
    "item_delete",
    label=_("Delete items"),
    description=_("Delete the objects selected. Without a selection nothing is deleted."),
    category=_("Data"),
    icon="delete",
    options_schema=object_schema(
        {"model": MODEL, **SELECTION, "emit_events": EMIT_EVENTS}, required=["model"]
    ),
    result_example=1,
)
def item_delete(options: JsonObject, context: OperationContext) -> Json:
    """Returns the key for ``key``, else the list of keys; null when nothing is selected.

    Fails with ``item_protected`` where other objects need one of them.
    """
    chosen = cast(dict[str, Any], options)
    model, access = model_named(chosen["model"]), Access.of(context)
    selection = selection_of(chosen, model=model, access=access)
    if selection is None:
        return None
    with writing(model, emit_events=chosen["emit_events"]):
        objects = locked(selection, verb="delete", access=access)
        keys = [to_json(obj.pk) for obj in objects]
        _require_for_dependents(objects, model=model, access=access)
        for obj in objects:
            obj.delete()
    return keys[0] if selection.single else list[Json](keys)


def _require_for_dependents(objects: list[Any], *, model: ModelClass, access: Access) -> None:
    """What goes along with the objects takes the right to delete it, too."""
    collector: Any = Collector(using=router.db_for_write(model))
    collector.collect(objects)
    dependents = {*collector.data, *(rows.model for rows in collector.fast_deletes if rows.exists())}
    for dependent in dependents - {model, type(None)}:
        if not dependent._meta.auto_created:
            access.require("delete", dependent)
