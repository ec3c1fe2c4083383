"""Objects as JSON: which fields, and of which related objects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Prefetch, QuerySet

from openflow_django.json_values import to_json
from openflow_django.operations.base import OperationError
from openflow_django.operations.items.access import Access, ModelClass, is_plural, readable_fields
from openflow_django.operations.items.paths import field_or_fail, step_into
from openflow_django.spec.json import Json, JsonObject

__all__ = ["Shape", "shape_of"]

MAX_FIELDS = 200
RELATED_LIMIT = 1_000
"""Related objects read for one object."""

ALL = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is read of one model.

    ``own``: fields by name, a relation as its key or list of keys. ``nested``: relations by name, read as
    objects.
    """

    model: ModelClass
    own: Mapping[str, Any]
    nested: Mapping[str, "tuple[Any, Shape]"] = field(default_factory=dict[str, "tuple[Any, Shape]"])

    def loaded(self, objects: "QuerySet[Any]") -> "QuerySet[Any]":
        """The objects with everything the shape needs: one query more for each relation."""
        prefetched = {
            _accessor(relation): _plural(relation, objects=relation.related_model._default_manager.all())
            for relation in self.own.values()
            if relation.is_relation and is_plural(relation)
        }
        for relation, shape in self.nested.values():
            inner = shape.loaded(shape.model._default_manager.all())
            prefetched[_accessor(relation)] = (
                _plural(relation, objects=inner)
                if is_plural(relation)
                else Prefetch(_accessor(relation), queryset=inner)
            )
        return objects.prefetch_related(*prefetched.values())

    def read(self, obj: Model) -> JsonObject:
        """The object as JSON."""
        values = {name: _value(obj, member) for name, member in self.own.items() if name not in self.nested}
        for name, (relation, shape) in self.nested.items():
            values[name] = _nested(obj, relation, shape=shape)
        return values


def shape_of(fields: Iterable[str], *, model: ModelClass, access: Access) -> Shape:
    """The shape for dotted field names; ``*`` stands for all own fields, none at all too.

    Raises :class:`OperationError` as the paths do, and with code ``item_field_unknown`` for too many fields.
    """
    names = list(fields) or [ALL]
    if len(names) > MAX_FIELDS:
        raise OperationError(f"More than {MAX_FIELDS} fields are asked for", code="item_field_unknown")
    return _shape([name.split(".") for name in names], model=model, access=access, depth=0)


def _shape(paths: list[list[str]], *, model: ModelClass, access: Access, depth: int) -> Shape:
    own: dict[str, Any] = {}
    deeper: dict[Any, tuple[str, list[list[str]]]] = {}
    for first, *rest in paths:
        if first == ALL and not rest:
            own |= {member.name: member for member in readable_fields(model)}
            continue
        member = field_or_fail(model, first)
        if rest:
            # A field has several names; what is asked under any of them is read once, under the first.
            deeper.setdefault(member, (first, []))[1].append(rest)
            continue
        if member.is_relation and member.auto_created and not member.concrete:
            access.require("view", member.related_model)
        own[first] = member
    nested: dict[str, tuple[Any, Shape]] = {}
    for relation, (name, inner) in deeper.items():
        target = step_into(model, relation, access=access, depth=depth)
        nested[name] = (relation, _shape(inner, model=target, access=access, depth=depth + 1))
    return Shape(model=model, own=own, nested=nested)


def _accessor(relation: Any) -> str:
    return getattr(relation, "accessor_name", None) or relation.name


def _loaded_as(relation: Any) -> str:
    """Where related objects are put: Django keeps a slice in a list of its own, not behind the accessor."""
    return f"openflow_{_accessor(relation)}"


def _plural(relation: Any, *, objects: "QuerySet[Any]") -> "Prefetch[Any]":
    limited = objects.order_by("pk")[:RELATED_LIMIT]
    return Prefetch(_accessor(relation), queryset=limited, to_attr=_loaded_as(relation))


def _value(obj: Model, member: Any) -> Json:
    if not member.is_relation:
        return to_json(member.value_from_object(obj))
    if is_plural(member):
        return [to_json(related.pk) for related in getattr(obj, _loaded_as(member))]
    if member.concrete:
        return to_json(getattr(obj, member.attname))
    related = getattr(obj, _accessor(member), None)
    return None if related is None else to_json(related.pk)


def _nested(obj: Model, relation: Any, *, shape: Shape) -> Json:
    if is_plural(relation):
        return [shape.read(related) for related in getattr(obj, _loaded_as(relation))]
    related = getattr(obj, _accessor(relation), None)
    return None if related is None else shape.read(related)
