"""What a trigger hands on when it has fired: one value, ready to be stored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from openflow_django.spec.json import JsonObject

__all__ = ["MatchedEvent", "Sink"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedEvent:
    """An occurrence that a trigger was waiting for.

    ``name`` is ``<app>.<model>.<action>`` (``shop.order.updated``), ``payload`` what the run will see as
    ``$trigger``. ``object_type`` (``shop.order``) and ``object_id`` (the primary key as text) name the
    object; ``using`` is the database alias it was written through, so that the event can be stored in the
    same transaction.
    """

    trigger_id: int
    flow_id: int
    name: str
    payload: JsonObject
    object_type: str
    object_id: str
    using: str


Sink: TypeAlias = Callable[[MatchedEvent], object]
"""Takes a matched event and stores it. What it returns is ignored, what it raises is logged and goes no
further.
"""
