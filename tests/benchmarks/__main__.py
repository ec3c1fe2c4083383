"""``python -m tests.benchmarks [name ...] [--rows N]``: prints one table; see
docs/explanation/performance.md."""

import argparse
import os
import platform
import sqlite3
import sys
import time
from importlib import import_module

import django

from tests.benchmarks.figures import write_head, write_rows
from tests.benchmarks.home import home

GROUPS = {
    "in_memory": "the engine without a database",
    "stored": "runs through the executor, on SQLite and PostgreSQL",
    "loops": "a loop of 10,000 iterations",
    "expressions": "paths, JavaScript, scripts",
    "saves": "models that flows watch, and others",
    "reading": "documents and inputs",
    "live": "a running cluster",
    "pages": "the list of runs",
}


def main() -> None:
    options = _options()
    began = time.monotonic()
    with home() as folder:
        from tests.benchmarks.site import Site

        site = Site(folder=folder, rows=options.rows)
        _write(_machine())
        for name in options.names or GROUPS:
            rows = f" --rows {options.rows}" if name == "pages" else ""
            _write(f"\n{GROUPS[name]}: python -m tests.benchmarks {name}{rows}")
            write_head()
            write_rows(import_module(f"tests.benchmarks.{name}").figures(site))
        _write(f"\n{time.monotonic() - began:.0f} s in all, {_load()}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of: {', '.join(GROUPS)} (all)")
    parser.add_argument("--rows", type=int, default=20_000, help="runs in the list page (20000)")
    options = parser.parse_args()
    if unknown := set(options.names) - set(GROUPS):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    return options


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"Django {django.get_version()}, SQLite {sqlite3.sqlite_version}, {_load()}"
    )


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
