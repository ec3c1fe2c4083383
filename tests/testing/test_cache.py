"""Results kept for reuse (semantics section 5). What makes a step unlike any other test's is its text."""

from typing import Any
from uuid import uuid4

import pytest

from openflow_django.testing import run_flow
from tests.testing.build import call, flow, give, identity, js, loop, script, static, stored
from tests.testing.steps import runs


def random(id: str = "a", salt: str | None = None, **settings: Any) -> dict[str, Any]:
    """A step that gives another result each time it really runs."""
    return script(
        id, f"return [x, Math.random()]; /* {salt or uuid4()} */", {"x": "flow_input.n ?? null"}, **settings
    )


def test_a_result_is_used_again_by_later_runs() -> None:
    document = flow(random(cache_ttl=600))
    assert run_flow(document, {}).result == run_flow(document, {}).result


@pytest.mark.parametrize("ttl", [None, 0])
def test_without_a_time_nothing_is_kept(ttl: Any) -> None:
    document = flow(random(cache_ttl=ttl))
    assert run_flow(document, {}).result != run_flow(document, {}).result


def test_the_arguments_are_part_of_the_key_their_order_is_not() -> None:
    document = flow(random(cache_ttl=600))
    assert run_flow(document, {"n": 1}).result != run_flow(document, {"n": 2}).result
    assert run_flow(document, {"n": 1}).result == run_flow(document, {"n": 1, "other": 3}).result
    salt = f"return Math.random(); /* {uuid4()} */"
    first = flow(script("a", salt, {"x": 1, "y": 2}, cache_ttl=600))
    second = flow(script("a", salt, {"x": 1, "y": 2}, cache_ttl=600))
    second["value"]["modules"][0]["value"]["input_transforms"] = {"y": static(2), "x": static(1)}
    assert run_flow(first, {}).result == run_flow(second, {}).result


def test_the_code_is_part_of_the_key_the_id_and_the_flow_are_not() -> None:
    salt = str(uuid4())
    once = run_flow(flow(random("a", salt, cache_ttl=600)), {}).result
    assert run_flow(flow(identity("z"), random("b", salt, cache_ttl=600)), {}).result == once
    assert run_flow(flow(random("a", salt + "x", cache_ttl=600)), {}).result != once


def test_within_one_run_too() -> None:
    run: Any = run_flow(flow(loop("l", [1, 1, 1], random(cache_ttl=600))), {})
    assert len({str(entry) for entry in run.result}) == 1


def test_after_its_time_it_runs_again() -> None:
    body = (random(cache_ttl=10, sleep=static(6)), identity("y"))
    run: Any = run_flow(flow(loop("l", [1, 2, 3], *body)), {})
    assert run.result[0] == run.result[1] != run.result[2]


@pytest.mark.parametrize("value", ["null", "false", "0", "''"])
def test_any_result_is_kept(value: str) -> None:
    module = script(
        "a",
        f"if (Date.now() > until) throw new Error('ran again'); return {value}; /* {uuid4()} */",
        {"until": "flow_input.until"},
        cache_ttl=600,
    )
    until = 4102444800000
    first = run_flow(flow(module), {"until": until})
    assert run_flow(flow(module), {"until": until}).result == first.result


def test_only_successful_results_are_kept() -> None:
    body = f"if (Date.now() % 2) throw new Error('odd'); return Date.now(); /* {uuid4()} */"
    module = script("a", body, cache_ttl=600, retry={"constant": {"attempts": 900, "seconds": 0}})
    first = run_flow(flow(module), {})
    assert (first.status, first.result) == ("success", run_flow(flow(module), {}).result)


def test_a_failing_argument_is_no_hit() -> None:
    salt = str(uuid4())
    ok, broken = random("a", salt, cache_ttl=600), random("a", salt, cache_ttl=600)
    broken["value"]["input_transforms"] = {"x": js("no.such")}
    assert run_flow(flow(ok), {}).status == "success"
    assert run_flow(flow(broken), {}).status == "failure"


# ---------------------------------------------------------------------------------------- stored scripts


def scripts(**more: Any) -> dict[str, Any]:
    return {
        "f/r": {
            "language": "deno",
            "content": f"export const main = () => Math.random(); /* {uuid4()} */",
            **more,
        }
    }


def test_stored_scripts() -> None:
    library, document = scripts(), flow(stored("a", "f/r", cache_ttl=600))
    assert run_flow(document, {}, scripts=library).result == run_flow(document, {}, scripts=library).result
    assert run_flow(document, {}, scripts=library).result != run_flow(document, {}, scripts=scripts()).result


def test_the_setting_of_a_stored_script_applies_unless_the_step_says_otherwise() -> None:
    library, document = scripts(cache_ttl=600), flow(stored("a", "f/r"))
    assert run_flow(document, {}, scripts=library).result == run_flow(document, {}, scripts=library).result


# ------------------------------------------------------------------------------------------------- flows


def test_a_whole_flow_is_kept_by_its_value_and_input() -> None:
    document = flow(random(), cache_ttl=600)
    first = run_flow(document, {"n": 1})
    again = run_flow(document, {"n": 1})
    assert (again.status, again.result, runs(again, "a")) == ("success", first.result, 0)
    assert run_flow(document, {"n": 2}).result != first.result
    changed = flow(*document["value"]["modules"], cache_ttl=601)
    assert run_flow(changed, {"n": 1}).result != first.result


def test_a_failed_flow_is_not_kept() -> None:
    module = script("a", f"throw new Error('' + Math.random()); /* {uuid4()} */")
    document = flow(module, cache_ttl=600)
    assert run_flow(document, {}).result != run_flow(document, {}).result


def test_a_skipped_run_stays_one() -> None:
    document = flow(random(stop_after_if={"expr": "true", "skip_if_stopped": True}), cache_ttl=600)
    assert [run_flow(document, {}).status for _ in range(2)] == ["skipped", "skipped"]


def test_a_called_flow_by_its_own_setting_or_that_of_the_step() -> None:
    salt = str(uuid4())
    for inner, outer in (({"cache_ttl": 600}, {}), ({}, {"cache_ttl": 600})):
        flows = {"f/r": flow(random("s", salt), **inner)}
        document = flow(call("c", "f/r", {"n": "flow_input.n"}, **outer))
        first = run_flow(document, {"n": 1}, flows=flows)
        assert run_flow(document, {"n": 1}, flows=flows).result == first.result
        assert run_flow(document, {"n": 2}, flows=flows).result != first.result


def test_a_hit_of_a_called_flow_passes_through_the_settings_of_the_step() -> None:
    flows = {"f/r": flow(give("s", "'x'"), cache_ttl=600)}
    document = flow(call("c", "f/r", stop_after_if={"expr": "result === 'x'"}), give("z", "'z'"))
    assert [run_flow(document, {}, flows=flows).result for _ in range(2)] == ["x", "x"]
