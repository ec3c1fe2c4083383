"""Operations on items: create, read, update, delete."""

from typing import Final

from openflow_django.interop.directus.steps.base import Making, inputs, makes_step, script
from openflow_django.interop.directus.tags import has_tags
from openflow_django.spec.issues import quoted
from openflow_django.spec.json import Json, JsonObject

__all__ = ["item_create", "item_delete", "item_read", "item_update", "model_of"]

AS_THE_RUN: Final = (None, "", "$trigger")
MAX_OBJECTS: Final = 10_000
DEFAULT_LIMIT: Final = 100

READ: Final = ("filter", "fields", "sort", "search", "limit", "offset", "aggregate")
NOT_READ: Final = ("alias", "backlink", "deep", "export", "group", "groupBy", "version")


@makes_step("item-create")
def item_create(making: Making) -> JsonObject:
    return {"value": script("item_create", inputs(**_common(making), payload=making.option("payload")))}


@makes_step("item-read")
def item_read(making: Making) -> JsonObject:
    key, query = making.option("key"), _query(making)
    if key not in (None, "", []):
        query = {name: query[name] for name in ("fields",) if name in query}
    return {"value": script("item_read", inputs(**_common(making), key=_key(key), **query))}


@makes_step("item-update")
def item_update(making: Making) -> JsonObject:
    payload = making.option("payload")
    options = inputs(**_common(making), **_selection(making), payload=payload)
    return {"value": script("item_update", options)}


@makes_step("item-delete")
def item_delete(making: Making) -> JsonObject:
    return {"value": script("item_delete", inputs(**_common(making), **_selection(making)))}


def model_of(collection: str, making: Making) -> str:
    """The model that stands for a collection here; its own name, which is told, where nothing is known of
    it."""
    known = making.site.collections.get(collection)
    if known is not None:
        return known
    if "." not in collection:
        making.warn(
            "collection_unknown",
            f"the collection {quoted(collection)} is none of the site's models.",
            hint="Name the model as app.model.",
        )
    return collection


def _common(making: Making) -> dict[str, Json]:
    collection = making.option("collection")
    model = model_of(collection, making) if isinstance(collection, str) else collection
    permissions = making.option("permissions")
    if permissions not in AS_THE_RUN:
        making.warn(
            "permissions_changed",
            f"it acted with the permissions {quoted(str(permissions))}; here it acts as the flow's runs do.",
            hint='Set "run as" of the flow, or give the user the rights it needs.',
        )
    emits = making.option("emitEvents")
    # Reading tells nobody, here.
    events = {"emit_events": True} if emits and making.operation.type != "item-read" else {}
    return {"model": model, **events}


def _selection(making: Making) -> dict[str, Json]:
    """By key or by filter; both at once fail when the step runs, as in Directus."""
    query = _query(making)
    _tell_ignored(making, [name for name in query if name != "filter"])
    return {"key": _key(making.option("key")), "filter": query.get("filter") or None}


def _query(making: Making) -> dict[str, Json]:
    query = making.object("query")
    found = {name: query[name] for name in READ if query.get(name) not in (None, "", [], {})}
    _tell_ignored(making, [name for name in NOT_READ if query.get(name)])
    if "limit" in found:
        found["limit"] = _limit(found["limit"])
    if query.get("page") and "offset" not in found:
        found |= _page(making, query["page"], found.get("limit", DEFAULT_LIMIT))
    return found


def _limit(limit: Json) -> Json:
    number = int(limit) if isinstance(limit, str) and limit.lstrip("-").isdecimal() else limit
    return MAX_OBJECTS if number == -1 else number


def _page(making: Making, page: Json, limit: Json) -> dict[str, Json]:
    number = int(page) if isinstance(page, str) and page.isdecimal() else page
    if has_tags([page, limit]) or not isinstance(number, int) or not isinstance(limit, int) or number < 1:
        making.warn("computed_option", '"page" can not be kept; use offset and limit.')
        return {}
    return {"offset": (number - 1) * limit}


def _key(key: Json) -> Json:
    """Text with commas names several."""
    if isinstance(key, str) and "," in key and not has_tags(key):
        return [part.strip() for part in key.split(",") if part.strip()]
    return None if key in ("", []) else key


def _tell_ignored(making: Making, names: list[str]) -> None:
    if names:
        making.warn("query_dropped", f"{', '.join(map(quoted, names))} of the query can not be kept.")
