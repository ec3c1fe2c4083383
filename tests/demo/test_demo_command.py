"""``manage.py demo`` as a person or a machine runs it: its own process, real HTTP, a real worker."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from demo_project.shop.demo.home import PROJECT

LIMIT_S = 90


def _environment(home: Path) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return {**others, "OPENFLOW_DEMO_HOME": str(home), "PYTHONUNBUFFERED": "1"}


def _descendants(pid: int) -> Iterator[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, text=True)
    pairs = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        children = [child for child, of in pairs if of == parent]
        yield from children
        waiting += children


def _output_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if words in line:
            return told
    raise AssertionError(f"The demo ended before it said {words!r}:\n{told}")


@pytest.mark.slow
def test_the_check_pays_an_order_and_tells_every_step(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "demo", "--check"],
        cwd=PROJECT,
        env=_environment(tmp_path),
        check=False,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for step in ("lines", "customer", "totals", "reserve/2/take", "write_back", "receipt", "notify"):
        assert re.search(rf"success +\d+\.\d{{3}} s  step +{step}\n", done.stdout), step
    assert done.stdout.endswith("The demo works.\n")
    with closing(sqlite3.connect(tmp_path / "demo.sqlite3")) as database:
        tables = database.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [], "the check works in a shop of its own"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_ends_with_everything_it_started_and_keeps_its_data(tmp_path, number):
    for greeting in ("A new shop, 9 flows added.", "The shop of last time, 0 flows added."):
        with subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--port", "0"],
            cwd=PROJECT,
            env=_environment(tmp_path),
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            told = _output_until(process, "Mail, logs and the database")
            assert greeting in told
            assert re.search(r"http://127\.0\.0\.1:\d+/admin/", told)
            assert "name admin, password admin" in told
            started = set(_descendants(process.pid))
            assert len(started) >= 2
            process.send_signal(number)
            assert process.wait(LIMIT_S) == 0
        deadline = time.monotonic() + LIMIT_S
        while any(Path(f"/proc/{pid}").exists() for pid in started) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]
