"""Evaluators with small limits for all tests of this folder.

On a busy machine processor time may take much longer on the wall, so only what the engine can not stop itself
is left to a short wall limit.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from openflow_django.expressions.ports import Evaluated, JavaScriptJob
from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.sandbox.javascript import JavaScriptRunner
from openflow_django.sandbox.limits import MIB, SandboxLimits
from openflow_django.sandbox.scripts import ScriptRunner
from tests.sandbox.running import LIMITS

SMALL = SandboxLimits(
    cpu_s=0.1,
    wall_s=10,
    memory_bytes=16 * MIB,
    source_bytes=4096,
    scope_bytes=256 * 1024,
    result_bytes=64 * 1024,
    error_bytes=500,
)


IMPATIENT = replace(SMALL, wall_s=0.3)


@pytest.fixture(scope="session")
def evaluator() -> Iterator[Evaluator]:
    evaluator = Evaluator(SMALL)
    yield evaluator
    evaluator.close()


@pytest.fixture(scope="session")
def impatient() -> Iterator[Evaluator]:
    """Kills the child soon."""
    evaluator = Evaluator(IMPATIENT)
    yield evaluator
    evaluator.close()


@pytest.fixture(scope="session")
def runner() -> Iterator[ScriptRunner]:
    evaluator = Evaluator(SMALL, script_limits=LIMITS)
    yield JavaScriptRunner(evaluator)
    evaluator.close()


def evaluate(evaluator: Evaluator, expression: str, **scope: Any) -> Evaluated:
    """One expression with all of ``scope`` in scope, as the plans of ``expressions`` send it."""
    return run(evaluator, f"return {expression}\n", **scope)


def run(evaluator: Evaluator, body: str, *, is_async: bool = False, **scope: Any) -> Evaluated:
    """One function body."""
    names = tuple(name for name in scope if not name.startswith("$"))
    [answer] = evaluator.evaluate([JavaScriptJob(body=body, is_async=is_async, names=names)], scope=scope)
    return answer
