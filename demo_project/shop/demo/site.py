"""The running demo: its database made ready, a web server and a worker beside each other."""

import os
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command

from demo_project.shop.demo.account import ensure_admin
from demo_project.shop.demo.flows import load_flows
from demo_project.shop.demo.goods import load_shop
from demo_project.shop.demo.processes import ProcessEndedError, manage, watch

__all__ = ["Site", "free_port", "prepare", "serve"]

HOST = "127.0.0.1"
PAUSE_S = 0.1
START_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the site answers, and the processes behind it by name."""

    url: str
    processes: Mapping[str, subprocess.Popen[bytes]]


def prepare() -> str:
    """Migrate, and load what is missing: goods, account, flows. Tells what was done."""
    call_command("migrate", verbosity=0)
    # The goods come first: loading them must not start the flows that watch them.
    filled = load_shop()
    loaded = load_flows(user=ensure_admin())
    return f"{'A new shop' if filled else 'The shop of last time'}, {loaded} flows added."


def free_port(*, preferred: int) -> int:
    """``preferred`` when nothing listens there, else any free port; 0 means any."""
    for port in (preferred, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise OSError("No port is free.")


@contextmanager
def serve(*, port: int, home: Path) -> Iterator[Site]:
    """Web server and worker for the time of the block. Their output goes to ``site.log`` and ``worker.log``.

    Raises :class:`~demo_project.shop.demo.processes.ProcessEndedError` when one of them does not come up.
    """
    url = f"http://{HOST}:{port}"
    environment = {"DEMO_SITE": url, "OPENFLOW_DEMO_HOME": os.fspath(home), "PYTHONUNBUFFERED": "1"}
    with ExitStack() as running:
        processes = {
            "site": running.enter_context(
                manage(
                    "runserver",
                    "--noreload",
                    f"{HOST}:{port}",
                    log=home / "site.log",
                    environment=environment,
                )
            ),
            "worker": running.enter_context(
                manage("openflow_worker", log=home / "worker.log", environment=environment)
            ),
        }
        if not watch(processes, until=lambda: _answers(url), pause_s=PAUSE_S, limit_s=START_LIMIT_S):
            raise ProcessEndedError(f"The site did not answer within {START_LIMIT_S:.0f} s.")
        yield Site(url=url, processes=processes)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/admin/login/", timeout=5).close()
    except (urllib.error.URLError, OSError):
        return False
    return True
