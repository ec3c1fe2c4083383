"""Where the demo lies, and where it keeps what it writes."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

__all__ = ["PROJECT", "temporary_home"]

PROJECT = Path(__file__).resolve().parents[3]
"""The folder of ``manage.py``."""


@contextmanager
def temporary_home() -> Iterator[Path]:
    """An empty home for the time of the block, for this process and for those it starts."""
    before = os.environ.get("OPENFLOW_DEMO_HOME")
    database = connection.settings_dict["NAME"]
    with tempfile.TemporaryDirectory(prefix="openflow-demo-") as folder:
        os.environ["OPENFLOW_DEMO_HOME"] = folder
        _connect(Path(folder, "demo.sqlite3"))
        try:
            yield Path(folder)
        finally:
            _connect(database)
            if before is None:
                del os.environ["OPENFLOW_DEMO_HOME"]
            else:
                os.environ["OPENFLOW_DEMO_HOME"] = before


def _connect(database: Path) -> None:
    """Point the default connection at another file, the way Django's test runner does."""
    connection.close()
    connection.settings_dict["NAME"] = database
