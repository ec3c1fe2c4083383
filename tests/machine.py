"""What this machine offers to the tests that need more than Python: addresses, and why something is missing.

``python -m tests.machine postgresql`` exits 0 when it is found, else 1, and says so.
"""

import os
import shutil
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["chromium", "missing", "postgresql", "redis_url"]


def postgresql() -> dict[str, str]:
    """Connection parameters from the variables that every PostgreSQL client reads, with local defaults."""
    return {
        "HOST": os.environ.get("PGHOST", "127.0.0.1"),
        "PORT": os.environ.get("PGPORT", "5432"),
        "USER": os.environ.get("PGUSER", "postgres"),
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
    }


def redis_url() -> str:
    return os.environ.get("OPENFLOW_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


def chromium() -> str | None:
    """Path of a Chromium that Playwright can drive."""
    named = os.environ.get("OPENFLOW_TEST_CHROMIUM")
    if named:
        return named
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def missing(service: str) -> str | None:
    """Why tests that need ``service`` (postgresql, redis, browser) can not run here; None when they can."""
    if service == "browser":
        return None if chromium() else "no Chromium found: install one or name it in OPENFLOW_TEST_CHROMIUM"
    if service == "postgresql":
        parameters = postgresql()
        host, port, variable = parameters["HOST"], int(parameters["PORT"]), "PGHOST and PGPORT"
    else:
        parts = urlsplit(redis_url())
        host, port, variable = parts.hostname or "127.0.0.1", parts.port or 6379, "OPENFLOW_TEST_REDIS_URL"
    return None if _listens(host, port) else f"no {service} at {host}:{port}: start one or set {variable}"


def _listens(host: str, port: int) -> bool:
    if host.startswith("/"):
        return Path(host, f".s.PGSQL.{port}").exists()
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def main() -> int:
    service = sys.argv[1]
    reason = missing(service)
    sys.stdout.write(f"{service}: {reason or 'found'}\n")
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main())
