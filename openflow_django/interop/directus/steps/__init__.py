"""From operations of Directus to steps: one function for each type. Importing this package registers them."""

from openflow_django.interop.directus.steps import calls, flow, items, outside
from openflow_django.interop.directus.steps.base import Making, Site, step_makers

__all__ = ["BUILT_IN", "Making", "Site", "step_makers"]

BUILT_IN = (flow, items, outside, calls)
"""The modules of the types that Directus comes with."""
