"""Flows and scripts by path (semantics section 4)."""

from typing import Any

import pytest

from openflow_django.testing import run_flow
from tests.testing.build import call, constant, fail, flow, give, identity, js, loop, static, stored
from tests.testing.steps import runs

DOUBLE = flow(give("s", "flow_input.n * 2"))


# ------------------------------------------------------------------------------------------------- flows


def test_the_mapped_arguments_are_the_whole_input() -> None:
    flows = {"f/echo": flow(identity("s"))}
    run = run_flow(
        flow(give("a", 5), call("c", "f/echo", {"n": "results.a", "k": [1]})), {"other": 1}, flows=flows
    )
    assert (run.status, run.result) == ("success", {"n": 5, "k": [1]})


@pytest.mark.parametrize("given", [[1, 2], "text", 0, None, {"a": {}}])
def test_an_argument_named_trigger_is_the_whole_input_of_any_type(given: Any) -> None:
    flows = {"f/echo": flow(give("s", "[$trigger, $last, flow_input]"))}
    document = flow(call("c", "f/echo", {"$trigger": static(given), "beside": 1}))
    assert run_flow(document, {}, flows=flows).result == [given, given, given]


def test_its_result_is_the_result_of_the_step() -> None:
    document = flow(call("c", "f/double", {"n": 4}), give("z", "[previous_result, results.c]"))
    assert run_flow(document, {}, flows={"f/double": DOUBLE}).result == [8, 8]


def test_without_arguments_the_input_is_empty() -> None:
    flows = {"f/echo": flow(identity("s"))}
    assert run_flow(flow(call("c", "f/echo")), {"n": 1}, flows=flows).result == {}


def test_the_first_step_of_the_called_flow_has_its_input_as_previous_result() -> None:
    flows = {"f/first": flow(give("s", "previous_result"))}
    assert run_flow(flow(give("a", 1), call("c", "f/first", {"k": 2})), {}, flows=flows).result == {"k": 2}


def test_neither_sees_the_steps_of_the_other() -> None:
    flows = {"f/look": flow(give("s", "[results.a, flow_input.n ?? null]"))}
    document = flow(give("a", 1), call("c", "f/look"), give("z", "[results.c, results.s]"))
    assert run_flow(document, {"n": 1}, flows=flows).result == [[None, None], None]


def test_ids_may_repeat_between_flows() -> None:
    flows = {"f/same": flow(give("a", 2), give("b", "results.a"))}
    document = flow(give("a", 1), call("b", "f/same"), give("c", "[results.a, results.b]"))
    assert run_flow(document, {}, flows=flows).result == [1, 2]


def test_each_has_its_own_flow_env() -> None:
    # Quirk 6: not that of the caller, even where it has none itself.
    look = give("s", "flow_env.K ?? null")
    flows = {"f/own": flow(look, flow_env={"K": "inner"}), "f/none": flow(look)}
    document = flow(
        call("c", "f/own"), call("d", "f/none"), give("z", "[results.c, results.d]"), flow_env={"K": "outer"}
    )
    assert run_flow(document, {}, flows=flows).result == ["inner", None]


def test_loops_of_the_caller_are_not_visible() -> None:
    flows = {"f/look": flow(give("s", "flow_input"))}
    run = run_flow(flow(loop("l", [1], call("c", "f/look", {"v": "flow_input.iter.value"}))), {}, flows=flows)
    assert run.result == [{"v": 1}]


def test_a_failure_fails_the_step_with_the_result_of_the_called_flow() -> None:
    flows = {"f/bad": flow(fail("s"))}
    run = run_flow(flow(call("c", "f/bad"), identity("z")), {}, flows=flows)
    assert (run.status, run.result["error"]["step_id"], runs(run, "z")) == ("failure", "s", 0)


def test_both_failure_modules_run_each_for_its_own_flow() -> None:
    flows = {"f/bad": flow(fail("s"), failure_module=give("failure", "'inner handler'"))}
    outer = give("failure", "({outer: previous_result})")
    run = run_flow(flow(call("c", "f/bad"), failure_module=outer), {}, flows=flows)
    assert (run.status, run.result, runs(run, "failure")) == ("failure", {"outer": "inner handler"}, 2)


def test_a_recovered_called_flow_is_a_success() -> None:
    # Quirk 5.
    flows = {"f/bad": flow(fail("s"), failure_module=give("failure", "({recover: true})"))}
    run = run_flow(flow(call("c", "f/bad"), give("z", "previous_result")), {}, flows=flows)
    assert (run.status, run.result) == ("success", {"recover": True})


def test_settings_of_the_step_apply_to_the_whole_called_flow() -> None:
    flows = {"f/bad": flow(give("r", 1), fail("s"))}
    tolerant = call("c", "f/bad", retry=constant(2), continue_on_error=True)
    run = run_flow(flow(tolerant, give("z", "previous_result.error.message")), {}, flows=flows)
    assert (run.status, run.result, runs(run, "r")) == ("success", "bad", 3)


def test_flows_call_flows() -> None:
    flows = {
        "f/double": DOUBLE,
        "f/quad": flow(
            call("a", "f/double", {"n": "flow_input.n"}), call("b", "f/double", {"n": "results.a"})
        ),
    }
    assert run_flow(flow(call("c", "f/quad", {"n": 3})), {}, flows=flows).result == 12


def test_a_flow_that_calls_itself_without_end_is_stopped() -> None:
    flows = {"f/self": flow(call("c", "f/self"))}
    run = run_flow(flow(call("c", "f/self")), {}, flows=flows)
    assert run.status == "failure"
    assert "MAX_FLOW_DEPTH" in run.result["error"]["message"]


def test_a_path_where_nothing_is_fails_the_step() -> None:
    for module in (call("c", "f/none"), stored("c", "f/none")):
        run = run_flow(flow(module, failure_module=give("failure", "error.message")), {})
        assert run.status == "failure"
        assert "f/none" in str(run.result)


def test_a_failing_argument_fails_the_step() -> None:
    document = flow(
        call("c", "f/double", {"n": "no.such"}, continue_on_error=True), give("z", "error.step_id")
    )
    run = run_flow(document, {}, flows={"f/double": DOUBLE})
    assert (run.result, runs(run, "s")) == ("c", 0)


def test_a_called_flow_may_be_of_an_older_spelling() -> None:
    old = {
        "value": {
            "modules": [
                {
                    "input_transform": {"x": js("flow_input.n")},
                    "value": {
                        "type": "rawscript",
                        "language": "deno",
                        "content": "export function main(x) { return x + 1; }",
                    },
                },
            ]
        }
    }
    assert run_flow(flow(call("c", "f/old", {"n": 1})), {}, flows={"f/old": old}).result == 2


def test_results_of_the_called_flow_are_not_those_of_the_caller_after_a_loop() -> None:
    flows = {"f/double": DOUBLE}
    document = flow(
        loop("l", [1, 2], call("c", "f/double", {"n": "flow_input.iter.value"})),
        give("z", "[results.c, results.s]"),
    )
    assert run_flow(document, {}, flows=flows).result == [4, None]


# ----------------------------------------------------------------------------------------------- scripts

SCRIPTS: dict[str, dict[str, Any]] = {
    "f/add": {"language": "deno", "content": "export function main(a, b = 10) { return a + b; }"},
    "hub/12/fetch": {"language": "bun", "content": "export async function main() { return 'hub'; }"},
    "f/bad": {"language": "deno", "content": "export function main() { throw new TypeError('no'); }"},
}


@pytest.mark.parametrize(
    ("inputs", "result"), [({"a": 1}, 11), ({"a": 1, "b": 2}, 3), ({"a": "flow_input.n", "c": 1}, 14)]
)
def test_a_stored_script_takes_its_arguments_by_name(inputs: Any, result: int) -> None:
    assert run_flow(flow(stored("a", "f/add", inputs)), {"n": 4}, scripts=SCRIPTS).result == result


def test_a_path_may_be_one_of_the_hub() -> None:
    assert run_flow(flow(stored("a", "hub/12/fetch")), {}, scripts=SCRIPTS).result == "hub"


def test_a_failing_stored_script_is_an_ordinary_failure() -> None:
    module = stored("a", "f/bad", retry=constant(1), continue_on_error=True)
    run = run_flow(flow(module, give("z", "[error.name, error.step_id]")), {}, scripts=SCRIPTS)
    assert (run.result, runs(run, "a")) == (["TypeError", "a"], 2)


@pytest.mark.parametrize("key", ["hash", "tag_override"])
def test_version_and_routing_may_be_given(key: str) -> None:
    module = stored("a", "f/add", {"a": 1})
    module["value"][key] = "x1"
    assert run_flow(flow(module), {}, scripts=SCRIPTS).result == 11
