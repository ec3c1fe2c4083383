"""The database and the clock as concurrent workers need them."""

from typing import Any

from django.conf import settings as django_settings
from django.core import checks
from django.db import connections, router

from openflow_django.models import Run

__all__ = ["check_pool", "check_sqlite", "check_time_zones"]

BUSY_TIMEOUT_S = 20


@checks.register("openflow")
def check_sqlite(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """W030: transactions that cannot wait for their turn. W031: those that wait too short."""
    alias = router.db_for_write(Run)
    connection = connections[alias]
    if connection.vendor != "sqlite" or _in_memory(connection.settings_dict):
        return []
    options = connection.settings_dict.get("OPTIONS", {})
    messages: list[checks.CheckMessage] = []
    if str(options.get("transaction_mode", "")).upper() not in {"IMMEDIATE", "EXCLUSIVE"}:
        messages.append(
            checks.Warning(
                f'The SQLite database {alias!r} answers "database is locked" when two processes write.',
                hint='Add "transaction_mode": "IMMEDIATE" to its OPTIONS.',
                id="openflow.W030",
            )
        )
    if options.get("timeout", 5) < BUSY_TIMEOUT_S:
        messages.append(
            checks.Warning(
                f"Writers of the SQLite database {alias!r} give up while a worker is writing.",
                hint=f'Add "timeout": {BUSY_TIMEOUT_S} to its OPTIONS.',
                id="openflow.W031",
            )
        )
    return messages


@checks.register("openflow")
def check_pool(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """W032: a connection pool does not survive the fork by which workers start."""
    pooled = [
        alias
        for alias in connections
        if connections[alias].vendor == "postgresql"
        and connections[alias].settings_dict["OPTIONS"].get("pool")
    ]
    return [
        checks.Warning(
            f"The database {alias!r} uses a connection pool, which breaks in forked worker processes.",
            hint='Remove "pool" from its OPTIONS in the settings of the workers.',
            id="openflow.W032",
        )
        for alias in pooled
    ]


@checks.register("openflow")
def check_time_zones(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """W033: without time zones, waits and schedules move by an hour twice a year."""
    if django_settings.USE_TZ:
        return []
    return [
        checks.Warning(
            "USE_TZ is off: waits and schedules shift when the clocks change.",
            hint="Set USE_TZ = True.",
            id="openflow.W033",
        )
    ]


def _in_memory(database: dict[str, Any]) -> bool:
    name = str(database.get("NAME", ""))
    return ":memory:" in name or "mode=memory" in name
