"""Created and updated objects: what is looked at before a save, and which triggers it fired.

A save costs no query while the new values alone rule every trigger out. Otherwise the old row is read once,
for all triggers of the model. Values that only the database knows after the write (``F()`` expressions,
generated columns) cost one more query, and only when a trigger may depend on them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import models

from openflow_django.triggers.changes import Change
from openflow_django.triggers.fields import Shape, Values, instance_values, read_row
from openflow_django.triggers.firing import Fired, fired, possible
from openflow_django.triggers.watch import ModelWatch

__all__ = ["NOTHING", "BeforeSave", "SaveWatch", "look_before_save", "settle_after_save"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SaveWatch:
    """All triggers that listen to saves of one class. ``asked``: the columns the conditions of ``updated``
    look at.
    """

    shape: Shape
    created: tuple[ModelWatch, ...]
    updated: tuple[ModelWatch, ...]
    asked: frozenset[str]

    @classmethod
    def of(cls, watches: Iterable[ModelWatch], *, shape: Shape) -> "SaveWatch":
        watches = tuple(watches)
        updated = tuple(watch for watch in watches if "updated" in watch.actions)
        asked = frozenset[str]().union(*(watch.asked for watch in updated))
        return cls(
            shape=shape,
            created=tuple(watch for watch in watches if "created" in watch.actions),
            updated=updated,
            asked=asked & shape.columns.keys(),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BeforeSave:
    """What is remembered until the save is done. ``row`` is None when nothing was worth reading or nothing
    was stored.
    """

    watches: tuple[ModelWatch, ...] = ()
    row: Values | None = None
    written: frozenset[str] | None = None


NOTHING = BeforeSave()


def look_before_save(
    instance: models.Model, *, watch: SaveWatch, using: str, update_fields: Iterable[str] | None
) -> BeforeSave:
    """Rule out triggers by the new values; read the stored row, in one query, if any is left."""
    if not watch.updated or _is_new(instance):
        return NOTHING
    shape = watch.shape
    written = None if update_fields is None else shape.named(update_fields) | shape.generated
    known = watch.asked - shape.late if written is None else (watch.asked & written) - shape.late
    outlook = Change(
        action="updated",
        before={},
        after=instance_values(instance, shape=shape, names=known),
        written=written,
    )
    left = possible(watch.updated, outlook)
    if not left:
        return NOTHING
    return BeforeSave(watches=left, row=read_row(instance.pk, shape=shape, using=using), written=written)


def settle_after_save(
    instance: models.Model, *, watch: SaveWatch, before: BeforeSave, using: str, created: bool
) -> Iterator[Fired]:
    """The triggers that the finished save fired, each with the change as it is now known."""

    def stored(change: Change) -> Change:
        row = read_row(instance.pk, shape=watch.shape, using=using)
        return change if row is None else replace(change, after=row)

    if created:
        change = Change(action="created", before=None, after=instance_values(instance, shape=watch.shape))
        yield from fired(watch.created, change, shape=watch.shape, complete=stored)
    elif before.row is not None:
        after = _after_update(instance, shape=watch.shape, row=before.row, written=before.written)
        change = Change(action="updated", before=before.row, after=after, written=before.written)
        yield from fired(before.watches, change, shape=watch.shape, complete=stored)


def _after_update(
    instance: models.Model, *, shape: Shape, row: Values, written: frozenset[str] | None
) -> dict[str, Any]:
    """What the row holds now: the instance's values where it was written, the old ones elsewhere, unknown
    ones left out.
    """
    columns = frozenset(shape.columns)
    touched = columns if written is None else columns & written
    kept = {name: row[name] for name in columns - touched}
    return {**kept, **instance_values(instance, shape=shape, names=touched - shape.generated)}


def _is_new(instance: models.Model) -> bool:
    """Whether the save can only insert: Django tries an update first when a new object comes with a key of
    its own.
    """
    if not instance._state.adding:
        return False
    key_fields = instance._meta.pk_fields
    return any(getattr(instance, field.attname) is None for field in key_fields) or all(
        field.has_default() or field.has_db_default() for field in key_fields
    )
