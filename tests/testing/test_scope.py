"""Which names an expression sees, at every place where one may stand (semantics section 3)."""

from collections.abc import Callable
from typing import Any

import pytest

from openflow_django.testing import run_flow
from tests.testing.build import (
    Part,
    branch,
    branch_one,
    constant,
    fail,
    flow,
    give,
    identity,
    js,
    loop,
    static,
    stop,
)

INPUT = {"n": 4, "null": None, "deep": {"list": [1, {"k": "v"}]}, "a b": 5, "имя": 6}
ENV = {"KEY": "env", "N": 2}
Place = Callable[[str], Part]


def value_at(place: str, expr: str) -> Any:
    """Whether ``expr`` holds where it stands: every document ends with "yes" or "no". None: the flow
    failed."""
    run = run_flow(PLACES[place](expr), INPUT)
    return run.result if run.status in ("success", "skipped") else None


def in_transform(expr: str) -> Part:
    return flow(give("a", 1), give("b", f"({expr}) ? 'yes' : 'no'"), flow_env=ENV)


def in_skip(expr: str) -> Part:
    return flow(
        give("a", 1),
        give("b", "'no'", skip_if={"expr": expr}),
        give("c", "previous_result === 1 ? 'yes' : 'no'"),
        flow_env=ENV,
    )


def in_predicate(expr: str) -> Part:
    choice = branch_one("b", branch(give("x", "'yes'"), expr=expr), default=[give("y", "'no'")])
    return flow(give("a", 1), choice, flow_env=ENV)


def in_iterator(expr: str) -> Part:
    return flow(
        give("a", 1),
        loop("l", f"({expr}) ? ['yes'] : ['no']", give("x", "flow_input.iter.value")),
        give("z", "results.l[0]"),
        flow_env=ENV,
    )


def in_parallelism(expr: str) -> Part:
    module = loop(
        "l",
        [1, 2],
        give("x", 1, sleep=static(10)),
        identity("y"),
        parallel=True,
        parallelism=js(f"({expr}) ? 2 : 'none'"),
    )
    return flow(
        give("a", 1),
        {**module, "continue_on_error": True},
        give("z", "error.name === 'ExecutionErr' ? 'no' : 'yes'"),
        flow_env=ENV,
    )


def in_timeout(expr: str) -> Part:
    module = give("b", "'yes'", timeout=js(f"({expr}) ? 5 : 'none'"), continue_on_error=True)
    return flow(give("a", 1), module, give("z", "previous_result === 'yes' ? 'yes' : 'no'"), flow_env=ENV)


def in_sleep(expr: str) -> Part:
    module = give("a", 1, sleep=js(f"({expr}) ? 0 : 'none'"), continue_on_error=True)
    return flow(module, give("z", "previous_result === 1 ? 'yes' : 'no'"), flow_env=ENV)


def in_stop(expr: str) -> Part:
    return flow(
        give("a", "'yes'", stop_after_if=stop(expr.replace("=== 1", "=== 'yes'"))),
        give("b", "'no'"),
        flow_env=ENV,
    )


def in_stop_all(expr: str) -> Part:
    module = loop("a", [1], give("x", 1), stop_after_all_iters_if=stop(expr))
    return flow(
        loop("o", [1], module, give("b", "'no'")),
        give("z", "results.o[0] === 'no' ? 'no' : 'yes'"),
        flow_env=ENV,
    )


def in_retry(expr: str) -> Part:
    module = fail(
        "a",
        retry=constant(1, 5, retry_if={"expr": expr.replace("=== 1", ".error.message === 'bad'")}),
        continue_on_error=True,
    )
    return flow(module, give("z", "'' + Date.now()"), flow_env=ENV)


PLACES: dict[str, Place] = {
    "transform": in_transform,
    "skip_if": in_skip,
    "predicate": in_predicate,
    "iterator": in_iterator,
    "parallelism": in_parallelism,
    "timeout": in_timeout,
    "sleep": in_sleep,
    "stop_after_if": in_stop,
    "stop_after_all_iters_if": in_stop_all,
}
EVERYWHERE = (*PLACES, "retry_if")


def holds(place: str, expr: str) -> bool | None:
    if place == "retry_if":
        return len(run_flow(in_retry(expr), INPUT).steps["a"]) == 2
    found = value_at(place, expr)
    return None if found is None else found == "yes"


@pytest.mark.parametrize("place", EVERYWHERE)
@pytest.mark.parametrize(
    "expr",
    [
        "true",
        "OWN",
        "flow_env.KEY === 'env'",
        "flow_env['N'] === 2",
        "typeof error === 'object'",
        "variable('u/me/v') === 'value'",
        "resource('u/me/r').port === 5432",
    ],
)
def test_names_that_are_there_everywhere(place: str, expr: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_with_lookups(document: Any, given: Any) -> Any:
        return original(document, given, variables={"u/me/v": "value"}, resources={"u/me/r": {"port": 5432}})

    if expr == "OWN":
        expr = "previous_result[0] === 1" if place == "stop_after_all_iters_if" else "previous_result === 1"
    original = run_flow
    monkeypatch.setitem(globals(), "run_flow", run_with_lookups)
    assert holds(place, expr) is True


@pytest.mark.parametrize("place", EVERYWHERE)
def test_flow_input_is_there_everywhere(place: str) -> None:
    if place == "stop_after_all_iters_if":
        assert holds(place, "flow_input.n === 4 && flow_input.iter.index === 0") is True
    assert holds(place, "flow_input.n === 4") is True
    assert holds(place, "flow_input.deep.list[1].k === 'v' && flow_input['a b'] === 5") is True
    assert holds(place, "flow_input.n === 5") is not True


@pytest.mark.parametrize("place", [place for place in PLACES if place != "sleep"])
def test_results_are_there(place: str) -> None:
    own = "[0] === 1" if place == "stop_after_all_iters_if" else " === 1"
    for form in ("results.a", "results['a']", "results?.a"):
        assert holds(place, form + own) is True
    assert holds(place, "results.nobody === null") is True


@pytest.mark.parametrize("place", ["sleep", "retry_if"])
def test_results_are_not_there(place: str) -> None:
    assert holds(place, "typeof results === 'undefined'") is True


@pytest.mark.parametrize(
    "place",
    ["skip_if", "predicate", "iterator", "parallelism", "timeout", "sleep", "stop_after_if", "retry_if"],
)
def test_result_is_the_previous_or_own_result(place: str) -> None:
    assert holds(place, "result === 1") is True


@pytest.mark.parametrize(
    "place", ["skip_if", "predicate", "stop_after_if", "stop_after_all_iters_if", "retry_if"]
)
@pytest.mark.parametrize("expr", ["return true", "true;", "let x = true", "if (true) {}"])
def test_conditions_are_single_expressions(place: str, expr: str) -> None:
    assert holds(place, expr) is not True


@pytest.mark.parametrize("place", EVERYWHERE)
def test_there_is_neither_network_nor_timers_nor_modules(place: str) -> None:
    for name in ("fetch", "setTimeout", "setInterval", "require", "process", "Deno", "XMLHttpRequest"):
        assert holds(place, f"typeof {name} === 'undefined'") is True, name
