"""Many-to-many fields: who was added or removed, told from either side.

The members are read before the change, in one query for all triggers of the field, and only when a trigger
may fire. From the other side (``tag.orders.add(order)``) every order is an object of its own, and the
orders' rows cost one query more.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

from django.db import models

from openflow_django.spec.json import Json, JsonObject
from openflow_django.triggers.changes import Change
from openflow_django.triggers.events import MatchedEvent
from openflow_django.triggers.fields import Shape, instance_values, read_row, read_rows
from openflow_django.triggers.firing import fired, key_of, matched_event, possible
from openflow_django.triggers.values import canonical, json_value
from openflow_django.triggers.watch import ModelWatch

__all__ = ["RelationWatch", "look_before_relation"]

Members: TypeAlias = tuple[Any, ...]
"""Keys of the related objects, sorted. A tuple, which no column value is."""

CHUNK = 500
"""Keys per query, below every database's limit of parameters."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RelationWatch:
    """All triggers that listen to one many-to-many field. ``source`` and ``target`` are the keys on the
    table between.
    """

    shape: Shape
    field: models.ManyToManyField
    watches: tuple[ModelWatch, ...]

    @classmethod
    def of(
        cls, watches: Iterable[ModelWatch], *, field: models.ManyToManyField, shape: Shape
    ) -> "RelationWatch":
        listening = (
            watch for watch in watches if "m2m_changed" in watch.actions and field.name in watch.relations
        )
        return cls(shape=shape, field=field, watches=tuple(listening))

    @property
    def through(self) -> type[models.Model]:
        return cast(type[models.Model], self.field.remote_field.through)

    @property
    def source(self) -> models.ForeignKey:
        return cast(Any, self.through._meta.get_field(self.field.m2m_field_name()))

    @property
    def target(self) -> models.ForeignKey:
        return cast(Any, self.through._meta.get_field(self.field.m2m_reverse_field_name()))


def look_before_relation(
    instance: models.Model,
    *,
    watch: RelationWatch,
    operation: str,
    reverse: bool,
    pk_set: Collection[Any] | None,
    using: str,
) -> list[MatchedEvent]:
    """The events to record once the change is done. ``operation`` is ``add``, ``remove`` or ``clear``."""
    if operation != "clear" and not pk_set:
        return []
    near, far = (watch.target, watch.source) if reverse else (watch.source, watch.target)
    owner = canonical(near, getattr(instance, near.target_field.attname))
    given = {canonical(far, key) for key in pk_set or ()}
    if reverse:
        return list(_from_other_side(watch, owner=owner, operation=operation, given=given, using=using))
    return list(
        _from_this_side(watch, instance=instance, owner=owner, operation=operation, given=given, using=using)
    )


def _from_this_side(
    watch: RelationWatch, *, instance: models.Model, owner: Any, operation: str, given: set[Any], using: str
) -> Iterator[MatchedEvent]:
    watches = tuple(found for found in watch.watches if isinstance(instance, found.model))
    values = instance_values(instance, shape=watch.shape)
    if not possible(watches, _change(watch, values=values)):
        return
    members = _members(watch, owners=[owner], using=using).get(owner, ())

    def stored(change: Change) -> Change:
        row = read_row(instance.pk, shape=watch.shape, using=using) or {}
        return _change(watch, values={**row, **values}, members=members, later=later)

    later = _after(members, operation=operation, given=given)
    change = _change(watch, values=values, members=members, later=later)
    relation = _relation(watch, operation=operation, members=members, later=later)
    for found in fired(watches, change, shape=watch.shape, complete=stored):
        yield matched_event(found, key=key_of(instance, model=found[0].model), using=using, relation=relation)


def _from_other_side(
    watch: RelationWatch, *, owner: Any, operation: str, given: set[Any], using: str
) -> Iterator[MatchedEvent]:
    """Only where the table between points to the primary key: elsewhere the signal does not tell which
    objects are meant.
    """
    watches = tuple(found for found in watch.watches if not found.model._meta.proxy)
    if not watches or not watch.source.target_field.primary_key:
        return
    owners = _holders(watch, member=owner, using=using) if operation == "clear" else sorted(given, key=str)
    members = _members(watch, owners=owners, using=using)
    for start in range(0, len(owners), CHUNK):
        rows = read_rows(owners[start : start + CHUNK], shape=watch.shape, using=using)
        for key, values in rows.items():
            before = members.get(key, ())
            later = _after(before, operation="remove" if operation == "clear" else operation, given={owner})
            change = _change(watch, values=values, members=before, later=later)
            relation = _relation(watch, operation=operation, members=before, later=later)
            for found in fired(watches, change, shape=watch.shape, complete=lambda change: change):
                yield matched_event(found, key=key, using=using, relation=relation)


def _change(
    watch: RelationWatch,
    *,
    values: Mapping[str, Any],
    members: Members | None = None,
    later: Members | None = None,
) -> Change:
    """The object as it is, with the field before and after; without members the field is not known yet."""
    change = Change(action="m2m_changed", before=values, after=values, written=frozenset({watch.field.name}))
    if members is None:
        return change
    name = watch.field.name
    return replace(change, before={**values, name: members}, after={**values, name: later})


def _after(members: Members, *, operation: str, given: set[Any]) -> Members:
    match operation:
        case "add":
            return _sorted({*members, *given})
        case "remove":
            return tuple(member for member in members if member not in given)
        case _:
            return ()


def _relation(watch: RelationWatch, *, operation: str, members: Members, later: Members) -> JsonObject:
    moved = _sorted(set(members) ^ set(later))
    return {
        "field": watch.field.name,
        "operation": operation,
        "keys": list[Json](map(json_value, moved)),
    }


def _members(watch: RelationWatch, *, owners: list[Any], using: str) -> dict[Any, Members]:
    """The present members of each owner."""
    source, target = watch.source, watch.target
    found: dict[Any, set[Any]] = {}
    for start in range(0, len(owners), CHUNK):
        rows = models.QuerySet(watch.through, using=using).order_by()
        chosen = rows.filter(**{f"{source.name}__in": owners[start : start + CHUNK]})
        for owner, member in chosen.values_list(source.attname, target.attname):
            found.setdefault(canonical(source, owner), set()).add(canonical(target, member))
    return {owner: _sorted(members) for owner, members in found.items()}


def _holders(watch: RelationWatch, *, member: Any, using: str) -> list[Any]:
    """The objects that have ``member`` among their members."""
    rows = models.QuerySet(watch.through, using=using).order_by().filter(**{watch.target.name: member})
    return sorted(
        {canonical(watch.source, key) for key in rows.values_list(watch.source.attname, flat=True)}, key=str
    )


def _sorted(members: Iterable[Any]) -> Members:
    members = list(members)
    try:
        return tuple(sorted(members))
    except TypeError:
        return tuple(sorted(members, key=str))
