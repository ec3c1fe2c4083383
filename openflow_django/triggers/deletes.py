"""Deleted objects: what they were is written down before they are gone, as they were in memory, without a
query.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import models

from openflow_django.triggers.changes import Change
from openflow_django.triggers.fields import Shape, instance_values, read_row
from openflow_django.triggers.firing import Fired, fired
from openflow_django.triggers.watch import ModelWatch

__all__ = ["DeleteWatch", "look_before_delete"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeleteWatch:
    """All triggers that listen to deletions of one class."""

    shape: Shape
    deleted: tuple[ModelWatch, ...]

    @classmethod
    def of(cls, watches: Iterable[ModelWatch], *, shape: Shape) -> "DeleteWatch":
        return cls(shape=shape, deleted=tuple(watch for watch in watches if "deleted" in watch.actions))


def look_before_delete(instance: models.Model, *, watch: DeleteWatch, using: str) -> list[Fired]:
    """The triggers that fire once the object is gone. Deferred fields cost one query, when a trigger may
    fire.
    """

    def stored(change: Change) -> Change:
        row = read_row(instance.pk, shape=watch.shape, using=using)
        return change if row is None else replace(change, before={**row, **(change.before or {})})

    change = Change(action="deleted", before=instance_values(instance, shape=watch.shape), after=None)
    return list(fired(watch.deleted, change, shape=watch.shape, complete=stored))
