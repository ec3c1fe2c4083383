"""Operations as steps of a flow, run by the interpreter."""

from typing import Any

import pytest
from django.test import override_settings

from openflow_django.testing import run_flow
from tests.operations.http.server import answering, serving


def step(kind, *, id, extra=None, **inputs):
    transforms = {
        name: value if isinstance(value, dict) and "type" in value else {"type": "static", "value": value}
        for name, value in inputs.items()
    }
    value = {"type": "script", "path": f"op/{kind}", "input_transforms": transforms}
    return {"id": id, "value": value, **(extra or {})}


def flow(*modules):
    return {"summary": "", "value": {"modules": list(modules)}}


def error_of(run, id) -> Any:
    return run.steps[id][0].error


def template(value):
    return {"type": "template", "value": value}


def test_options_are_rendered_and_the_result_is_there_for_the_next_step():
    answer = answering(b'{"name": "Ada"}', headers=("Content-Type: application/json",))
    with serving(answer) as server, override_settings(OPENFLOW={"HTTP_ALLOWED_HOSTS": ["127.0.0.1"]}):
        run = run_flow(
            flow(
                step("http_request", id="a", url=template(server.url + "/{{ $trigger.id }}")),
                step(
                    "transform",
                    id="b",
                    json=template({"hello": "{{ a.data.name }}", "was": "{{ $last.status }}"}),
                ),
            ),
            trigger={"id": 7},
        )
    assert (run.status, run.result) == ("success", {"hello": "Ada", "was": 200})
    assert server.received[0].path == "/7"


def test_a_condition_that_is_not_met_takes_the_error_branch():
    rule = {"$trigger": {"total": {"_gt": 100}}}
    branch = {"modules": [step("transform", id="no", json="0")], "then": "stop"}
    document = flow(
        step("condition", id="c", filter=rule, extra={"error_branch": branch}),
        step("transform", id="yes", json="1"),
    )
    assert run_flow(document, trigger={"total": 120}).result == 1
    small = run_flow(document, trigger={"total": 50})
    assert (small.status, small.result) == ("success", 0)


def test_an_error_ends_the_flow_with_its_code():
    run = run_flow(flow(step("throw_error", id="e", code="SOLD_OUT", message="None left")))
    assert run.status == "failure"
    assert error_of(run, "e")["code"] == "SOLD_OUT"
    assert error_of(run, "e")["message"] == "None left"


def test_lines_of_the_log_stay_with_the_step():
    run = run_flow(flow(step("log", id="l", message=template("n = {{ $trigger.n }}"))), trigger={"n": 5})
    assert run.result is None
    assert any("n = 5" in line for line in run.steps["l"][0].logs)


def test_a_repeated_request_carries_the_same_idempotency_key(settings):
    settings.OPENFLOW = {"HTTP_ALLOWED_NETWORKS": ["127.0.0.0/8"]}
    retry = {"retry": {"constant": {"attempts": 2, "seconds": 0}}}
    with serving(answering(b"", status="503 Busy")) as server:
        run = run_flow(flow(step("http_request", id="a", method="POST", url=server.url, extra=retry)))
    assert run.status == "failure"
    keys = [request.headers["idempotency-key"] for request in server.received]
    assert len(keys) == 3
    assert len(set(keys)) == 1


@pytest.mark.parametrize(
    ("kind", "options"),
    [("item_read", {}), ("item_create", {"payload": {"sku": "x"}}), ("item_delete", {"key": 1})],
)
def test_nobody_may_touch_the_models(kind, options, db):
    run = run_flow(flow(step(kind, id="i", model="shop.product", **options)))
    assert error_of(run, "i")["code"] == "item_forbidden"


def test_what_an_operation_says_beyond_its_message_is_there_in_the_error_branch():
    expression = {"type": "javascript", "expr": "[error.code, error.result.status, error.result.code]"}
    branch = {"modules": [step("transform", id="b", json=expression)], "then": "stop"}
    document = flow(step("throw_error", id="a", code="sold_out", status=409, extra={"error_branch": branch}))
    run = run_flow(document)
    assert run.result == ["sold_out", 409, "SOLD_OUT"]
    assert error_of(run, "a")["result"] == run.data["a"]
