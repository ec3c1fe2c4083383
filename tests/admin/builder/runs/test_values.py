"""Steps of a run with their values, attempts and iterations."""

import json

from openflow_django.models import StepRun
from tests.admin.builder.conftest import SITE
from tests.admin.builder.runs.scene import DEEP, act, execute, states
from tests.testing.build import flow, js, loop, while_loop


def test_errors_of_steps_take_the_right_to_see_values(live, state, api) -> None:
    run = execute(live(flow(act("a", "fail"))))
    viewer = api("viewer")
    data = state(run, who=viewer)
    assert states(data) == {"a": "failed"}
    assert "as asked" not in viewer.last.content.decode()
    assert "as asked" in json.dumps(state(run))


# One step


def test_one_step_with_its_values_logs_and_attempts(live, boss) -> None:
    run = execute(
        live(
            flow(
                act("a", "fail", retry={"constant": {"attempts": 1, "seconds": 0}}),
                failure_module=act("failure"),
            )
        )
    )
    status, data = boss("GET", f"{SITE}/runs/{run.pk}/steps/a/")
    assert status == 200
    assert (data["key"], data["step_id"], data["attempt"], data["truncated"]) == ("a", "a", 1, False)
    assert (data["input"], data["result"]) == ({"what": "fail"}, None)
    assert data["error"]["message"] == "ValueError: as asked"
    assert [line["message"] for line in data["logs"]] == ["acting fail"]
    assert [(entry["attempt"], entry["state"]) for entry in data["attempts"]] == [
        (0, "failed"),
        (1, "failed"),
    ]
    assert boss("GET", f"{SITE}/runs/{run.pk}/steps/a/?attempt=0")[1]["attempt"] == 0
    assert boss("GET", f"{SITE}/runs/{run.pk}/steps/a/?attempt=7")[0] == 404
    assert boss("GET", f"{SITE}/runs/{run.pk}/steps/nothing/")[0] == 404
    assert boss("GET", f"{SITE}/runs/{run.pk}/steps/failure/")[1]["result"] == {"did": "ok"}


def test_large_values_of_a_step_come_in_pages(live, boss) -> None:
    run = execute(live(flow(act("a"))))
    StepRun.objects.filter(run=run, path="a").update(result={"text": "x" * 100_000, "n": [1] * 1000})
    _, data = boss("GET", f"{SITE}/runs/{run.pk}/steps/a/")
    assert (data["truncated"], data["cut"]) == (True, ["result"])
    assert len(boss.last.content) < 5_000
    _, data = boss("GET", f"{SITE}/runs/{run.pk}/steps/a/?of=result&path=/text&offset=99999")
    assert (data["value"], data["total"]) == ("x", 100_000)
    for query in ("of=sealed", "of=run_id", "of=result&path=/nothing"):
        assert boss("GET", f"{SITE}/runs/{run.pk}/steps/a/?{query}")[0] == 404


def test_a_step_in_an_iteration_by_its_key(live, boss) -> None:
    run = execute(live(flow(loop("each", [1, 2], act("b", js("flow_input.iter.value"))))))
    assert boss("GET", f"{SITE}/runs/{run.pk}/steps/each/1/b/")[1]["input"] == {"what": 2}


# Iterations


def test_iterations_with_their_states(live, boss) -> None:
    body = act("b", js("flow_input.iter.value == 2 ? 'fail' : 'ok'"))
    run = execute(live(flow(loop("each", [1, 2, 3], body, act("c"), skip_failures=True))))
    base = f"{SITE}/runs/{run.pk}/steps/each/iterations/"
    _, data = boss("GET", base)
    assert (data["total"], data["begun"], data["planned"]) == (3, 3, 3)
    assert [(item["index"], item["state"]) for item in data["items"]] == [(0, "ok"), (1, "failed"), (2, "ok")]
    assert all(item["ms"] >= 0 for item in data["items"])
    _, data = boss("GET", f"{base}?state=failed")
    assert ([item["index"] for item in data["items"]], data["total"]) == ([1], 1)
    assert boss("GET", f"{base}?offset=2")[1]["items"][0]["index"] == 2


def test_iterations_of_a_loop_that_goes_on(halfway, boss) -> None:
    run = halfway(
        DEEP,
        [("each/0/b", "step", "success"), ("each/0/e", "step", "success"), ("each/1/b", "step", "success")],
    )
    _, data = boss("GET", f"{SITE}/runs/{run.pk}/steps/each/iterations/")
    assert [(item["index"], item["state"]) for item in data["items"]] == [(0, "ok"), (1, "running")]
    assert data["planned"] is None


def test_iterations_of_loops_in_loops_and_of_while(live, boss) -> None:
    stop = {"expr": "flow_input.iter === undefined || result.did >= 1", "skip_if_stopped": False}
    inner = while_loop(
        "inner", act("b", js("flow_input.iter.index")), stop_after_if={"expr": "result.did == 1"}
    )
    run = execute(live(flow(loop("each", [1, 2], inner), act("z", stop_after_if=stop))))
    _, data = boss("GET", f"{SITE}/runs/{run.pk}/steps/each/1/inner/iterations/")
    assert ([item["index"] for item in data["items"]], data["planned"]) == ([0, 1], None)
    for key in ("z", "each/1", "nothing", "each/1/inner/0/b"):
        assert boss("GET", f"{SITE}/runs/{run.pk}/steps/{key}/iterations/")[0] == 404


def test_many_iterations_come_in_pages(halfway, boss, django_assert_max_num_queries) -> None:
    run = halfway(DEEP, [(f"each/{number}/b", "step", "success") for number in range(450)])
    boss("GET", f"{SITE}/runs/{run.pk}/steps/each/iterations/")
    with django_assert_max_num_queries(7):
        _, data = boss("GET", f"{SITE}/runs/{run.pk}/steps/each/iterations/?offset=400")
    assert (data["total"], len(data["items"]), data["items"][0]["index"]) == (450, 50, 400)


# Buttons
