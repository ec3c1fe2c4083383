"""Installed packages: the JavaScript engine, the REST framework, what the package build makes."""

from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from django.core import checks

from openflow_django.conf import settings

__all__ = ["check_javascript_engine", "check_rest_framework", "check_type_stripping"]

HARDENED_REST_FRAMEWORK = (3, 18)
TYPED_LANGUAGES = frozenset({"bun", "deno", "nativets"})


@checks.register("openflow")
def check_javascript_engine(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """E010: no engine. W010: the archived one. W011: both, of which either may win."""
    current, archived = _version("quickjs-ng"), _version("quickjs")
    if current and archived:
        return [
            checks.Warning(
                "Both quickjs-ng and quickjs are installed; they share one import name.",
                hint="Run: pip uninstall -y quickjs quickjs-ng && pip install quickjs-ng",
                id="openflow.W011",
            )
        ]
    if archived:
        return [
            checks.Warning(
                "The JavaScript engine is the package quickjs, whose development has ended.",
                hint="Run: pip uninstall -y quickjs && pip install quickjs-ng",
                id="openflow.W010",
            )
        ]
    if current or find_spec("quickjs") is not None:
        return []
    return [
        checks.Error(
            "No JavaScript engine is installed, so expressions and scripts cannot run.",
            hint="Run: pip install quickjs-ng",
            id="openflow.E010",
        )
    ]


@checks.register("openflow")
def check_rest_framework(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """W012: releases before 3.18 read JSON bodies without a bound on their size."""
    found = _version("djangorestframework")
    if not found or _numbers(found) >= HARDENED_REST_FRAMEWORK:
        return []
    return [
        checks.Warning(
            f"Django REST framework {found} does not bound the size of JSON bodies.",
            hint="Run: pip install -U 'djangorestframework>=3.18'",
            id="openflow.W012",
        )
    ]


@checks.register("openflow")
def check_type_stripping(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """W013: TypeScript is switched on, but the bundle that strips its types was not built."""
    if TYPED_LANGUAGES.isdisjoint(settings.SCRIPT_LANGUAGES):
        return []
    if resources.files("openflow_django.sandbox").joinpath("strip_types.js").is_file():
        return []
    return [
        checks.Warning(
            "TypeScript steps fail: the part that strips their types was not built.",
            hint="In a checkout run: pip install -e .",
            id="openflow.W013",
        )
    ]


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split(".")[:2] if part.isdigit())
