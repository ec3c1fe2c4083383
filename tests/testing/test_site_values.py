"""Variables and resources under ``run_flow``."""

from openflow_django.testing import run_flow
from tests.testing.build import Part, stored
from tests.testing.build import flow as document


def flow(expression: str) -> Part:
    return document(stored("a", "op/transform", {"json": expression}))


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
