"""Computing plans: constants and paths here, all JavaScript of one step in one call of the engine."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, cast

from openflow_django.exceptions import OpenFlowError
from openflow_django.expressions.names import Names
from openflow_django.expressions.paths import HANDED_OVER, RESULTS, read
from openflow_django.expressions.plans import Constant, JavaScriptPlan, PathPlan, Plan, is_truthy
from openflow_django.expressions.ports import (
    RESOURCES,
    VARIABLES,
    Failure,
    JavaScriptEngine,
    JavaScriptJob,
    Lookups,
    Needs,
    Value,
)
from openflow_django.expressions.references import ALL, References
from openflow_django.spec.json import Json, JsonObject

__all__ = ["MAX_CALLS", "MAX_ROUNDS", "evaluate", "evaluate_many"]

MAX_ROUNDS: Final = 10
"""Most calls of the engine for one set of plans."""

MAX_CALLS: Final = 100
"""Most variables and resources that one set of plans may look up."""


def evaluate_many(
    plans: Mapping[str, Plan], names: Names, *, engine: JavaScriptEngine, lookups: Lookups | None = None
) -> dict[str, Value | Failure]:
    """The value of each plan, or the Failure it ended with, in the order of ``plans``.

    Only names that a plan mentions are read from ``names``, and only those travel to the engine. Variables
    and resources are looked up as expressions ask for them, at most MAX_CALLS in MAX_ROUNDS calls of the
    engine.
    """
    answers: dict[str, Value | Failure | None] = {}
    pending: dict[str, JavaScriptPlan] = {}
    for key, plan in plans.items():
        answers[key] = answer = _in_python(plan, names)
        if answer is None:
            pending[key] = plan.javascript if isinstance(plan, PathPlan) else cast(JavaScriptPlan, plan)
    if pending:
        answers.update(_in_javascript(pending, names, engine=engine, lookups=lookups))
    return cast("dict[str, Value | Failure]", answers)


def evaluate(
    plan: Plan, names: Names, *, engine: JavaScriptEngine, lookups: Lookups | None = None
) -> Value | Failure:
    """The value of one plan, or the Failure it ended with."""
    answer = _in_python(plan, names)
    if answer is None:
        answer = evaluate_many({"": plan}, names, engine=engine, lookups=lookups)[""]
    return answer


def _in_python(plan: Plan, names: Names) -> Value | Failure | None:
    """The answer that needs no engine, None where there is none."""
    if isinstance(plan, PathPlan):
        found = read(plan.path, names)
        if found is HANDED_OVER:
            return None
        if isinstance(found, Failure):
            return found
        return Value(is_truthy(found) if plan.judged else found)
    return Value(plan.json) if isinstance(plan, Constant) else None


class _Site:
    """Variables and resources looked up for one set of plans, each at most once."""

    __slots__ = ("_found", "_lookups")

    def __init__(self, lookups: Lookups | None) -> None:
        self._lookups = lookups
        self._found: dict[tuple[str, str], Value | Failure] = {}

    def failure(self, calls: Iterable[tuple[str, str]]) -> Failure | None:
        """Look up what is not known yet; the failure of the first call that cannot be answered."""
        for call in calls:
            if call not in self._found:
                if len(self._found) >= MAX_CALLS:
                    return Failure(
                        "RangeError", f"more than {MAX_CALLS} variables and resources were asked for"
                    )
                self._found[call] = self._look_up(*call)
            found = self._found[call]
            if isinstance(found, Failure):
                return found
        return None

    def scope(self) -> JsonObject:
        """The values found so far, as the engine expects them."""
        found: dict[str, dict[str, Json]] = {VARIABLES: {}, RESOURCES: {}}
        for (kind, path), answer in self._found.items():
            if isinstance(answer, Value):
                found[VARIABLES if kind == "variable" else RESOURCES][path] = answer.json
        return {key: values for key, values in found.items() if values}

    def _look_up(self, kind: str, path: str) -> Value | Failure:
        if self._lookups is None:
            return Failure("Error", f"{kind}() cannot be used here")
        look_up = self._lookups.variable if kind == "variable" else self._lookups.resource
        try:
            return Value(look_up(path))
        except OpenFlowError as error:
            return Failure("Error", error.message)


def _in_javascript(
    plans: Mapping[str, JavaScriptPlan], names: Names, *, engine: JavaScriptEngine, lookups: Lookups | None
) -> dict[str, Value | Failure]:
    jobs = {
        key: JavaScriptJob(body=plan.body, is_async=plan.is_async, names=_visible(plan, names))
        for key, plan in plans.items()
    }
    scope = _scope([(plan.references, jobs[key].names) for key, plan in plans.items()], names)
    site = _Site(lookups)
    answers: dict[str, Value | Failure] = {}
    for _ in range(MAX_ROUNDS):
        evaluated = engine.evaluate(list(jobs.values()), scope={**scope, **site.scope()})
        for key, answer in zip(list(jobs), evaluated, strict=True):
            settled = site.failure(answer.calls) if isinstance(answer, Needs) else _placed(answer, plans[key])
            if settled is not None:
                answers[key] = settled
                del jobs[key]
        if not jobs:
            return answers
    too_many = Failure(
        "RangeError", f"variables and resources were asked for in more than {MAX_ROUNDS} rounds"
    )
    return {**answers, **dict.fromkeys(jobs, too_many)}


def _visible(plan: JavaScriptPlan, names: Names) -> tuple[str, ...]:
    """The names of the scope that a plan may read."""
    if plan.references.everything:
        own = {name for name in names.values if name.isidentifier() or name.replace("$", "_").isidentifier()}
    else:
        own = {root for root in plan.references.roots if root in names.values}
    if names.results is not None and (plan.references.everything or RESULTS in plan.references.roots):
        own.add(RESULTS)
    return tuple(sorted(own))


def _scope(readers: Iterable[tuple[References, tuple[str, ...]]], names: Names) -> JsonObject:
    """The values of all names that are read, objects and results of steps cut down to the keys that are
    read."""
    wanted: dict[str, frozenset[str]] = {}
    steps: dict[str, frozenset[str]] = {}
    for references, roots in readers:
        for root in roots:
            _add(wanted, root, ALL if references.everything else references.keys[root])
        for step_id, keys in references.steps.items():
            _add(steps, step_id, keys)
    return {root: _value(root, keys, steps, names) for root, keys in wanted.items()}


def _add(wanted: dict[str, frozenset[str]], name: str, keys: frozenset[str]) -> None:
    known = wanted.get(name, frozenset[str]())
    wanted[name] = ALL if keys is ALL or known is ALL else known | keys


def _value(root: str, keys: frozenset[str], steps: Mapping[str, frozenset[str]], names: Names) -> Json:
    results = names.results
    if root != RESULTS or results is None:
        return _cut(names.values[root], keys)
    if keys is ALL:
        return {step_id: results.get(step_id) for step_id in results.ids()}
    return {step_id: _cut(results.get(step_id), steps[step_id]) for step_id in sorted(keys)}


def _cut(value: Json, keys: frozenset[str]) -> Json:
    """An object with these keys only; anything else is whole."""
    if keys is ALL or not isinstance(value, dict):
        return value
    return {key: value[key] for key in sorted(keys) if key in value}


def _placed(answer: Value | Failure, plan: JavaScriptPlan) -> Value | Failure:
    """A failure with its position in the author's text instead of the function body."""
    if isinstance(answer, Value) or answer.column is None or answer.line != plan.line:
        return answer
    return replace(answer, column=max(1, answer.column - plan.shift))
