"""The in-memory library: what a flow under test may call and read by path."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openflow_django.exceptions import OpenFlowError
from openflow_django.expressions.resources import read_resource
from openflow_django.spec.document import Flow
from openflow_django.spec.json import Json
from openflow_django.worker.steps import StoredScript

__all__ = ["MemoryLibrary", "NotInLibrary"]


class NotInLibrary(OpenFlowError):
    """Nothing is stored under that path."""

    code = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryLibrary:
    """Flows, scripts, variables and resources by path."""

    flows: Mapping[str, Flow]
    scripts: Mapping[str, Mapping[str, Any]]
    variables: Mapping[str, Json]
    resources: Mapping[str, Json]

    def latest(self, path: str) -> Json:
        if path not in self.flows:
            raise NotInLibrary(f"there is no flow at {path!r}")
        return path

    def load(self, reference: Json) -> Flow:
        return self.flows[str(reference)]

    def script(self, path: str, *, version: str | None) -> StoredScript:
        if path not in self.scripts:
            raise NotInLibrary(f"there is no script at {path!r}")
        stored = self.scripts[path]
        return StoredScript(
            language=stored["language"],
            content=stored["content"],
            timeout_s=stored.get("timeout"),
            cache_ttl=stored.get("cache_ttl"),
        )

    def variable(self, path: str) -> Json:
        if path not in self.variables:
            raise NotInLibrary(f"there is no variable at {path!r}")
        return self.variables[path]

    def resource(self, path: str) -> Json:
        return read_resource(path, stored=self._resource, variable=self.variable)

    def _resource(self, path: str) -> Json:
        if path not in self.resources:
            raise NotInLibrary(f"there is no resource at {path!r}")
        return self.resources[path]
