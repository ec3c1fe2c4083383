"""The sandboxes of this worker process: one evaluator child, and a runner for each script language the site
turned on."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from openflow_django.conf import settings
from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.sandbox.limits import SandboxLimits, ScriptLimits
from openflow_django.sandbox.scripts import JavaScriptRunner, ScriptRunner

__all__ = ["JAVASCRIPT_LANGUAGES", "evaluator", "script_runners"]

JAVASCRIPT_LANGUAGES = ("deno", "bun", "nativets")
"""Languages that the JavaScript sandbox runs; their differences lie in what it does not offer: imports and
the network."""


def evaluator() -> Evaluator:
    """The evaluator of this process, with the limits of the setting ``EXPRESSION_LIMITS``."""
    return _evaluator(_frozen(settings.EXPRESSION_LIMITS))


def script_runners() -> Mapping[str, ScriptRunner]:
    """A runner for each language in the setting ``SCRIPT_LANGUAGES``, with the limits of
    ``SCRIPT_LIMITS``."""
    return _runners(tuple(settings.SCRIPT_LANGUAGES), _frozen(settings.SCRIPT_LIMITS))


def _frozen(changed: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(changed.items()))


@lru_cache(maxsize=4)
def _evaluator(changed: tuple[tuple[str, Any], ...]) -> Evaluator:
    return Evaluator(replace(SandboxLimits(), **dict(changed)))


@lru_cache(maxsize=4)
def _runners(languages: tuple[str, ...], changed: tuple[tuple[str, Any], ...]) -> Mapping[str, ScriptRunner]:
    javascript = JavaScriptRunner(replace(ScriptLimits(), **dict(changed)))
    return {language: javascript for language in languages if language in JAVASCRIPT_LANGUAGES}
