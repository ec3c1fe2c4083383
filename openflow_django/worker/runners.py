"""The sandboxes of this worker process: one evaluator child, a runner for each script language the site
turned on."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from openflow_django.conf import settings
from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.sandbox.javascript import LANGUAGES, JavaScriptRunner
from openflow_django.sandbox.limits import SandboxLimits, ScriptLimits
from openflow_django.sandbox.python import PythonRunner
from openflow_django.sandbox.scripts import ScriptRunner

__all__ = ["PYTHON", "evaluator", "script_runners"]

PYTHON = "python3"
"""Off unless the setting names it: it runs in a process of its own, sealed as far as the system can."""

Changes = tuple[tuple[str, Any], ...]


def evaluator() -> Evaluator:
    """The evaluator of this process, with the limits of the settings ``EXPRESSION_LIMITS`` and
    ``SCRIPT_LIMITS``."""
    return _evaluator(_changes(settings.EXPRESSION_LIMITS), _changes(settings.SCRIPT_LIMITS))


def script_runners() -> Mapping[str, ScriptRunner]:
    """A runner for each language in the setting ``SCRIPT_LANGUAGES``."""
    return _runners(tuple(settings.SCRIPT_LANGUAGES), evaluator(), _changes(settings.SCRIPT_LIMITS))


def _changes(changed: Mapping[str, float]) -> Changes:
    return tuple(sorted(changed.items()))


@lru_cache(maxsize=4)
def _evaluator(expressions: Changes, scripts: Changes) -> Evaluator:
    return Evaluator(
        replace(SandboxLimits(), **dict(expressions)),
        script_limits=replace(ScriptLimits(), **dict(scripts)),
    )


@lru_cache(maxsize=4)
def _runners(languages: tuple[str, ...], engine: Evaluator, limits: Changes) -> Mapping[str, ScriptRunner]:
    runners: dict[str, ScriptRunner] = dict.fromkeys(LANGUAGES, JavaScriptRunner(engine))
    if PYTHON in languages:
        runners[PYTHON] = PythonRunner(replace(ScriptLimits(), **dict(limits)), hide_parent=True)
    return {language: runner for language, runner in runners.items() if language in languages}
