"""A site in a folder of its own: its database, and real processes that work for it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

__all__ = ["Site"]

ROOT = Path(__file__).parents[2]

START = """
import json, sys
from openflow_django.services import flows, runs
from openflow_django.spec.json import digest
path, document, given = json.loads(sys.stdin.read())
flow = flows.create_flow(path=path, name=path, document=document, user=None)
flows.publish(flow, digest=digest(flow.draft), user=None)
flows.activate(flow, user=None)
flow.refresh_from_db()
print(runs.start(flow=flow, input=given, kind="manual").pk)
"""


class Site:
    """``folder`` holds everything; every process started here ends with :meth:`close`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self.run("migrate", "-v0")

    @property
    def env(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.worker.site_settings",
            "OPENFLOW_DEMO_HOME": str(self.folder),
        }

    def run(self, *arguments: str, stdin: str = "") -> str:
        """The output of a management command."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.env,
            input=stdin,
            text=True,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start_run(self, document: Any, *, path: str = "tests/flow", given: Any = None) -> int:
        """Publish a flow and start a run of it; its id."""
        output = self.run("shell", "-v0", "-c", START, stdin=json.dumps([path, document, given]))
        return int(output.strip().splitlines()[-1])

    def start_worker(self, *arguments: str) -> subprocess.Popen[bytes]:
        """``manage.py openflow_worker`` in a process group of its own."""
        with (self.folder / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "openflow_worker", *arguments],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def row(self, sql: str, *parameters: Any) -> Any:
        """The first row that a query finds in the site's database."""
        with closing(sqlite3.connect(self.folder / "demo.sqlite3", timeout=20)) as connection:
            return connection.execute(sql, parameters).fetchone()

    def run_row(self, run_id: int) -> dict[str, Any]:
        """Status, owner and crash counter of a run."""
        found = self.row("SELECT status, owner, crashes, lease_token FROM openflow_run WHERE id = ?", run_id)
        return dict(zip(("status", "owner", "crashes", "lease_token"), found, strict=True))

    def effects(self) -> list[str]:
        """The names of the effects so far, in order."""
        file = self.folder / "effects"
        return [line.split()[0] for line in file.read_text().splitlines()] if file.exists() else []

    def wait(
        self, condition: Callable[[], Any], *, seconds: float = 30.0, what: str = "the condition"
    ) -> Any:
        """What ``condition`` gives as soon as it is true; fails when it is not within the time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := condition():
                return found
            time.sleep(0.02)
        log = self.folder / "worker.log"
        raise AssertionError(
            f"waited {seconds} s for {what}\n{log.read_text()[-3000:] if log.exists() else ''}"
        )

    def close(self) -> None:
        """End every process started here."""
        for process in self._processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            process.wait()
