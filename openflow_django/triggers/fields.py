"""What a trigger can know of a model: its columns and many-to-many fields, without the sensitive ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import models

from openflow_django.sensitive import is_sensitive_field
from openflow_django.triggers.values import UNKNOWN, canonical

__all__ = ["Shape", "Values", "instance_values", "read_row", "read_rows", "shape_of"]

Values = Mapping[str, Any]
"""Canonical values by field name. A name that is absent is not known."""

PLAIN_PRE_SAVE = (
    models.Field.pre_save,
    models.DateField.pre_save,
    models.DateTimeField.pre_save,
    models.TimeField.pre_save,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shape:
    """The fields of one model, by name.

    ``columns``: everything stored in a column, sensitive fields left out, inherited ones included.
    ``own``: the columns whose change counts when a trigger names no fields: not the key, not what the
    database or ``auto_now`` fills in by itself.
    ``generated``: the columns the database computes.
    ``late``: the columns whose value is settled only by the write, generated ones included.
    ``relations``: many-to-many fields.
    ``names``: field name by every accepted spelling (``customer`` and ``customer_id``).
    """

    model: type[models.Model]
    columns: Mapping[str, models.Field]
    own: frozenset[str]
    generated: frozenset[str]
    late: frozenset[str]
    relations: Mapping[str, models.ManyToManyField]
    names: Mapping[str, str]

    def named(self, spellings: Iterable[str]) -> frozenset[str]:
        """The field names behind these spellings; unknown ones are left out."""
        return frozenset(self.names[spelling] for spelling in spellings if spelling in self.names)


def shape_of(model: type[models.Model]) -> Shape:
    """The shape of a model under the site's present list of sensitive fields."""
    hidden = frozenset(field.name for field in model._meta.get_fields() if _is_hidden(field))
    return _shape(model, hidden)


def instance_values(
    instance: models.Model, *, shape: Shape, names: Iterable[str] | None = None
) -> dict[str, Any]:
    """Values of the instance as it is in memory, never asking the database.

    Deferred fields and database expressions are left out. ``names`` limits the answer to these columns.
    """
    held = instance.__dict__
    values: dict[str, Any] = {}
    for name in shape.columns if names is None else names:
        field = shape.columns[name]
        value = canonical(field, held[field.attname]) if field.attname in held else UNKNOWN
        if value is not UNKNOWN:
            values[name] = value
    return values


def read_rows(keys: Iterable[Any], *, shape: Shape, using: str) -> dict[Any, dict[str, Any]]:
    """The stored rows with these primary keys, by key, in one query on ``using``."""
    attnames = [field.attname for field in shape.columns.values()]
    rows = models.QuerySet(shape.model, using=using).order_by().filter(pk__in=list(keys))
    return {
        key: {
            name: canonical(field, value)
            for (name, field), value in zip(shape.columns.items(), row, strict=True)
        }
        for key, *row in rows.values_list("pk", *attnames)
    }


def read_row(key: Any, *, shape: Shape, using: str) -> dict[str, Any] | None:
    """The stored row with this primary key, in one query on ``using``; None when there is none."""
    return next(iter(read_rows([key], shape=shape, using=using).values()), None)


@lru_cache(maxsize=1024)
def _shape(model: type[models.Model], hidden: frozenset[str]) -> Shape:
    meta = model._meta
    columns = {field.name: field for field in meta.concrete_fields if field.name not in hidden}
    relations = {field.name: field for field in meta.many_to_many if field.name not in hidden}
    names = {field.attname: name for name, field in columns.items()} | {
        name: name for name in (*columns, *relations)
    }
    return Shape(
        model=model,
        columns=columns,
        own=frozenset(
            name for name, field in columns.items() if not field.primary_key and not _fills_itself(field)
        ),
        generated=frozenset(name for name, field in columns.items() if field.generated),
        late=frozenset(name for name, field in columns.items() if _is_late(field)),
        relations=relations,
        names=names,
    )


def _is_hidden(field: Any) -> bool:
    return isinstance(field, models.Field) and is_sensitive_field(field)


def _fills_itself(field: models.Field) -> bool:
    return bool(
        field.generated
        or getattr(field, "auto_now", False)
        or (field.remote_field and field.remote_field.parent_link)
    )


def _is_late(field: models.Field) -> bool:
    """Whether the write itself settles the value: generated columns, dates of the last change, names of
    stored files.
    """
    return (
        _fills_itself(field)
        or getattr(field, "auto_now_add", False)
        or type(field).pre_save not in PLAIN_PRE_SAVE
    )
