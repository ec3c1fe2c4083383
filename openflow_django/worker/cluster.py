"""django-q2's cluster with our tick: what ``manage.py openflow_worker`` runs."""

import logging
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

from django.db import close_old_connections, connections
from django_q.cluster import Cluster
from django_q.conf import Conf
from django_q.signals import post_spawn

from openflow_django.exceptions import OpenFlowError
from openflow_django.worker.heartbeat import Heartbeat
from openflow_django.worker.runners import evaluator
from openflow_django.worker.tick import Ticker

__all__ = ["ClusterDied", "run_cluster"]

logger = logging.getLogger("openflow.worker")

TICK_S = 1.0
BEAT_S = 15.0
KEPT_S = 600


class ClusterDied(OpenFlowError):
    """The process that guards the workers is gone: this one ends too, so that a supervisor starts afresh."""

    code = "cluster_died"


def run_cluster() -> None:
    """Run django-q2's cluster and tick beside it until SIGTERM or SIGINT; then let the work in hand end.

    The tick runs in this process and the work in others, so that a flow in full swing never delays what time
    brings.
    Raises ClusterDied.
    """
    cluster = Cluster()
    stop = _stop_on_signals()
    _keep_connections()
    post_spawn.connect(_warm_up, dispatch_uid="openflow.worker")
    cluster.start()
    heartbeat, ticker = Heartbeat([Conf.CLUSTER_NAME]), Ticker()
    beat_at = 0.0
    try:
        while not stop.wait(TICK_S):
            if cluster.sentinel is None or not cluster.sentinel.is_alive():
                raise ClusterDied("the guard of the workers died")
            if time.monotonic() - beat_at >= BEAT_S:
                beat_at = time.monotonic()
                _guarded(heartbeat.beat)
            _guarded(ticker.tick)
    finally:
        cluster.stop()
        _guarded(heartbeat.stop)


def _keep_connections() -> None:
    """Let worker processes keep their connections: django-q2 closes those that are not persistent before each
    task and at each look at its queue, and opening one costs more than a short run.

    A pool of connections does the same and excludes it.
    """
    for alias in connections:
        database = connections.settings[alias]
        if database["CONN_MAX_AGE"] == 0 and not database["OPTIONS"].get("pool"):
            database.update(CONN_MAX_AGE=KEPT_S, CONN_HEALTH_CHECKS=True)
    # None may be open while processes are forked.
    connections.close_all()


def _warm_up(**_: object) -> None:
    """A worker process begins: start its sandbox before the first expression has to wait for it."""
    try:
        evaluator().layers()
    except OpenFlowError as error:
        logger.warning("expressions cannot be evaluated here: %s", error.message)


def _stop_on_signals() -> threading.Event:
    """Set by the first SIGTERM or SIGINT, which wakes whoever waits for it."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stop


def _guarded(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:
        logger.exception("the tick failed, the next one tries again")
        close_old_connections()
