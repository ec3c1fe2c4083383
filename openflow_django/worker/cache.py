"""The key under which the result of a step is kept: ``cache_ttl`` (OpenFlow semantics section 5)."""

from openflow_django.spec.document import Module, PathScript
from openflow_django.spec.json import Json, JsonObject, digest

__all__ = ["step_key"]


def step_key(module: Module, args: JsonObject, *, language: str, content: str) -> str:
    """What the step runs and with which arguments, the same in whatever flow it stands."""
    runs: dict[str, Json] = {"type": module.value.type, "language": language, "content": content}
    if isinstance(module.value, PathScript):
        runs |= {"path": module.value.path, "hash": module.value.hash}
    return f"openflow:step:{digest({'runs': runs, 'args': args})}"
