"""The signal receivers behind model events: connected to the models in use, to no other, and silent towards
the site.

Nothing is connected for a model that no trigger watches, so its saves and its fast deletes are those of
plain Django. What goes wrong in a receiver is logged on ``openflow.triggers``; it never reaches the code
that saved.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from threading import Lock
from types import MappingProxyType
from typing import Any, ParamSpec, TypeAlias

from django.db import models, transaction
from django.db.models.signals import ModelSignal, m2m_changed, post_delete, post_save, pre_delete, pre_save

from openflow_django.emission import emitting
from openflow_django.triggers.deletes import DeleteWatch, look_before_delete
from openflow_django.triggers.events import MatchedEvent, Sink
from openflow_django.triggers.fields import shape_of
from openflow_django.triggers.firing import key_of, matched_event
from openflow_django.triggers.pending import Pending
from openflow_django.triggers.relations import RelationWatch, look_before_relation
from openflow_django.triggers.saves import NOTHING, BeforeSave, SaveWatch, look_before_save, settle_after_save
from openflow_django.triggers.watch import ModelWatch, deleting_senders, saving_senders

__all__ = ["connect", "disconnect", "watched_models"]

logger = logging.getLogger("openflow.triggers")

P = ParamSpec("P")
ModelClass: TypeAlias = type[models.Model]

DISPATCH_UID = "openflow_django.triggers"


def _ignore(_event: MatchedEvent) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Connected:
    """What is watched at present, by sender, and where matched events go. Replaced as a whole, never
    changed.
    """

    sink: Sink = _ignore
    saves: Mapping[ModelClass, SaveWatch] = field(default_factory=lambda: MappingProxyType({}))
    deletes: Mapping[ModelClass, DeleteWatch] = field(default_factory=lambda: MappingProxyType({}))
    relations: Mapping[ModelClass, tuple[RelationWatch, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def senders(self) -> dict[ModelSignal, set[ModelClass]]:
        updated = {sender for sender, watch in self.saves.items() if watch.updated}
        return {
            pre_save: updated,
            post_save: set(self.saves),
            pre_delete: set(self.deletes),
            post_delete: set(self.deletes),
            m2m_changed: set(self.relations),
        }


_connected = Connected()
_connecting = Lock()
_saves: Pending[BeforeSave] = Pending()
_deletes: Pending[list[MatchedEvent]] = Pending()
_relations: Pending[list[MatchedEvent]] = Pending()


def connect(watches: Iterable[ModelWatch], sink: Sink) -> None:
    """Watch exactly these, in place of whatever was watched before. ``sink`` is called inside the writing
    transaction.
    """
    _replace(_table(list(watches), sink=sink))


def disconnect() -> None:
    """Watch nothing."""
    _replace(Connected())


def watched_models() -> frozenset[ModelClass]:
    """The senders that have a receiver of ours, for health pages and tests."""
    present = _connected
    return frozenset({*present.saves, *present.deletes, *present.relations})


def _table(watches: list[ModelWatch], *, sink: Sink) -> Connected:
    saves: dict[ModelClass, list[ModelWatch]] = {}
    deletes: dict[ModelClass, list[ModelWatch]] = {}
    models_of_relations: dict[ModelClass, list[ModelWatch]] = {}
    for watch in watches:
        if not watch.actions.isdisjoint(("created", "updated")):
            for sender in saving_senders(watch.model):
                saves.setdefault(sender, []).append(watch)
        if "deleted" in watch.actions:
            for sender in deleting_senders(watch.model):
                deletes.setdefault(sender, []).append(watch)
        if "m2m_changed" in watch.actions:
            models_of_relations.setdefault(watch.model, []).append(watch)
    return Connected(
        sink=sink,
        saves={sender: SaveWatch.of(found, shape=shape_of(sender)) for sender, found in saves.items()},
        deletes={sender: DeleteWatch.of(found, shape=shape_of(sender)) for sender, found in deletes.items()},
        relations=_relation_table(models_of_relations),
    )


def _relation_table(
    watched: Mapping[ModelClass, list[ModelWatch]],
) -> dict[ModelClass, tuple[RelationWatch, ...]]:
    table: dict[ModelClass, list[RelationWatch]] = {}
    for model, watches in watched.items():
        shape = shape_of(model)
        for relation in shape.relations.values():
            found = RelationWatch.of(watches, field=relation, shape=shape)
            if found.watches:
                table.setdefault(found.through, []).append(found)
    return {through: tuple(found) for through, found in table.items()}


def _replace(wanted: Connected) -> None:
    global _connected
    with _connecting:
        present = _connected
        _connected = wanted
        before, after = present.senders(), wanted.senders()
        for signal, receiver in RECEIVERS.items():
            for sender in after[signal] - before[signal]:
                signal.connect(receiver, sender=sender, weak=False, dispatch_uid=DISPATCH_UID)
            for sender in before[signal] - after[signal]:
                signal.disconnect(receiver, sender=sender, dispatch_uid=DISPATCH_UID)


def _contained(receiver: Callable[P, None]) -> Callable[P, None]:
    """The receiver, with its errors logged instead of raised."""

    @wraps(receiver)
    def contained(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            receiver(*args, **kwargs)
        except Exception:
            logger.exception("A receiver of model events failed; what it was told about starts no flow.")

    return contained


@_contained
def _before_save(
    sender: ModelClass,
    *,
    instance: models.Model,
    raw: bool,
    using: str,
    update_fields: frozenset[str] | None,
    **_: Any,
) -> None:
    watch = _connected.saves.get(sender)
    if watch is None or raw:
        return
    before = NOTHING
    try:
        if emitting.get():
            before = look_before_save(instance, watch=watch, using=using, update_fields=update_fields)
    finally:
        _saves.push(instance, before)


@_contained
def _after_save(
    sender: ModelClass, *, instance: models.Model, created: bool, raw: bool, using: str, **_: Any
) -> None:
    present = _connected
    watch = present.saves.get(sender)
    if watch is None or raw:
        return
    before = (_saves.pop(instance) if watch.updated else None) or NOTHING
    if not emitting.get():
        return
    for found in settle_after_save(instance, watch=watch, before=before, using=using, created=created):
        key = key_of(instance, model=found[0].model)
        _deliver(matched_event(found, key=key, using=using), sink=present.sink)


@_contained
def _before_delete(sender: ModelClass, *, instance: models.Model, using: str, **_: Any) -> None:
    watch = _connected.deletes.get(sender)
    if watch is None:
        return
    events: list[MatchedEvent] = []
    try:
        if emitting.get():
            for found in look_before_delete(instance, watch=watch, using=using):
                key = key_of(instance, model=found[0].model)
                events.append(matched_event(found, key=key, using=using))
    finally:
        _deletes.push(instance, events)


@_contained
def _after_delete(sender: ModelClass, *, instance: models.Model, **_: Any) -> None:
    _deliver_all(_deletes.pop(instance))


@_contained
def _around_relation(
    sender: ModelClass,
    *,
    instance: models.Model,
    action: str,
    reverse: bool,
    pk_set: set[Any] | None,
    using: str,
    **_: Any,
) -> None:
    moment, _sep, operation = action.partition("_")
    if moment == "post":
        _deliver_all(_relations.pop(instance))
        return
    events: list[MatchedEvent] = []
    try:
        if emitting.get():
            for watch in _connected.relations.get(sender, ()):
                events += look_before_relation(
                    instance, watch=watch, operation=operation, reverse=reverse, pk_set=pk_set, using=using
                )
    finally:
        _relations.push(instance, events)


def _deliver_all(events: Iterable[MatchedEvent] | None) -> None:
    sink = _connected.sink
    for event in events or ():
        _deliver(event, sink=sink)


def _deliver(event: MatchedEvent, *, sink: Sink) -> None:
    """Hand one event to the sink, behind a savepoint: a statement that fails there must not spoil the
    site's transaction.
    """
    try:
        with transaction.atomic(using=event.using):
            sink(event)
    except Exception:
        logger.exception(
            "The event %s of trigger %s could not be recorded; flow %s is not started.",
            event.name,
            event.trigger_id,
            event.flow_id,
            extra={"trigger_id": event.trigger_id, "flow_id": event.flow_id, "object_id": event.object_id},
        )


RECEIVERS: Mapping[ModelSignal, Callable[..., None]] = {
    pre_save: _before_save,
    post_save: _after_save,
    pre_delete: _before_delete,
    post_delete: _after_delete,
    m2m_changed: _around_relation,
}
