"""What the property picker offers, and the values behind it."""

from typing import Any

import pytest

from openflow_django.models import Run, RunData, StepRun
from openflow_django.services import pins, variables
from openflow_django.worker.executor import Executor
from tests.admin.builder.conftest import SITE
from tests.testing.build import branch, branch_one, flow, identity, loop, step

MAIL = {"type": "script", "path": "op/http_request", "input_transforms": {}}
DOCUMENT = flow(
    identity("total", summary="Add up"),
    loop("lines", "[1]", identity("reserve")),
    step(
        "ask",
        {"type": "identity"},
        suspend={
            "required_events": 1,
            "resume_form": {"schema": {"properties": {"ok": {"type": "boolean"}}}},
        },
    ),
    step("call", MAIL),
    branch_one("choice", branch(identity("odd_one"), expr="true")),
    identity("mail", error_branch={"modules": [identity("sorry")], "then": "stop"}),
    identity("last"),
    flow_env={"vat": 20},
)


@pytest.fixture
def groups(boss) -> Any:
    """``groups("last")``: the groups at a step, by id."""

    def asked(step: str, who: Any = boss, **more: Any) -> dict[str, Any]:
        status, data = who("POST", "scope/", {"document": DOCUMENT, "step_id": step, **more})
        assert status == 200, data
        return {group["id"]: group for group in data["groups"]}

    return asked


def test_groups_come_in_the_order_of_the_flow(groups, run) -> None:
    found = groups("last")
    assert list(found) == [
        "$trigger",
        "flow_input",
        "$accountability",
        "$env",
        "flow_env",
        "total",
        "lines",
        "reserve",
        "ask",
        "call",
        "choice",
        "odd_one",
        "mail",
        "sorry",
        "variables",
        "resources",
    ]
    assert {group["kind"] for group in found.values()} >= {"trigger", "input", "step", "variables"}


def test_a_group_says_where_it_comes_from_and_what_it_looks_like(groups, run) -> None:
    found = groups("last")
    total = found["total"]
    assert (total["label"], total["source"], total["available"], total["expr"]) == (
        "Add up",
        "run",
        True,
        "results.total",
    )
    assert total["schema"] == {"type": "object", "properties": {"sum": {"type": "integer"}}}
    assert found["reserve"]["schema"] == {"type": "string"}
    assert found["mail"]["schema"]["properties"]["error"]["properties"]["name"] == {"type": "string"}
    assert (found["odd_one"]["source"], found["odd_one"]["available"], found["odd_one"]["schema"]) == (
        "shape",
        False,
        {},
    )
    assert found["call"]["schema"]["type"] == "object"
    assert found["$trigger"]["schema"]["properties"]["payload"]["properties"] == {
        "status": {"type": "string"}
    }
    assert found["flow_input"]["schema"]["properties"] == {"order_id": {"type": "integer"}}


def test_no_content_of_a_value_is_in_the_groups(boss, groups, run) -> None:
    groups("last")
    text = boss.last.content.decode()
    for secret in ("paid", "The server did not answer.", "120", "xxxx"):
        assert secret not in text


def test_iterations_errors_and_answers_where_they_are(groups, run) -> None:
    assert groups("reserve")["iter:lines"]["expr"] == "flow_input.iter"
    assert "iter:lines" not in groups("last")
    assert groups("sorry")["error"]["kind"] == "error"
    assert "error" not in groups("last")
    found = groups("call")
    assert found["resume"]["schema"] == {"properties": {"ok": {"type": "boolean"}}}
    assert {"resumes", "approvers"} <= set(found)
    assert "resume" not in groups("last")


def test_the_element_of_a_loop_has_the_shape_of_the_recorded_list(groups, run) -> None:
    StepRun.objects.create(
        run=run,
        seq=90,
        path="lines",
        kind="items",
        attempt=0,
        module_id="lines",
        status="success",
        result=[{"sku": "a", "n": number} for number in range(5000)],
    )
    group = groups("reserve")["iter:lines"]
    assert group["source"] == "run"
    assert group["schema"]["properties"]["value"]["properties"] == {
        "sku": {"type": "string"},
        "n": {"type": "integer"},
    }


def test_without_the_right_to_see_values_there_are_only_expected_shapes(api, groups, run, flow) -> None:
    author = api("author")
    found = groups("last", who=author)
    assert not [group for group in found.values() if group["available"]]
    assert (found["flow_input"]["source"], found["flow_input"]["schema"]) == ("shape", {})
    status, data = author(
        "POST", "scope/", {"document": DOCUMENT, "step_id": "last", "source": {"run": run.pk}}
    )
    assert (status, data["code"]) == (404, "no_run")


def test_pins_and_tests_come_first(boss, groups, run, flow) -> None:
    test = Run.objects.create(flow=flow, kind="test", status="success", started_by=boss.user)
    RunData.objects.create(run=test, input={})
    StepRun.objects.create(
        run=test, seq=1, path="total", kind="step", attempt=0, module_id="total", status="success", result=[1]
    )
    assert (groups("last")["total"]["source"], groups("last")["mail"]["source"]) == ("test", "run")
    pins.pin(flow, user=boss.user, step_id="total", value="pinned")
    found = groups("last")["total"]
    assert (found["source"], found["schema"]) == ("pin", {"type": "string"})


def test_a_result_that_a_test_was_told_is_none_of_the_step(boss, groups, run, flow) -> None:
    mocked = flow_of_pinned_total()
    test = Run.objects.create(
        flow=flow, kind="test", status="success", started_by=boss.user, document_digest="x"
    )
    RunData.objects.create(run=test, input={}, document=mocked)
    StepRun.objects.create(
        run=test,
        seq=1,
        path="total",
        kind="mock",
        attempt=0,
        module_id="total",
        status="success",
        result="told",
    )
    assert groups("last")["total"]["source"] == "run"


def flow_of_pinned_total() -> dict[str, Any]:
    return flow(identity("total", mock={"enabled": True, "return_value": "told", "pinned": True}))


def test_names_of_variables_but_never_their_values(boss, groups, flow) -> None:
    variables.create_variable(path="shop/key", value="hush-hush-hush", is_secret=True, user=None)
    found = groups("last")["variables"]
    assert (found["expr"], found["schema"]["properties"]) == ("variable", {"shop/key": {}})
    assert "hush" not in boss.last.content.decode()


def test_people_without_the_right_do_not_see_the_names(api, groups, flow) -> None:
    variables.create_variable(path="shop/key", value="plain", user=None)
    assert "variables" not in groups("last", who=api("author"))


def test_the_stored_draft_by_its_address(boss, run) -> None:
    status, data = boss("GET", f"scope/?step=reserve&iter=1&run={run.pk}")
    assert status == 200
    assert "iter:lines" in {group["id"] for group in data["groups"]}
    assert data["runs"] == [{"id": run.pk, "source": "run"}]
    assert boss("GET", "scope/?step=gone")[0] == 422
    assert boss("GET", "scope/")[0] == 422


def test_big_results_are_not_read_to_learn_their_shape(groups, run, django_assert_max_num_queries) -> None:
    StepRun.objects.filter(path="total").update(result={"sum": 1, "text": "x" * 1_000_000, "later": 2})
    groups("last")
    with django_assert_max_num_queries(16):
        found = groups("last")
    assert found["total"]["schema"]["properties"] == {"sum": {"type": "integer"}}


def test_many_steps_cost_no_more_queries(boss, run, django_assert_max_num_queries) -> None:
    many = flow(*(identity(f"s{number}") for number in range(300)))
    with django_assert_max_num_queries(18):
        status, data = boss("POST", "scope/", {"document": many, "step_id": "s299"})
    assert (status, len([group for group in data["groups"] if group["kind"] == "step"])) == (200, 299)


# Values


@pytest.fixture
def shown(boss, run) -> Any:
    def asked(query: str, who: Any = boss) -> Any:
        return who("GET", f"value/?run={run.pk}&{query}")

    return asked


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("step=total", {"sum": 120}),
        ("step=total&path=/sum", 120),
        ("step=flow_input", {"order_id": 7}),
        ("step=%24trigger&path=/payload", {"status": "paid"}),
        ("step=%24accountability", {"user": "kim"}),
        ("step=%24env", {}),
        ("step=mail&path=/error/name", "SMTPException"),
        ("step=lines", [None]),
    ],
)
def test_values_by_group(shown, query, value) -> None:
    status, data = shown(query)
    assert (status, data["value"], data["truncated"]) == (200, value, False)


def test_values_of_one_iteration(shown, run) -> None:
    for number in (1, 2):
        StepRun.objects.create(
            run=run,
            seq=90 + number,
            path=f"lines/{number}/reserve",
            kind="step",
            attempt=0,
            module_id="reserve",
            status="success",
            result=number,
        )
    StepRun.objects.create(
        run=run,
        seq=99,
        path="lines",
        kind="items",
        attempt=0,
        module_id="lines",
        status="success",
        result=["a", "b", "c"],
    )
    assert shown("step=reserve&iter=1")[1]["value"] == 1
    assert shown("step=reserve")[1]["value"] == 2
    assert shown("step=iter:lines&iter=2")[1]["value"] == {"value": "c", "index": 2}
    assert shown("step=iter:lines&iter=3")[0] == 404
    assert shown("step=iter:lines&iter=x")[0] == 400


def test_long_values_come_in_pages(shown, run) -> None:
    StepRun.objects.filter(path="total").update(
        result={"text": "0123456789" * 10_000, "n": list(range(1000))}
    )
    _, data = shown("step=total&path=/text&offset=99990")
    assert (data["value"], data["total"], data["truncated"]) == ("0123456789", 100_000, True)
    _, data = shown("step=total")
    assert data["left_out"] == ["text", "n"]
    _, data = shown("step=total&path=/n&offset=200")
    assert (data["value"][0], len(data["value"]), data["total"]) == (200, 200, 1000)


@pytest.mark.parametrize("query", ["step=gone", "step=total&path=/nothing", "step=iter:gone"])
def test_values_that_are_not_there(shown, query) -> None:
    assert shown(query)[0] == 404


def test_pinned_values(boss, flow) -> None:
    assert boss("GET", "value/?step=total")[0] == 404
    assert boss("PUT", "pins/", {"step_id": "total", "value": {"a": [1, 2]}})[0] == 204
    assert boss("GET", "value/?step=total&path=/a")[1] == {"value": [1, 2], "truncated": False, "total": 2}
    assert boss("GET", "value/")[0] == 400


@pytest.mark.parametrize(
    "name", ["a\x00b", "\ud800", "</script>", "a/b", "*", "__proto__", "x" * 5000, "'\"; --", ""]
)
def test_strange_ids_do_no_harm(boss, run, name) -> None:
    document = flow(
        identity(name), loop(f"l{name}", "[1]", identity(f"i{name}"), identity("in")), identity("end")
    )
    for wanted in ("in", "end", name):
        sent = {"document": document, "step_id": wanted}
        assert boss("POST", "scope/", sent)[0] == 200
        text = {"kind": "expression", "text": "[results, flow_input, previous_result]"}
        assert boss("POST", "evaluate/", {**sent, **text})[0] == 200
        for mode in ("step", "until"):
            assert boss("POST", "test/", {**sent, "mode": mode})[0] in (201, 422), mode
    assert boss("POST", "test/", {"document": document, "step_id": f"l{name}", "mode": "iteration"})[0] in (
        201,
        422,
    )


@pytest.mark.parametrize("text", ["%00", "a%00b", "%ed%a0%80", "%ff", "x" * 3000])
def test_strange_addresses_do_no_harm(boss, run, text) -> None:
    for address in (
        f"value/?run={run.pk}&step={text}",
        f"value/?run={run.pk}&step=total&path=/{text}",
        f"scope/?step={text}",
        f"{SITE}/runs/{run.pk}/steps/{text}/",
        f"{SITE}/runs/{run.pk}/steps/{text}/iterations/",
        f"{SITE}/runs/{run.pk}/state/?below={text}",
        f"{SITE}/runs/{run.pk}/state/?since={text}",
        f"versions/?before={text}",
    ):
        assert boss("GET", address)[0] in (200, 400, 404, 422), address


def test_secrets_are_in_no_answer(boss, flow, document) -> None:
    secret = "hush-hush-hush-1234"
    variables.create_variable(path="shop/key", value=secret, is_secret=True, user=None, flows=[flow])
    sent = {"document": document, "input": {"order_id": 1, "note": f"key {secret}"}, "mode": "flow"}
    _, data = boss("POST", "test/", sent)
    run = data["run"]
    Executor().advance(run)
    step = {"document": document, "step_id": "lines", "source": {"run": run}}
    calls = [
        ("GET", f"value/?run={run}&step=flow_input", None),
        ("GET", f"value/?run={run}&step=total", None),
        ("POST", "evaluate/", {**step, "kind": "expression", "text": "[flow_input, results.total]"}),
        ("POST", "scope/", step),
        ("GET", f"{SITE}/runs/{run}/steps/total/", None),
        ("POST", "test/", {"document": document, "step_id": "reserve", "mode": "step"}),
    ]
    for method, address, body in calls:
        status, _ = boss(method, address, body)
        assert status in (200, 201), address
        assert secret not in boss.last.content.decode(), address
    assert "[redacted]" in str(boss("GET", f"value/?run={run}&step=total")[1])
    again = RunData.objects.order_by("-pk").first()
    assert secret not in str(again.input) + str(again.document)
