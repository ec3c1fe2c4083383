"""What the steps of a run in memory did."""

from openflow_django.testing import FlowRun

__all__ = ["runs"]


def runs(run: FlowRun, step_id: str) -> int:
    """How often the step ran."""
    return len(run.steps.get(step_id, []))
