"""Records of the engine as rows of StepRun, and back: secrets leave a record here, and nowhere else.

Written many at once with one prepared INSERT: the ORM's objects cost several times the statement itself, and
this is the hot path.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from openflow_django.engine.records import Kind, LogEntry, Record, RecordKey
from openflow_django.models import StepRun
from openflow_django.models.json_field import encode_json
from openflow_django.redaction import Redactor
from openflow_django.sealing import open_sealed, seal
from openflow_django.spec.json import Json

__all__ = ["insert_records", "read_history"]

_FIELDS: Final = (
    "run_id",
    "seq",
    "path",
    "kind",
    "attempt",
    "module_id",
    "status",
    "input",
    "result",
    "error",
    "logs",
    "planned_delay",
    "started_at",
    "duration_us",
    "sealed",
)
_COLUMNS: Final = ", ".join(_FIELDS)
_ROW: Final = "openflow_steprun ({columns}) VALUES ({places})"
_INSERT: Final = "INSERT INTO " + _ROW.format(columns=_COLUMNS, places=", ".join(["%s"] * len(_FIELDS)))
_COPY: Final = f"COPY openflow_steprun ({_COLUMNS}) FROM STDIN"


def insert_records(
    using: str, *, run_id: int, first_seq: int, records: Sequence[Record], redactor: Redactor
) -> None:
    """Append records to a run, numbered from ``first_seq``. The caller holds the transaction."""
    connection = connections[using]
    rows = [
        _row(connection, run_id, seq, record, redactor) for seq, record in enumerate(records, start=first_seq)
    ]
    if rows:
        with connection.cursor() as cursor:
            _write(connection, cursor, rows)


def read_history(using: str, *, run_ids: Sequence[int], redactor: Redactor) -> dict[RecordKey, Record]:
    """Everything recorded of these runs, in one statement, as it was before it was redacted.

    ``redactor`` learns the secrets that are in it. Raises SealBroken.
    """
    steps = StepRun.objects.using(using).filter(run_id__in=run_ids).order_by("run_id", "seq")
    rows = steps.values_list(*_FIELDS[2:])
    records = (_record(row, redactor) for row in rows)
    return {record.key: record for record in records}


def _write(connection: BaseDatabaseWrapper, cursor: Any, rows: Sequence[tuple[Any, ...]]) -> None:
    """PostgreSQL copies rows four times as fast as it inserts them, where psycopg 3 is its driver."""
    if connection.vendor != "postgresql" or not hasattr(cursor, "copy") or len(rows) == 1:
        cursor.executemany(_INSERT, rows)
        return
    with connection.wrap_database_errors, cursor.copy(_COPY) as copy:
        for row in rows:
            copy.write_row(row)


def _row(
    connection: BaseDatabaseWrapper, run_id: int, seq: int, record: Record, redactor: Redactor
) -> tuple[Any, ...]:
    payload = seal({"input": record.input, "result": record.result, "error": record.error}, redactor)
    return (
        run_id,
        seq,
        record.path,
        record.kind.value,
        record.attempt,
        record.step_id[:100],
        record.status,
        _json(payload.values["input"]),
        _json(payload.values["result"]),
        _json(payload.values["error"]),
        _json(_lines(record.logs, redactor)) if record.logs else "[]",
        record.planned_delay,
        connection.ops.adapt_datetimefield_value(record.started_at),
        record.duration_us,
        payload.sealed,
    )


def _json(value: Json) -> str | None:
    return None if value is None else encode_json(value)


def _lines(entries: Sequence[LogEntry], redactor: Redactor) -> Json:
    """A log as it is stored. No step reads it again, so no original is kept."""
    told = redactor.redact([entry.message for entry in entries])
    messages = told if isinstance(told, list) else [told] * len(entries)
    return [
        {"level": entry.level, "message": message, "at": entry.at.isoformat()}
        for entry, message in zip(entries, messages, strict=True)
    ]


def _record(row: tuple[Any, ...], redactor: Redactor) -> Record:
    (
        path,
        kind,
        attempt,
        step_id,
        status,
        given,
        result,
        error,
        logs,
        planned_delay,
        started_at,
        duration_us,
        sealed,
    ) = row
    opened = open_sealed({"input": given, "result": result, "error": error}, sealed)
    for secret in opened.secrets:
        redactor.learn(secret)
    return Record(
        path=path,
        kind=Kind(kind),
        attempt=attempt,
        step_id=step_id,
        status=status,
        input=opened.values["input"],
        result=opened.values["result"],
        error=opened.values["error"],
        logs=tuple(
            LogEntry(line["level"], line["message"], datetime.fromisoformat(line["at"]))
            for line in logs or ()
        ),
        planned_delay=planned_delay,
        started_at=started_at,
        duration_us=duration_us,
    )
