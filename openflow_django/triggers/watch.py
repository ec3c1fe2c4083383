"""A compiled model-event trigger: decides from a change alone, without the database, whether the trigger
fires.
"""

from dataclasses import dataclass, field
from typing import Literal

from django.apps import apps
from django.db import models

from openflow_django.triggers.changes import Action, Change, Verdict, all_of, any_of
from openflow_django.triggers.conditions import Condition
from openflow_django.triggers.fields import Shape

__all__ = ["ModelWatch", "deleting_senders", "saving_senders"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelWatch:
    """``fields`` and ``relations`` are the columns and many-to-many fields whose change counts."""

    trigger_id: int
    flow_id: int
    shape: Shape
    actions: frozenset[Action]
    fields: frozenset[str]
    relations: frozenset[str]
    conditions: tuple[Condition, ...] = ()
    match: Literal["all", "any"] = "all"
    asked: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "asked", frozenset(condition.field for condition in self.conditions))

    @property
    def model(self) -> type[models.Model]:
        return self.shape.model

    def decide(self, change: Change) -> Verdict:
        """Whether the trigger fires on this change, None when the values known so far do not tell."""
        if change.action not in self.actions:
            return False
        return all_of((self._touched(change), self._conditions_met(change)))

    def _touched(self, change: Change) -> Verdict:
        match change.action:
            case "updated":
                return any_of(change.changed(name) for name in self.fields)
            case "m2m_changed":
                return any_of(change.changed(name) for name in self.relations)
            case _:
                return True

    def _conditions_met(self, change: Change) -> Verdict:
        if not self.conditions:
            return True
        judge = all_of if self.match == "all" else any_of
        return judge(condition.met_by(change) for condition in self.conditions)


def saving_senders(model: type[models.Model]) -> list[type[models.Model]]:
    """Classes whose saves write rows of ``model``: itself, its proxies and its multi-table children."""
    return [found for found in apps.get_models() if issubclass(found, model)]


def deleting_senders(model: type[models.Model]) -> list[type[models.Model]]:
    """Classes whose deletions are those of ``model``: itself and its proxies.

    Deleting a multi-table child is told a second time for each parent, so that its parents need not listen
    to it.
    """
    concrete = model._meta.concrete_model
    return [found for found in saving_senders(model) if found._meta.concrete_model is concrete]
