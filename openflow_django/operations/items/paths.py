"""Dotted field paths, from a model over its relations."""

from dataclasses import dataclass
from typing import Any

from openflow_django.operations.base import OperationError
from openflow_django.operations.items.access import Access, ModelClass, is_plural, readable

__all__ = ["MAX_DEPTH", "Path", "field_or_fail", "path_to", "step_into"]

MAX_DEPTH = 3
"""Relations one path may follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A path over relations to one object each. ``lookup`` is its ORM form, ``field`` where it ends."""

    lookup: str
    field: Any


def field_or_fail(model: ModelClass, name: str) -> Any:
    """The readable field or relation. Raises :class:`OperationError`, code ``item_field_unknown``."""
    field = readable(model, name)
    if field is None:
        raise _unknown(model, name)
    return field


def step_into(model: ModelClass, field: Any, *, access: Access, depth: int) -> ModelClass:
    """The model behind a relation, for an actor who may view it.

    Raises :class:`OperationError`, codes ``item_field_unknown``, ``item_path_too_deep``, ``item_forbidden``:
    what may not be read may not be searched either, since an answer would tell it.
    """
    target = field.related_model
    if target is None:
        raise _unknown(model, field.name, more=" that leads to another model")
    if depth >= MAX_DEPTH:
        raise OperationError(
            f"A path may follow {MAX_DEPTH} relations, not more",
            code="item_path_too_deep",
            name="PathTooDeep",
        )
    access.require("view", target)
    return target


def path_to(model: ModelClass, dotted: str, *, access: Access) -> Path:
    """The path written as ``customer.name``, for sorting and totals: single objects on the way, a column at
    the end.

    Raises as :func:`field_or_fail` and :func:`step_into` do.
    """
    names = dotted.split(".")
    current, parts, field = model, [], None
    for depth, name in enumerate(names):
        field = field_or_fail(current, name)
        if is_plural(field) or not (depth < len(names) - 1 or getattr(field, "concrete", False)):
            raise _unknown(current, name, more=" with one value per object")
        parts.append(field.name)
        if depth < len(names) - 1:
            current = step_into(current, field, access=access, depth=depth)
    return Path(lookup="__".join(parts), field=field)


def _unknown(model: ModelClass, name: str, *, more: str = "") -> OperationError:
    return OperationError(
        f"{model._meta.label_lower} has no field {name}{more}",
        code="item_field_unknown",
        name="FieldUnknown",
        hint="Fields that hold secrets are hidden from flows.",
    )
