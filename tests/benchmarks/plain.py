"""Floors: the same work in plain Python and with nothing but a database driver."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["PlainRuns", "plain_steps"]


def plain_steps(count: int) -> list[str]:
    """The least that a recorded step can be: a call, its result kept by name, a line of JSON."""
    results: dict[str, Any] = {}
    lines: list[str] = []
    previous: Any = {"n": 1}
    for number in range(count):
        step_id = f"s{number}"
        previous = results[step_id] = _plain_step(previous)
        lines.append(json.dumps({"path": step_id, "attempt": 0, "status": "success", "result": previous}))
    return lines


def _plain_step(value: Any) -> Any:
    return value


class PlainRuns:
    """Runs of ``rows`` steps in tables of their own, every value known beforehand."""

    rows = 40

    def __init__(self, connection: Any, *, place: str) -> None:
        """``connection`` of a database driver, in autocommit; ``place`` stands for a parameter in its SQL."""
        self._cursor, self._place = connection.cursor(), place
        self._number = 0
        for table in ("plain_step", "plain_run"):
            self._do(f"DROP TABLE IF EXISTS {table}")
        self._do("CREATE TABLE plain_run (id INTEGER PRIMARY KEY, seq INTEGER, status TEXT)")
        columns = "run INTEGER, seq INTEGER, path TEXT, status TEXT, result TEXT"
        self._do(f"CREATE TABLE plain_step ({columns}, UNIQUE (run, path))")

    def batched(self) -> None:
        """Claim, then all steps and the end in one transaction."""
        self._claim()
        with self._transaction():
            rows = [value for number in range(self.rows) for value in self._row(number)]
            self._insert(self.rows, rows)
            self._do("UPDATE plain_run SET status = 'success' WHERE id = ?", self._number)

    def one_by_one(self) -> None:
        """Claim, then each step in a transaction of its own with an update of the run."""
        self._claim()
        for number in range(self.rows):
            with self._transaction():
                self._do("UPDATE plain_run SET seq = ? WHERE id = ?", number, self._number)
                self._insert(1, self._row(number))

    def _claim(self) -> None:
        self._number += 1
        self._do("INSERT INTO plain_run (id, status, seq) VALUES (?, 'queued', 0)", self._number)
        self._do("UPDATE plain_run SET status = 'running' WHERE id = ?", self._number)

    def _insert(self, count: int, values: list[Any]) -> None:
        self._do("INSERT INTO plain_step VALUES " + ", ".join(["(?, ?, ?, ?, ?)"] * count), *values)

    def _row(self, number: int) -> list[Any]:
        return [self._number, number, f"s{number}", "success", json.dumps({"n": 1})]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._do("BEGIN")
        yield
        self._do("COMMIT")

    def _do(self, sql: str, *values: Any) -> None:
        self._cursor.execute(sql.replace("?", self._place), values)
