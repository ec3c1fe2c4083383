"""Settings of the site that is measured: the demo's, with the PostgreSQL server of this machine beside."""

import os
from typing import Any

from demo_project import settings as demo
from demo_project.settings import *  # noqa: F403
from tests.machine import missing, postgresql

DEBUG = False
ALLOWED_HOSTS = ["testserver"]
INSTALLED_APPS = [*demo.INSTALLED_APPS, "tests.benchmarks"]
OPENFLOW = {**demo.OPENFLOW, "QUEUE": os.environ.get("OPENFLOW_BENCH_QUEUE", "silent"), "FORK_PARTS": 4}
Q_CLUSTER = {
    **demo.Q_CLUSTER,
    "workers": int(os.environ.get("OPENFLOW_BENCH_WORKERS", "1")),
    "poll": float(os.environ.get("OPENFLOW_BENCH_POLL", demo.Q_CLUSTER["poll"])),
}
DATABASE_ROUTERS = ["tests.benchmarks.databases.Router"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler", "level": "WARNING"}},
    "root": {"handlers": ["stderr"]},
}


def _databases() -> dict[str, Any]:
    if missing("postgresql"):
        return demo.DATABASES
    name = os.environ.get("OPENFLOW_BENCH_DATABASE", "openflow_bench")
    server = {"ENGINE": "django.db.backends.postgresql", "NAME": name, **postgresql()}
    return {**demo.DATABASES, "postgresql": server}


DATABASES = _databases()
