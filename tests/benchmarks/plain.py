"""Floors: the same work in plain Python and in the ``sqlite3`` of the standard library."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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
    """Runs of ``rows`` steps in a database file of their own, every value known beforehand."""

    rows = 40

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / "plain.sqlite3", isolation_level=None)
        self._number = 0
        run = "CREATE TABLE IF NOT EXISTS run (id INTEGER PRIMARY KEY, seq, status, token)"
        step = "CREATE TABLE IF NOT EXISTS step (run, seq, path, status, result, UNIQUE (run, path))"
        for sql in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", run, step):
            self._connection.execute(sql)

    def batched(self) -> None:
        """Claim, then all steps and the end in one transaction."""
        self._claim()
        with self._transaction():
            self._connection.executemany(
                "INSERT INTO step VALUES (?, ?, ?, ?, ?)", map(self._row, range(self.rows))
            )
            self._connection.execute("UPDATE run SET status = 'success' WHERE id = ?", (self._number,))

    def one_by_one(self) -> None:
        """Claim, then each step in a transaction of its own with an update of the run."""
        self._claim()
        for number in range(self.rows):
            with self._transaction():
                self._connection.execute("UPDATE run SET seq = ? WHERE id = ?", (number, self._number))
                self._connection.execute("INSERT INTO step VALUES (?, ?, ?, ?, ?)", self._row(number))

    def _claim(self) -> None:
        created = self._connection.execute("INSERT INTO run (status, seq) VALUES ('queued', 0)")
        self._number = created.lastrowid or 0
        self._connection.execute("UPDATE run SET status = 'running' WHERE id = ?", (self._number,))

    def _row(self, number: int) -> tuple[Any, ...]:
        return (self._number, number, f"s{number}", "success", json.dumps({"n": 1}))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        yield
        self._connection.execute("COMMIT")
