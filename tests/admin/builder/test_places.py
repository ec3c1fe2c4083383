"""Where steps stand and what they can read, held against what the engine shows them."""

from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openflow_django.admin.builder.places import find, kind_of, step_id, steps_of
from openflow_django.operations.base import Operation, OperationError, operations
from openflow_django.testing import run_flow
from tests.testing.build import branch, branch_all, branch_one, flow, identity, loop, step, while_loop

DOCUMENT = flow(
    identity("a"),
    loop(
        "outer",
        [1, 2],
        identity("b"),
        branch_one(
            "choice",
            branch(identity("c"), loop("inner", [1], identity("d"), identity("e")), expr="true"),
            default=[identity("f")],
        ),
        identity("g", error_branch={"modules": [identity("h"), identity("i")], "then": "stop"}),
    ),
    branch_all("all", branch(identity("j")), branch(identity("k"), identity("l"))),
    loop("many", [1], identity("m"), identity("n"), parallel=True),
    identity("z"),
    failure_module=identity("failure"),
    preprocessor_module=identity("preprocessor"),
)


@pytest.mark.parametrize(
    ("wanted", "path", "visible"),
    [
        ("a", "a", []),
        ("preprocessor", "preprocessor", []),
        ("b", "outer/1/b", ["a"]),
        ("e", "outer/1/choice/0/inner/2/e", ["a", "b", "c", "d"]),
        ("f", "outer/1/choice/default/f", ["a", "b"]),
        ("g", "outer/1/g", ["a", "b", "choice", "c", "inner", "d", "e", "f"]),
        ("i", "outer/1/g/error/i", ["a", "b", "choice", "c", "inner", "d", "e", "f", "g", "h"]),
        ("l", "all/1/l", ["a", "outer", "b", "choice", "c", "inner", "d", "e", "f", "g", "h", "i", "k"]),
        ("n", "many/1/n", None),
    ],
)
def test_a_step_has_a_path_and_reads_what_came_before(wanted, path, visible) -> None:
    place = find(DOCUMENT, wanted)
    assert place.path([1, 2]) == path
    if visible is not None:
        assert [step_id(step) for step, _ in place.visible()] == visible


def test_parallel_iterations_keep_their_results_and_the_failure_module_reads_all() -> None:
    seen = {step_id(step) for step, _ in find(DOCUMENT, "z").visible()}
    assert {"many", "all", "j", "k"} <= seen
    assert not {"m", "n"} & seen
    last = [step_id(step) for step, _ in find(DOCUMENT, "failure").visible()]
    assert last[-1] == "z"
    assert find(DOCUMENT, "failure").path() == "failure"


def test_paths_of_visible_steps_have_the_iterations_around_the_place() -> None:
    paths = {step_id(step): path for step, path in find(DOCUMENT, "e").visible([4, 5])}
    assert paths == {"a": "a", "b": "outer/4/b", "c": "outer/4/choice/0/c", "d": "outer/4/choice/0/inner/5/d"}
    after = {step_id(step): path for step, path in find(DOCUMENT, "z").visible([4])}
    assert after["d"] == "outer/*/choice/0/inner/*/d"


def test_loops_and_the_failed_step_around_a_place() -> None:
    place = find(DOCUMENT, "e")
    assert [step_id(each) for each in place.loops] == ["outer", "inner"]
    assert [step_id(each.step) for each in place.around()] == ["outer", "choice", "inner"]
    assert place.failed is None
    assert step_id(find(DOCUMENT, "i").failed) == "g"
    assert step_id(find(DOCUMENT, "i").before) == "h"
    assert find(DOCUMENT, "h").before is None


@pytest.mark.parametrize(
    "document",
    [None, [], {}, {"value": 5}, {"value": {"modules": [None, 5, {"id": 3}, {"id": "a", "value": []}]}}],
)
def test_what_is_no_flow_has_places_all_the_same(document) -> None:
    assert find(document, "nowhere") is None
    assert set(steps_of(document)) <= {"", "a"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["a", "forloopflow", "branchone"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "value", "type", "modules", "branches", "default", "error_branch", "tools"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(JSON)
def test_places_are_found_in_any_json(document) -> None:
    place = find(document, "a")
    if place is not None:
        place.visible()
        place.path([1])
        list(place.around())


# Held against the engine


def leaf(number: int, *, fails: bool, **settings: Any) -> dict[str, Any]:
    value = {
        "type": "script",
        "path": "op/watch",
        "input_transforms": {"fails": {"type": "static", "value": fails}},
    }
    return step(f"s{number}", value, **settings)


@st.composite
def documents(draw: Any) -> dict[str, Any]:
    numbers = count()

    def modules(depth: int) -> list[dict[str, Any]]:
        return [module(depth) for _ in range(draw(st.integers(1, 3)))]

    def module(depth: int) -> dict[str, Any]:
        kind = draw(st.sampled_from(["leaf", "error", "for", "parallel", "one", "all", "each", "while"]))
        name = f"s{next(numbers)}"
        if depth == 0 or kind == "leaf":
            return leaf(next(numbers), fails=False)
        if kind == "error":
            branch_modules = {"modules": modules(depth - 1), "then": "continue"}
            return leaf(next(numbers), fails=True, error_branch=branch_modules)
        if kind in ("for", "parallel"):
            return loop(name, [1, 2], *modules(depth - 1), parallel=kind == "parallel")
        if kind == "while":
            stop = {"expr": "flow_input.iter === undefined || true", "skip_if_stopped": False}
            return while_loop(name, *modules(depth - 1), stop_after_if=stop)
        if kind == "one":
            chosen = draw(st.sampled_from(["true", "false"]))
            return branch_one(name, branch(*modules(depth - 1), expr=chosen), default=modules(depth - 1))
        made = branch_all(name, branch(*modules(depth - 1)), branch(*modules(depth - 1)))
        made["value"]["parallel"] = kind == "all"
        return made

    return flow(*modules(3))


@settings(max_examples=60)
@given(documents())
def test_the_engine_shows_what_is_said_to_be_visible(document) -> None:
    seen: list[tuple[str, frozenset[str]]] = []
    known = set(steps_of(document))

    def watch(options: Any, context: Any) -> Any:
        seen.append((context.step_id, frozenset(name for name in context.data if name in known)))
        if options.get("fails"):
            raise OperationError("as asked")
        return 1

    made = Operation(type="watch", label="Watch", options_schema={"type": "object"}, run=watch)
    with operations.temporarily("watch", made):
        assert run_flow(document, {}).status == "success"
    for name, shown in seen:
        place = find(document, name)
        said = {step_id(each) for each, _ in place.visible()}
        rounds = {
            inner
            for owner in place.loops
            for inner in steps_of({"value": {"modules": [owner]}})
            if kind_of(owner) in ("forloopflow", "whileloopflow")
        }
        assert shown <= said | rounds, name
        siblings = {step_id(each) for level, index in place.levels for each in level.steps[:index]}
        assert siblings <= shown, name
