"""Asking the triggers of a model about a change, each inside its own guard."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from django.db import models

from openflow_django.spec.json import JsonObject, canonical
from openflow_django.triggers.changes import Change, Verdict
from openflow_django.triggers.events import MatchedEvent
from openflow_django.triggers.fields import Shape
from openflow_django.triggers.payload import build_payload
from openflow_django.triggers.watch import ModelWatch

__all__ = ["Fired", "fired", "key_of", "matched_event", "possible"]

logger = logging.getLogger("openflow.triggers")

Fired: TypeAlias = tuple[ModelWatch, Change]

MAX_OBJECT_ID = 255


def possible(watches: Iterable[ModelWatch], change: Change) -> tuple[ModelWatch, ...]:
    """The triggers that are not ruled out by what is known of the change."""
    return tuple(watch for watch in watches if _verdict(watch, change) is not False)


def fired(
    watches: Iterable[ModelWatch], change: Change, *, shape: Shape, complete: Callable[[Change], Change]
) -> Iterator[Fired]:
    """The triggers that fire. ``complete`` asks the database for what is missing; it is called only if one
    may fire.
    """
    left = possible(watches, change)
    if not left:
        return
    if _is_incomplete(change, shape=shape):
        change = complete(change)
    for watch in left:
        if _verdict(watch, change):
            yield watch, change


def matched_event(fired: Fired, *, key: Any, using: str, relation: JsonObject | None = None) -> MatchedEvent:
    """The event to store for a trigger that fired."""
    watch, change = fired
    label = watch.model._meta.label_lower
    payload = build_payload(change, shape=watch.shape, key=key, relation=relation)
    return MatchedEvent(
        trigger_id=watch.trigger_id,
        flow_id=watch.flow_id,
        name=f"{label}.{change.action}",
        payload=payload,
        object_type=label,
        object_id=_object_id(payload),
        using=using,
    )


def key_of(instance: models.Model, *, model: type[models.Model]) -> Any:
    """The primary key of the instance as an object of ``model``, which may be a parent of its class."""
    values = [getattr(instance, field.attname) for field in model._meta.pk_fields]
    return values[0] if len(values) == 1 else tuple(values)


def _is_incomplete(change: Change, *, shape: Shape) -> bool:
    known = change.before if change.after is None else change.after
    return known is not None and not shape.columns.keys() <= known.keys()


def _verdict(watch: ModelWatch, change: Change) -> Verdict:
    try:
        return watch.decide(change)
    except Exception:
        logger.exception(
            "Trigger %s of flow %s could not judge a change of %s; it does not fire.",
            watch.trigger_id,
            watch.flow_id,
            watch.model._meta.label_lower,
        )
        return False


def _object_id(payload: JsonObject) -> str:
    key = payload["key"]
    return (key if isinstance(key, str) else canonical(key))[:MAX_OBJECT_ID]
