"""``item_read``: read objects of one of the site's models."""

from itertools import islice
from typing import Any, cast

from django.db.models import CharField, Q, QuerySet, TextField
from django.utils.translation import gettext_lazy as _

from openflow_django.operations.base import OperationContext, operation
from openflow_django.operations.items.access import Access, ModelClass, model_named, readable_fields
from openflow_django.operations.items.filters import comparing
from openflow_django.operations.items.options import MODEL
from openflow_django.operations.items.paths import path_to
from openflow_django.operations.items.reading import shape_of
from openflow_django.operations.items.selection import MAX_OBJECTS, SELECTION, require_found, selection_of
from openflow_django.operations.items.totals import AGGREGATE, totals
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonObject

__all__ = ["item_read"]

NAMES = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}
CHUNK = 200


@operation(
    "item_read",
    label=_("Read items"),
    description=_("Read one object by its key, several by their keys, or those that a filter finds."),
    category=_("Data"),
    icon="search",
    options_schema=object_schema(
        {
            "model": MODEL,
            **SELECTION,
            "fields": {
                "title": _("Fields"),
                "description": _("Names, also of related objects: customer.name. All own fields when empty."),
                "x-widget": "field",
                **NAMES,
            },
            "sort": {
                "title": _("Sort"),
                "description": _("Field names; a minus in front turns the order round."),
                "x-widget": "field",
                **NAMES,
            },
            "search": {
                "title": _("Search"),
                "description": _("Text that some text field of the object contains."),
                "type": "string",
                "maxLength": 200,
            },
            "limit": {
                "title": _("Limit"),
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_OBJECTS,
                "default": 100,
            },
            "offset": {"title": _("Offset"), "type": "integer", "minimum": 0, "default": 0},
            "aggregate": AGGREGATE,
        },
        required=["model"],
    ),
    effects=False,
    result_example=[{"id": 1, "status": "open"}],
)
def item_read(options: JsonObject, context: OperationContext) -> Json:
    """Returns the object for ``key``, else a list of objects; with ``aggregate`` the totals instead.

    Fails with ``item_not_found`` for a key that is not there, in the order of the keys for several.
    """
    chosen = cast(dict[str, Any], options)
    model, access = model_named(chosen["model"]), Access.of(context)
    selection = selection_of(chosen, model=model, access=access)
    objects: QuerySet[Any] = model._default_manager.all()
    if selection is not None:
        objects = selection.of(objects)
    if search := chosen.get("search"):
        objects = objects.filter(_containing(search, model=model))
    if chosen.get("aggregate"):
        access.require("view", model)
        with comparing():
            return totals(chosen["aggregate"], objects=objects, model=model, access=access)
    shape = shape_of(_listed(chosen.get("fields")), model=model, access=access)
    objects = shape.loaded(objects.order_by(*_order(_listed(chosen.get("sort")), model=model, access=access)))
    with comparing():
        if selection is None or selection.keys is None:
            start, count = chosen["offset"], chosen["limit"]
            return [
                shape.read(obj)
                for obj in _page(objects, model=model, access=access, start=start, count=count)
            ]
        by_key = {obj.pk: obj for obj in objects}
    access.require("view", model, objects=by_key.values())
    require_found(selection.missing(set(by_key)), verb="view", model=model, access=access)
    found = [shape.read(by_key[key]) for key in selection.keys]
    return found[0] if selection.single else list[Json](found)


def _page(
    objects: "QuerySet[Any]", *, model: ModelClass, access: Access, start: int, count: int
) -> list[Any]:
    """One page of the objects the actor may view. Where that is asked object by object, hidden ones take no
    place.
    """
    if access.may("view", model):
        return list(objects[start : start + count])
    visible = (
        obj
        for obj in islice(objects.iterator(chunk_size=CHUNK), MAX_OBJECTS)
        if access.may("view", model, obj=obj)
    )
    found = list(islice(visible, start + count))
    access.require("view", model, objects=found)
    return found[start:]


def _containing(text: str, *, model: ModelClass) -> Q:
    found = Q(pk__in=[])
    for field in readable_fields(model):
        if isinstance(field, CharField | TextField):
            found |= Q(**{f"{field.name}__icontains": text})
    return found


def _order(names: list[str], *, model: ModelClass, access: Access) -> list[Any]:
    """The ORM's ordering, ended by the key so that pages do not overlap; the model's own where none is asked
    for.
    """
    asked = [
        ("-" if name.startswith("-") else "") + path_to(model, name.removeprefix("-"), access=access).lookup
        for name in names
    ]
    return [*(asked or model._meta.ordering or ()), "pk"]


def _listed(names: Any) -> list[str]:
    if isinstance(names, str):
        return [name.strip() for name in names.split(",") if name.strip()]
    return list(names or [])
