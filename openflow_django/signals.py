"""Signals of this app, the stable base for metrics, tracing and the site's own reactions.

Each is sent with ``sender`` = the model class, after the write and inside its transaction; a receiver that
starts outside effects uses ``transaction.on_commit``. Arguments are given beside each name.
"""

from django.dispatch import Signal

__all__ = [
    "draft_saved",
    "event_recorded",
    "flow_created",
    "flow_published",
    "flow_status_changed",
    "resource_changed",
    "resource_type_changed",
    "run_answered",
    "run_canceled",
    "run_finished",
    "run_queued",
    "run_started",
    "script_changed",
    "trigger_changed",
    "variable_changed",
]

flow_created = Signal()
"""A flow was created. ``flow``, ``user`` (or None)."""

draft_saved = Signal()
"""A draft was saved. ``flow``, ``user`` (or None)."""

flow_published = Signal()
"""A draft became a version. ``flow``, ``version``, ``user`` (or None)."""

flow_status_changed = Signal()
"""A flow was activated or deactivated. ``flow``, ``user`` (or None)."""

trigger_changed = Signal()
"""A trigger changed. ``trigger``, ``change`` ("created", "updated" or "deleted"), ``user`` (or None)."""

variable_changed = Signal()
"""A variable changed. ``variable``, ``change`` ("created", "updated" or "deleted"), ``user`` (or None)."""

resource_changed = Signal()
"""A resource changed. ``resource``, ``change`` (as above), ``user`` (or None)."""

resource_type_changed = Signal()
"""A type of resources changed. ``resource_type``, ``change`` (as above), ``user`` (or None)."""

script_changed = Signal()
"""A script changed. ``script``, ``change`` (as above, or "version": steps run another content now),
``user``."""

event_recorded = Signal()
"""A trigger matched and its event is in the outbox. ``event``."""

run_queued = Signal()
"""A run was created and waits for a worker. ``run``, ``user`` (or None)."""

run_started = Signal()
"""A worker began a run. ``run``."""

run_finished = Signal()
"""A run reached success, failure, skipped or canceled. ``run``."""

run_canceled = Signal()
"""Somebody asked for a run to stop. ``run``, ``user`` (or None), ``reason``."""

run_answered = Signal()
"""Somebody answered a waiting run. ``run``, ``answer``, ``user`` (or None)."""
