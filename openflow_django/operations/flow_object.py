"""The flow object as Directus has it: four names and the results of the steps, nothing else."""

from collections.abc import Mapping
from typing import Final

from openflow_django.spec.json import Json, JsonObject

__all__ = ["flow_object"]

NAMES: Final = ("$trigger", "$last", "$accountability", "$env")


def flow_object(data: Mapping[str, Json]) -> JsonObject:
    """All of it as a new object, of what a step is given as ``data``. Failed steps stand as their bare
    error."""
    steps = data.get("results")
    return {
        **{name: data.get(name) for name in NAMES},
        **(steps if isinstance(steps, dict) else {}),
    }
