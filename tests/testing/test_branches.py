"""branchone and branchall (semantics section 4)."""

from typing import Any

import pytest

from openflow_django.testing import run_flow
from tests.testing.build import branch, branch_all, branch_one, fail, flow, give, identity, loop, script
from tests.testing.steps import runs

# --------------------------------------------------------------------------------------------- branchone


@pytest.mark.parametrize(("n", "result"), [(1, "one"), (2, "two"), (3, "rest")])
def test_the_first_branch_whose_predicate_holds_is_chosen_else_the_default(n: int, result: str) -> None:
    choice = branch_one(
        "b",
        branch(give("x", "'one'"), expr="flow_input.n === 1"),
        branch(give("y", "'two'"), expr="flow_input.n <= 2"),
        default=[give("z", "'rest'")],
    )
    run = run_flow(flow(choice), {"n": n})
    assert (run.status, run.result, runs(run, "x") + runs(run, "y") + runs(run, "z")) == (
        "success",
        result,
        1,
    )


def test_predicates_after_the_chosen_one_are_not_evaluated() -> None:
    choice = branch_one("b", branch(give("x", 1), expr="true"), branch(give("y", 2), expr="no.such"))
    assert run_flow(flow(choice), {}).result == 1


@pytest.mark.parametrize(
    "expr", ["previous_result === 5", "result === 5", "results.a", "flow_input.n", "flow_env.K", "'x'", "[]"]
)
def test_what_predicates_see(expr: str) -> None:
    choice = branch_one("b", branch(give("x", 1), expr=expr), default=[give("y", 2)])
    assert run_flow(flow(give("a", 5), choice, flow_env={"K": 1}), {"n": 4}).result == 1


@pytest.mark.parametrize("expr", ["false", "0", "''", "null", "results.no", "flow_input.no", ""])
def test_what_is_falsy_chooses_nothing(expr: str) -> None:
    choice = branch_one("b", branch(give("x", 1), expr=expr), default=[give("y", 2)])
    assert run_flow(flow(choice), {}).result == 2


def test_the_result_is_the_last_of_the_chosen_list_and_so_is_that_by_id() -> None:
    choice = branch_one("b", default=[give("x", 1), give("y", 2)])
    assert run_flow(flow(choice, give("z", "[previous_result, results.b]")), {}).result == [2, 2]


def test_the_chosen_list_has_the_enclosing_input() -> None:
    choice = branch_one("b", default=[give("x", "[flow_input.n, previous_result]")])
    assert run_flow(flow(give("a", 5), choice), {"n": 4}).result == [4, {"n": 4}]


def test_an_empty_choice_passes_the_previous_result_on_without_a_job() -> None:
    for choice in (branch_one("b"), branch_one("b", branch(expr="true"), default=[give("x", 1)])):
        run = run_flow(flow(give("a", 5), choice, give("z", "[previous_result, results.b]")), {})
        assert (run.result, runs(run, "b")) == ([5, 5], 0)


def test_an_empty_choice_as_the_first_module_gives_the_flow_input() -> None:
    # Quirk 3: not the text "{}".
    assert run_flow(flow(branch_one("b")), {"n": 4}).result == {"n": 4}


def test_results_of_the_chosen_branch_can_be_read_after_it_and_those_of_others_are_null() -> None:
    choice = branch_one("b", branch(give("x", 1), expr="true"), branch(give("y", 2), expr="true"))
    assert run_flow(flow(choice, give("z", "[results.x, results.y]")), {}).result == [1, None]


def test_outer_results_can_be_read_inside() -> None:
    choice = branch_one("b", default=[branch_one("c", default=[give("x", "results.a + 1")])])
    assert run_flow(flow(give("a", 1), choice), {}).result == 2


def test_a_failing_predicate_is_a_failure_of_the_step() -> None:
    choice = branch_one("b", branch(give("x", 1), expr="flow_input.x.y"), default=[give("y", 2)])
    run = run_flow(flow(choice), {})
    assert (run.status, run.result["error"]["step_id"], runs(run, "y")) == ("failure", "b", 0)
    tolerant = {**choice, "continue_on_error": True}
    assert run_flow(flow(tolerant, give("z", "previous_result.error.step_id")), {}).result == "b"


@pytest.mark.parametrize("expr", ["return true", "true; false", "let a = 1", "if (true) 1"])
def test_a_predicate_is_one_expression(expr: str) -> None:
    choice = branch_one("b", branch(give("x", 1), expr=expr), default=[give("y", 2)])
    assert run_flow(flow(choice), {}).status == "failure"


def test_a_failing_branch_fails_the_flow_with_its_result() -> None:
    run = run_flow(flow(branch_one("b", default=[give("x", 1), fail("y")]), identity("z")), {})
    assert (run.status, run.result["error"]["step_id"], runs(run, "z")) == ("failure", "y", 0)


# --------------------------------------------------------------------------------------------- branchall


@pytest.mark.parametrize("parallel", [True, False, None])
def test_the_result_is_the_list_of_branch_results_in_their_order(parallel: bool | None) -> None:
    fork = branch_all("b", branch(give("x", 1)), branch(give("y", 2), give("v", 3)), parallel=parallel)
    run = run_flow(flow(fork, give("z", "[previous_result, results.b]")), {})
    assert (run.status, run.result) == ("success", [[1, 3], [1, 3]])


@pytest.mark.parametrize("parallel", [True, False])
def test_every_branch_has_the_enclosing_input_as_its_input_and_first_previous_result(parallel: bool) -> None:
    inner = [give(name, "[flow_input.n, previous_result.n]") for name in "xy"]
    fork = branch_all("b", *(branch(module) for module in inner), parallel=parallel)
    assert run_flow(flow(give("a", 1), fork), {"n": 4}).result == [[4, 4], [4, 4]]


@pytest.mark.parametrize("parallel", [True, False])
def test_no_branches_give_an_empty_list(parallel: bool) -> None:
    assert run_flow(flow(give("a", 1), branch_all("b", parallel=parallel)), {}).result == []


@pytest.mark.parametrize("parallel", [True, False])
def test_a_branch_without_modules_gives_the_flow_input(parallel: bool) -> None:
    fork = branch_all("b", branch(), branch(give("x", 1)), parallel=parallel)
    assert run_flow(flow(give("a", 5), fork), {"n": 4}).result == [{"n": 4}, 1]


def test_in_parallel_all_branches_run_to_their_end_and_the_list_is_complete() -> None:
    fork = branch_all("b", branch(fail("x")), branch(give("y", 2)), branch(fail("v", "two")), parallel=True)
    run = run_flow(flow(fork, identity("z")), {})
    assert (run.status, runs(run, "y"), runs(run, "z")) == ("failure", 1, 0)
    assert [run.result[0]["error"]["message"], run.result[1], run.result[2]["error"]["message"]] == [
        "bad",
        2,
        "two",
    ]


def test_parallel_is_the_default() -> None:
    run = run_flow(flow(branch_all("b", branch(fail("x")), branch(give("y", 2)))), {})
    assert (run.status, runs(run, "y")) == ("failure", 1)


def test_in_sequence_the_first_failing_branch_ends_it_with_the_list_so_far() -> None:
    fork = branch_all("b", branch(give("x", 1)), branch(fail("y")), branch(give("v", 3)), parallel=False)
    run = run_flow(flow(fork, identity("z")), {})
    assert (run.status, len(run.result), run.result[0]) == ("failure", 2, 1)
    assert (run.result[1]["error"]["step_id"], runs(run, "v")) == ("y", 0)


@pytest.mark.parametrize("parallel", [True, False])
def test_skip_failure_tolerates_a_failing_branch(parallel: bool) -> None:
    branches = (branch(fail("x"), skip_failure=True), branch(give("y", 2), skip_failure=False))
    run = run_flow(flow(branch_all("b", *branches, parallel=parallel), give("z", "previous_result")), {})
    assert (run.status, run.result[0]["error"]["message"], run.result[1]) == ("success", "bad", 2)


@pytest.mark.parametrize("parallel", [True, False])
def test_skip_failure_is_for_its_own_branch_only(parallel: bool) -> None:
    branches = (branch(give("x", 1), skip_failure=True), branch(fail("y"), skip_failure=False))
    assert run_flow(flow(branch_all("b", *branches, parallel=parallel)), {}).status == "failure"


def test_skip_failure_is_off_by_default() -> None:
    assert run_flow(flow(branch_all("b", branch(fail("x")))), {}).status == "failure"


def test_after_a_sequential_branchall_its_steps_can_be_read_by_id() -> None:
    fork = branch_all("b", branch(give("x", 1)), branch(give("y", "results.x")), parallel=False)
    assert run_flow(flow(fork, give("z", "[results.x, results.y]")), {}).result == [1, 1]


def test_after_a_parallel_branchall_too_an_executed_branch_can_be_read() -> None:
    inner = branch_one("c", default=[give("y", 2)])
    fork = branch_all(
        "b", branch(give("x", 1)), branch(inner), branch(fail("v"), skip_failure=True), parallel=True
    )
    run = run_flow(flow(fork, give("z", "[results.x, results.y, results.c, results.v.error.message]")), {})
    assert run.result == [1, 2, 2, "bad"]


def test_branches_see_the_outer_results_and_parallel_ones_not_each_other() -> None:
    fork = branch_all("b", branch(give("x", "results.a")), branch(give("y", "results.x")), parallel=True)
    assert run_flow(flow(give("a", 1), fork), {}).result == [1, None]


def test_a_tolerant_branchall_goes_on_with_its_list() -> None:
    fork = branch_all("b", branch(fail("x")), branch(give("y", 2)), continue_on_error=True)
    run = run_flow(flow(fork, give("z", "[results.b[0].error.message, results.b[1]]")), {})
    assert (run.status, run.result) == ("success", ["bad", 2])


def test_branchall_in_branchall_in_a_loop() -> None:
    inner = branch_all("i", branch(give("x", "flow_input.iter.value")), branch(give("y", "'y'")))
    outer = branch_all("o", branch(inner), branch(give("v", 0)), parallel=False)
    assert run_flow(flow(loop("l", [1, 2], outer)), {}).result == [[[1, "y"], 0], [[2, "y"], 0]]


def test_containers_leave_one_record_each() -> None:
    run = run_flow(flow(branch_all("b", branch(script("x", "return 1;")))), {})
    record = run.steps["b"][0]
    assert (record.status, record.result, runs(run, "b")) == ("success", [1], 1)


def test_a_failed_container_has_a_failed_record() -> None:
    run = run_flow(flow(branch_all("b", branch(fail("x")))), {})
    statuses: Any = (run.steps["b"][0].status, run.steps["x"][0].status)
    assert statuses == ("failure", "failure")
