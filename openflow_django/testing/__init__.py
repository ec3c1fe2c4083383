"""Public helpers for a site's own test suite. :func:`run_flow` needs no database and no Django setup."""

from openflow_django.testing.flows import FlowRun, StepRecord, run_flow

__all__ = ["FlowRun", "StepRecord", "run_flow"]
