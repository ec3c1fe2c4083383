"""A secret goes to the hosts it lists and to no other: requests, redirects, mails."""

import base64
import json
from urllib.parse import quote

import pytest
from django.core import mail
from django.test import override_settings

from openflow_django.models import RunStatus
from openflow_django.operations.base import OperationError
from openflow_django.services import variables
from openflow_django.worker import known_secrets
from openflow_django.worker.destinations import Destinations, is_allowed
from openflow_django.worker.known_secrets import KnownSecret
from tests.flows import document, live, start
from tests.operations.http.server import answering, serving

SECRET = 'canary of "hosts"/1+ä'
LOCAL = {"QUEUE": "immediate", "HTTP_ALLOWED_NETWORKS": ["127.0.0.0/8"]}


@pytest.mark.parametrize(
    ("host", "patterns", "allowed"),
    [
        ("api.example.com", ["api.example.com"], True),
        ("API.example.com.", ["api.example.com"], True),
        ("evil-api.example.com", ["api.example.com"], False),
        ("api.example.com.evil.net", ["api.example.com"], False),
        ("a.example.com", ["*.example.com"], True),
        ("a.b.example.com", ["*.example.com"], True),
        ("example.com", ["*.example.com"], False),
        ("notexample.com", ["*.example.com"], False),
        ("anything", ["*"], True),
        ("anything", [], False),
    ],
)
def test_hosts(host, patterns, allowed):
    assert is_allowed(host, patterns) is allowed


@pytest.fixture
def destinations(db):
    known_secrets.forget()
    destinations = Destinations(None)
    destinations.learn(KnownSecret("key", SECRET, frozenset({1}), ("api.example.com",)))
    return destinations


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"https://x.example/{quote(SECRET, safe='')}",
        f"https://x.example/?q={quote(SECRET, safe='ä/+')}",
        json.dumps({"a": SECRET}),
        "Basic " + base64.b64encode(f"user:{SECRET}".encode()).decode(),
    ],
)
def test_a_secret_in_any_spelling_stays_here(destinations, text):
    destinations.judge("api.example.com", ["x", text])
    destinations.judge("evil.example", ["nothing in here", ""])
    with pytest.raises(OperationError) as refused:
        destinations.judge("evil.example", ["x", text])
    assert refused.value.code == "secret_not_for_host"
    assert "'key'" in refused.value.message
    assert SECRET not in refused.value.message


@pytest.mark.django_db(transaction=True)
class TestInARun:
    @pytest.fixture(autouse=True)
    def fresh(self):
        known_secrets.forget()
        yield
        known_secrets.forget()

    def run(self, hosts, operation, **options):
        transforms = {
            name: value if isinstance(value, dict) else {"type": "static", "value": value}
            for name, value in options.items()
        }
        flow = live(
            document(
                {
                    "id": "a",
                    "value": {"type": "script", "path": f"op/{operation}", "input_transforms": transforms},
                }
            )
        )
        variables.create_variable(
            path="key", value=SECRET, is_secret=True, flows=[flow], hosts=hosts, user=None
        )
        with override_settings(OPENFLOW=LOCAL):
            return start(flow)

    def request(self, url, hosts, **more):
        headers = {"type": "javascript", "expr": "({ 'X-Key': encodeURIComponent(variable('key')) })"}
        return self.run(hosts, "http_request", url=url, headers=headers, **more)

    @pytest.fixture(autouse=True)
    def local(self, monkeypatch):
        # `start` of the other module sets its own settings: those of this one hold as well.
        monkeypatch.setattr("openflow_django.conf.OpenFlowSettings.HTTP_ALLOWED_NETWORKS", ["127.0.0.0/8"])

    def test_a_listed_host_gets_it(self):
        with serving(answering(b"fine")) as server:
            run = self.request(server.url, ["127.0.0.1"])
        assert run.status == RunStatus.SUCCESS
        assert server.received[0].headers["x-key"] == quote(SECRET, safe="")

    @pytest.mark.parametrize("hosts", [[], ["api.example.com"]])
    def test_another_gets_nothing(self, hosts):
        with serving(answering(b"fine")) as server:
            run = self.request(server.url, hosts)
        assert run.data.error["code"] == "secret_not_for_host"
        assert server.received == []

    def test_a_redirect_to_another_host_does_not_take_it_along(self):
        with serving(answering(b"fine")) as other:
            location = f"Location: http://localhost:{other.port}/?key={quote(SECRET, safe='')}"
            with serving(answering(b"", status="302 Found", headers=(location,))) as server:
                run = self.request(server.url, ["127.0.0.1"], max_redirects=3)
        assert run.data.error["code"] == "secret_not_for_host"
        assert other.received == []

    def test_a_mail_goes_to_listed_domains_only(self):
        text = {"type": "javascript", "expr": "'the key: ' + variable('key')"}
        run = self.run(["example.com"], "send_mail", to="ada@example.com", subject="x", text=text)
        assert run.status == RunStatus.SUCCESS
        assert SECRET in str(mail.outbox[0].body)

    def test_a_mail_to_anybody_else_is_refused(self):
        text = {"type": "javascript", "expr": "'the key: ' + variable('key')"}
        to = "ada@example.com, Eve <eve@evil.example>"
        run = self.run(["example.com"], "send_mail", to=to, subject="x", text=text)
        assert run.data.error["code"] == "secret_not_for_host"
        assert mail.outbox == []
