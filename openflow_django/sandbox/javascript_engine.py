"""Which JavaScript engine is installed: ``quickjs-ng`` or the older ``quickjs``, which share their import
name."""

import importlib.util
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from openflow_django.sandbox.process import SandboxUnavailable

__all__ = ["EngineInfo", "engine_info"]

MODULE = "_quickjs"
PACKAGES = ("quickjs-ng", "quickjs")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """The engine that the sandbox children load.

    ``package`` is ``quickjs-ng`` (current) or ``quickjs`` (archived, 2021: lacks newer JavaScript and has
    known memory errors, which end the child only). ``also`` names the other package when both are installed:
    they overwrite each other's files, so one has to go.
    """

    path: str
    package: str
    version: str
    also: str | None = None


def engine_info() -> EngineInfo:
    """Find the engine without loading it into this process. Raises SandboxUnavailable when there is none."""
    found = importlib.util.find_spec(MODULE)
    if found is None or found.origin is None:
        raise SandboxUnavailable(
            "JavaScript can not be evaluated: the package quickjs-ng is not installed.",
            hint="Run 'pip install quickjs-ng'.",
        )
    installed = {package: known for package in PACKAGES if (known := _version(package))}
    names = list(installed)
    return EngineInfo(
        path=found.origin,
        package=names[0] if names else "unknown",
        version=installed[names[0]] if names else "",
        also=names[1] if len(names) > 1 else None,
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
