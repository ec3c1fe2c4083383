"""Variables and resources under ``run_flow``."""

from typing import Any

from openflow_django.testing import run_flow


def flow(expression: str) -> dict[str, Any]:
    transforms = {"json": {"type": "javascript", "expr": expression}}
    value = {"type": "script", "path": "op/transform", "input_transforms": transforms}
    return {"summary": "", "value": {"modules": [{"id": "a", "value": value}]}}


def test_a_resource_resolves_what_it_refers_to():
    run = run_flow(
        flow("[resource('db').login.password + '@' + resource('db').server.host]"),
        variables={"pw": "s3cret"},
        resources={"db": {"login": {"password": "$var:pw"}, "server": "$res:host"}, "host": {"host": "h"}},
    )
    assert run.result == ["s3cret@h"]


def test_a_circle_fails_the_step():
    run = run_flow(flow("resource('a')"), resources={"a": ["$res:b"], "b": {"c": "$res:a"}})
    assert run.status == "failure"
    assert "refers back to itself" in run.error["message"]
