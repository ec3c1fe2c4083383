"""Which objects a step means: by key, by keys, or by filter."""

from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db.models import CharField, Q, QuerySet, TextField
from django.utils.translation import gettext_lazy as _

from openflow_django.json_values import to_json
from openflow_django.operations.base import OperationError
from openflow_django.operations.items.access import Access, ModelClass, Verb
from openflow_django.operations.items.filters import condition
from openflow_django.operations.items.values import to_field
from openflow_django.spec.json import Json, JsonObject

__all__ = ["MAX_OBJECTS", "SELECTION", "Selection", "key_of", "require_found", "selection_of"]

MAX_OBJECTS = 10_000
"""Objects one step may write or read at once."""

KEY = {"type": ["string", "integer"]}

SELECTION = {
    "key": {
        "title": _("Key"),
        "description": _("Key of one object. A list of several counts as keys."),
        "type": ["string", "integer", "array"],
        "items": KEY,
        "maxItems": MAX_OBJECTS,
        "x-widget": "template",
    },
    "keys": {
        "title": _("Keys"),
        "description": _("Keys of several objects: a list, or text with commas."),
        "anyOf": [{"type": "array", "items": KEY, "maxItems": MAX_OBJECTS}, {"type": "string"}],
    },
    "filter": {
        "title": _("Filter"),
        "description": _("Rules that the objects meet."),
        "type": "object",
        "x-widget": "rule",
        "examples": [{"status": {"_eq": "open"}}],
    },
}
"""The options that select objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was asked for. ``keys`` is None when a filter selects; ``single`` when one key was given."""

    model: ModelClass
    keys: tuple[Any, ...] | None
    condition: Q
    single: bool = False

    def of(self, objects: "QuerySet[Any]") -> "QuerySet[Any]":
        """Those of the objects that are meant."""
        return objects.filter(self.condition) if self.keys is None else objects.filter(pk__in=self.keys)

    def missing(self, found: "set[Any]") -> list[Json]:
        """The keys asked for that are not among the keys found."""
        return [to_json(key) for key in self.keys or () if key not in found]


def selection_of(options: JsonObject, *, model: ModelClass, access: Access) -> Selection | None:
    """The selection that the options make; None when they make none, an empty filter or list included.

    Raises :class:`OperationError`: ``item_selection_conflict`` when they make two, ``item_not_found`` for a
    key that cannot be one of this model, and as :func:`condition` does.
    """
    given = [name for name in SELECTION if options.get(name) not in (None, {}, [], "")]
    if not given:
        return None
    if len(given) > 1:
        raise OperationError(
            f"Select by {given[0]} or by {given[1]}, not by both",
            code="item_selection_conflict",
            name="SelectionConflict",
        )
    chosen = options[given[0]]
    if given[0] == "filter":
        return Selection(model=model, keys=None, condition=condition(chosen, model=model, access=access))
    keys = _one_or_listed(chosen, model=model) if given[0] == "key" else _listed(chosen)
    return Selection(
        model=model,
        keys=tuple(dict.fromkeys(_key(model, key) for key in keys)),
        condition=Q(),
        single=given[0] == "key" and len(keys) == 1,
    )


def key_of(payload: JsonObject, *, model: ModelClass) -> tuple[Any, JsonObject]:
    """The key that an object of a list carries, and the rest of it.

    Raises :class:`OperationError`, code ``item_payload_invalid``, when it carries none.
    """
    name = next((name for name in ("pk", model._meta.pk.name) if payload.get(name) is not None), None)
    if name is None:
        message = f"An object of the list carries no key: give it {model._meta.pk.name}"
        raise OperationError(message, code="item_payload_invalid", name="PayloadInvalid")
    rest = {field: value for field, value in payload.items() if field not in ("pk", model._meta.pk.name)}
    return _key(model, payload[name]), rest


def require_found(keys: list[Json], *, verb: Verb, model: ModelClass, access: Access) -> None:
    """Return when no key is missing.

    Raises :class:`OperationError`: ``item_not_found``, or ``item_forbidden`` where the actor has no right
    over the whole model: whether an object exists is not told to whom it does not concern.
    """
    if not keys:
        return
    access.require(verb, model)
    raise _not_found(model, keys)


def _not_found(model: ModelClass, keys: list[Json]) -> OperationError:
    named = ", ".join(str(key) for key in keys[:5])
    return OperationError(
        f"There is no {model._meta.label_lower} {named}", code="item_not_found", name="NotFound", result=keys
    )


def _one_or_listed(key: Json, *, model: ModelClass) -> list[Json]:
    """One key, or those of a list; of a text with commas, too, where no key can be one."""
    if isinstance(key, list):
        return key
    may_have_commas = isinstance(model._meta.pk, CharField | TextField)
    return _listed(key) if isinstance(key, str) and "," in key and not may_have_commas else [key]


def _listed(keys: Json) -> list[Json]:
    if isinstance(keys, str):
        return [key.strip() for key in keys.split(",") if key.strip()]
    return cast(list[Json], keys)


def _key(model: ModelClass, key: Json) -> Any:
    try:
        return to_field(model._meta.pk, key)
    except ValidationError as error:
        raise _not_found(model, [key]) from error
