"""The folder in which the measured site lives, set up before anything of it is imported."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command

__all__ = ["home"]


@contextmanager
def home() -> Iterator[Path]:
    """Set Django up over a new SQLite database in a temporary folder. Once in a process."""
    with tempfile.TemporaryDirectory(prefix="openflow-bench-") as folder:
        os.environ["OPENFLOW_DEMO_HOME"] = folder
        os.environ["OPENFLOW_BENCH_DATABASE"] = f"openflow_bench_{os.getpid()}"
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
        django.setup()
        call_command("migrate", verbosity=0)
        yield Path(folder)
