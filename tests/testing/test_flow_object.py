"""The flow object that a run leaves: what a webhook's answer is read from."""

from openflow_django.testing import run_flow
from tests.testing.build import branch_one, call, fail, flow, give, loop, step

CONDITION = {
    "type": "script",
    "path": "op/condition",
    "input_transforms": {"filter": {"type": "static", "value": {"$trigger": {"n": {"_eq": 2}}}}},
}


def test_it_holds_the_trigger_and_what_each_step_gave() -> None:
    run = run_flow(
        flow(give("a", 1), give("b", "[results.a]")),
        {"i": 1},
        trigger={"n": 1},
        accountability={"user": "7"},
        env={"A": "1"},
    )
    assert run.data == {
        "$trigger": {"n": 1},
        "$last": [1],
        "$accountability": {"user": "7"},
        "$env": {"A": "1"},
        "a": 1,
        "b": [1],
    }


def test_without_steps_the_last_value_is_the_trigger() -> None:
    assert run_flow(flow(), {"i": 1}, trigger={"n": 1}).data["$last"] == {"n": 1}
    assert run_flow(flow(), {"i": 1}).data["$last"] == run_flow(flow(), {"i": 1}).data["$trigger"] == {"i": 1}


def test_a_failed_step_stands_as_its_bare_error() -> None:
    branch = {"modules": [give("b", 5)], "then": "stop"}
    run = run_flow(flow(step("a", CONDITION, error_branch=branch)), trigger={"n": 1})
    assert run.data["a"][0]["extensions"]["type"] == "in"
    assert run.data["$last"] == run.data["b"] == 5
    stopped = run_flow(flow(fail("a", "bad"), give("b", 5)), trigger={"n": 1})
    assert stopped.data["$last"] == stopped.data["a"] == stopped.error
    assert "b" not in stopped.data


def test_steps_of_called_flows_are_theirs() -> None:
    flows = {"f/inner": flow(give("a", "flow_input.n + 1"), give("b", 7))}
    document = flow(
        loop("l", "[1, 2]", call("c", "f/inner", {"n": "flow_input.iter.value"})),
        branch_one("d", default=[give("e", 3)]),
    )
    run = run_flow(document, {}, flows=flows)
    assert {key: run.data[key] for key in run.data if not key.startswith("$")} == {
        "c": 7,
        "l": [7, 7],
        "e": 3,
        "d": 3,
    }
    assert run.data["$last"] == 3


def test_the_error_branch_of_a_call_is_the_flows_own() -> None:
    flows = {"f/inner": flow(fail("x", "bad"))}
    branch = {"modules": [give("y", 1)], "then": "stop"}
    run = run_flow(flow(call("c", "f/inner", error_branch=branch)), {}, flows=flows)
    assert (run.data["y"], run.data["$last"], "x" in run.data) == (1, 1, False)


def test_env_is_seen_by_steps() -> None:
    assert run_flow(flow(give("a", "$env.A")), {}, env={"A": "1"}).result == "1"
    assert run_flow(flow(give("a", "$env")), {}).result == {}
