"""The hot statements of the executor as text: building them through the ORM takes several times as long as
doing them.

The text holds names of this program only; every value is a parameter.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from openflow_django.models import Run, RunData
from openflow_django.worker.instances import Instances

__all__ = ["change", "take"]

# MySQL computes assignments from left to right, over what those before have set: crashes come first.
_CLAIM: Final = """
UPDATE openflow_run SET
  crashes = crashes + CASE WHEN status = 'running' THEN 1 ELSE 0 END,
  status = 'running', lease_token = %(token)s, lease_until = %(until)s, owner = %(owner)s,
  claims = claims + 1, started_at = COALESCE(started_at, %(now)s)
WHERE id = %(id)s AND (status IN ('queued', 'suspended') AND ready_at <= %(now)s
  OR status = 'running' AND lease_until < %(now)s)
"""
_CHANGE: Final = "UPDATE {table} SET {values} WHERE {condition}"
_DATA_OF_RUN: Final = "FROM openflow_rundata data WHERE data.run_id = openflow_run.id"


def change(using: str, table: str, values: Mapping[str, Any], *, where: Mapping[str, Any]) -> int:
    """Set columns of the rows whose columns have these values, None for NULL; the number of rows."""
    connection = connections[using]
    known = {name: value for name, value in where.items() if value is not None}
    missing = [f"{name} IS NULL" for name in where if name not in known]
    columns = ", ".join(f"{name} = %s" for name in values)
    condition = " AND ".join([*(f"{name} = %s" for name in known), *missing])
    parameters = [_stored(connection, value) for value in (*values.values(), *known.values())]
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE.format(table=table, values=columns, condition=condition), parameters)
        return cursor.rowcount


def take(
    using: str, run_id: int, *, token: str, owner: str, now: datetime, until: datetime
) -> RunData | None:
    """Take a run that is due or whose lease has lapsed: its data, without result and error, with the run.
    None: it is neither."""
    connection = connections[using]
    given = {"id": run_id, "token": token, "owner": owner, "now": now, "until": until}
    parameters = {name: _stored(connection, value) for name, value in given.items()}
    reading = _Reading.of(using)
    with connection.cursor() as cursor:
        if _returns_rows(connection):
            cursor.execute(_CLAIM + "RETURNING " + reading.columns, parameters)
        else:
            cursor.execute(_CLAIM, parameters)
            condition = " FROM openflow_run WHERE id = %(id)s AND lease_token = %(token)s"
            cursor.execute("SELECT " + reading.columns + condition, parameters)
        row = cursor.fetchone()
    return None if row is None else reading.data(row)


class _Reading:
    """The columns of a claimed run and of its data, and the instances from their values."""

    def __init__(self, using: str) -> None:
        self._runs, self._data = Instances(Run, using), Instances(RunData, using, without=("result", "error"))
        of_run = (f"openflow_run.{column}" for column in self._runs.columns)
        self.columns = ", ".join([*of_run, *map(_of_data, self._data.columns)])

    @classmethod
    @lru_cache(maxsize=8)
    def of(cls, using: str) -> "_Reading":
        """The same every time: what it holds is made once for each database."""
        return cls(using)

    def data(self, row: tuple[Any, ...]) -> RunData | None:
        """None where a run has lost its data."""
        count = len(self._runs.columns)
        data = self._data.instance(row[count:])
        data.run = self._runs.instance(row[:count])
        return data if row[count] is not None else None


def _of_data(column: str) -> str:
    return f"(SELECT data.{column} {_DATA_OF_RUN})"


def _returns_rows(connection: BaseDatabaseWrapper) -> bool:
    """Whether UPDATE gives back what it changed."""
    return (
        connection.vendor in {"sqlite", "postgresql"} and connection.features.can_return_columns_from_insert
    )


def _stored(connection: BaseDatabaseWrapper, value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.value if isinstance(value, Enum) else value
