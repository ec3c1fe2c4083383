"""The real sandbox for tests: one for the process, started when first used. All languages are on."""

from collections.abc import Mapping
from functools import lru_cache

from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.sandbox.javascript import LANGUAGES, JavaScriptRunner
from openflow_django.sandbox.python import PythonRunner
from openflow_django.sandbox.scripts import ScriptRunner
from openflow_django.worker.runners import PYTHON

__all__ = ["evaluator", "runners"]


@lru_cache(maxsize=1)
def evaluator() -> Evaluator:
    """The evaluator of expressions."""
    return Evaluator()


@lru_cache(maxsize=1)
def runners() -> Mapping[str, ScriptRunner]:
    """A runner for each script language."""
    javascript: dict[str, ScriptRunner] = dict.fromkeys(LANGUAGES, JavaScriptRunner(evaluator()))
    return {**javascript, PYTHON: PythonRunner()}
