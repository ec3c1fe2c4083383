"""Expressions and embedded scripts: paths in Python, JavaScript in the sandbox."""

import itertools
import time
from collections.abc import Iterator
from typing import Any

from openflow_django.engine.evaluation import Expressions
from openflow_django.engine.outcome import Outcome
from openflow_django.engine.scope import FlowContext, RunInfo, Scope
from openflow_django.sandbox.engine_process import has_type_stripper
from openflow_django.sandbox.evaluator import Evaluator
from openflow_django.sandbox.javascript import JavaScriptRunner
from openflow_django.sandbox.scripts import ScriptJob
from openflow_django.spec.transforms import JavaScript
from tests.benchmarks.figures import Figure, Skipped, at_most
from tests.benchmarks.site import Site
from tests.benchmarks.timing import Spread, timed

__all__ = ["figures"]

LOOPS = 1000

SCRIPT = """
type Line = { price: number; count: number };

export async function main(lines: Line[], discount: number = 0) {
  const total = lines.reduce((sum: number, line: Line) => sum + line.price * line.count, 0);
  return { total, discounted: total * (1 - discount) };
}
"""


def figures(site: Site) -> Iterator[Figure | Skipped]:
    evaluator = Evaluator()
    try:
        expressions = Expressions(evaluator)
        yield _path(expressions)
        yield from _javascript(expressions)
        yield from _scripts(JavaScriptRunner(evaluator))
    finally:
        evaluator.close()


def _scope() -> Scope:
    scope = Scope(FlowContext(RunInfo()), {"order": {"id": 7, "total": 12.5}, "items": [1, 2, 3]})
    for number in range(10):
        scope.finish(f"s{number}", Outcome({"total": number, "name": f"step {number}"}))
    return scope


def _path(expressions: Expressions) -> Figure:
    scope = _scope()
    names = scope.names()

    def plain() -> None:
        for _ in range(LOOPS):
            scope.results["s3"]["total"]

    def path() -> None:
        for _ in range(LOOPS):
            expressions.value("results.s3.total", names)

    return Figure.of(
        "path expression",
        timed(path, times=60),
        unit="us",
        per=LOOPS,
        floor=timed(plain, times=60),
        floor_per=LOOPS,
        target=at_most(1),
    )


def _javascript(expressions: Expressions) -> Iterator[Figure]:
    scope = _scope()
    names = scope.names()
    floor = timed(lambda: scope.results["s3"]["total"] * 2 + 1, times=400)
    one = timed(lambda: expressions.value("results.s3.total * 2 + 1", names), times=400, warm=20)
    yield _figure("JavaScript expression, isolated", one, limit=200, floor=floor)
    # Then the sandbox has had the time to make the next realm, as it has between most steps.
    after = timed(
        lambda: expressions.value("results.s3.total * 2 + 1", names),
        times=200,
        prepare=lambda: time.sleep(0.001),
    )
    yield _figure("JavaScript expression, isolated, after a pause", after, limit=200, floor=floor)
    ten = {f"arg{number}": JavaScript(f"results.s{number}.total * 2 + {number}") for number in range(10)}
    many = timed(lambda: expressions.transforms(ten, names), times=300, warm=20)
    yield _figure("ten JavaScript expressions of one step", many, limit=400, floor=floor)
    paths = {f"arg{number}": JavaScript(f"results.s{number}.total") for number in range(10)}
    many = timed(lambda: expressions.transforms(paths, scope.names()), times=400)
    yield _figure("ten paths of one step", many, limit=10, floor=floor)
    scope.finish("big", Outcome({"rows": ["x" * 1000] * 5000, "total": 41}))
    large = timed(lambda: expressions.value("results.s3.total + 1", scope.names()), times=300, warm=20)
    yield _figure("JavaScript expression beside a result of 5 MB", large, limit=300, floor=floor)
    one_key = timed(lambda: expressions.value("results.big.total + 1", scope.names()), times=60, warm=3)
    yield _figure("JavaScript expression that reads one key of 5 MB", one_key, limit=300, floor=floor)
    wide = _scope()
    wide.flow_input = {"rows": ["x" * 1000] * 5000, "total": 41}
    cut = timed(lambda: expressions.value("flow_input.total + 1", wide.names()), times=300, warm=20)
    yield _figure("JavaScript expression over one key of an input of 5 MB", cut, limit=300, floor=floor)


def _scripts(runner: JavaScriptRunner) -> Iterator[Figure | Skipped]:
    if not has_type_stripper():
        yield Skipped("scripts", "the bundle that strips types is not built: pip install -e .")
        return
    args: dict[str, Any] = {"lines": [{"price": 2, "count": 3}, {"price": 5, "count": 1}], "discount": 0.1}
    numbers = itertools.count()

    def fresh() -> None:
        """A text that was never seen: its types are stripped."""
        result = runner.run(ScriptJob(language="bun", content=f"{SCRIPT}// {next(numbers)}", args=args))
        assert result.ok, result.error

    def known() -> None:
        runner.run(ScriptJob(language="bun", content=SCRIPT, args=args))

    first = timed(fresh, times=40, warm=2)
    yield Figure.of("TypeScript, first run of a text", first, unit="ms", target=at_most(30))
    again = timed(known, times=300, warm=20)
    yield Figure.of("embedded script", again, unit="ms", target=at_most(0.5))


def _figure(name: str, spread: Spread, *, limit: float, floor: Spread) -> Figure:
    return Figure.of(name, spread, unit="us", floor=floor, target=at_most(limit))
