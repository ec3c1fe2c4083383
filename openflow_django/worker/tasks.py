"""What a task engine calls."""

import logging

from openflow_django.worker.executor import Executor

__all__ = ["advance"]

logger = logging.getLogger("openflow.worker")


def advance(run_id: int) -> None:
    """Look at a run and do what is due; then at others that are due. Never raises: the engine must not try
    again."""
    try:
        Executor().advance(run_id)
    except Exception:
        logger.exception("run %s could not be advanced", run_id, extra={"run_id": run_id})
