"""The databases that are measured, one after another: everything is read from and written to the chosen
one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connections

__all__ = ["Router", "chosen", "created"]

_alias = "default"


class Router:
    """Sends every query to the database that :func:`chosen` names."""

    def db_for_read(self, model: Any, **_: Any) -> str:
        return _alias

    def db_for_write(self, model: Any, **_: Any) -> str:
        return _alias


@contextmanager
def chosen(alias: str) -> Iterator[None]:
    """Use this database for the block."""
    global _alias
    before, _alias = _alias, alias
    try:
        yield
    finally:
        _alias = before


@contextmanager
def created(alias: str) -> Iterator[None]:
    """Make the PostgreSQL database of ``alias`` for the block and fill it with tables."""
    _administer(alias, "DROP DATABASE IF EXISTS {name}", "CREATE DATABASE {name}")
    try:
        call_command("migrate", database=alias, verbosity=0)
        yield
    finally:
        connections[alias].close()
        _administer(alias, "DROP DATABASE {name}")


def _administer(alias: str, *statements: str) -> None:
    connection = connections[alias]
    name = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.format(name=name))
