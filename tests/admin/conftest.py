"""People at the admin, a flow they work on, and pages read as a browser reads them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from openflow_django.models import (
    Event,
    Flow,
    FlowVersion,
    Run,
    RunData,
    RunKind,
    RunStatus,
    StepRun,
    Trigger,
    Worker,
)
from openflow_django.services import flows, triggers
from openflow_django.spec.json import digest
from tests.bell import Bell, hung
from tests.people import create_person

ROLES: dict[str, tuple[str, ...]] = {
    "nobody": (),
    "viewer": ("view_flow", "view_run", "view_event"),
    "auditor": ("view_flow", "view_run", "view_event", "view_payload"),
    "author": ("view_flow", "add_flow", "change_flow", "view_run"),
    "tester": ("view_flow", "add_flow", "change_flow", "view_run", "run_flow", "view_payload"),
    "operator": ("view_flow", "view_run", "run_flow", "cancel_run", "replay_run"),
    "publisher": ("view_flow", "change_flow", "publish_flow", "view_run"),
    "remover": ("view_flow", "delete_flow"),
}


class Page(HTMLParser):
    """A page as its parser sees it: tags, attributes, text."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.skipping = ""
        self.feed(response.content.decode())
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag in {"script", "style"}:
            self.skipping = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self.skipping:
            self.skipping = ""

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.text += data + " "

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        names = {name.rstrip("_").replace("_", "-"): value for name, value in wanted.items()}
        return [attrs for found, attrs in self.tags if found == tag and names.items() <= attrs.items()]

    def value(self, name: str) -> str:
        """What the form field of this name would send."""
        (field,) = [attrs for tag, attrs in self.tags if tag == "input" and attrs.get("name") == name]
        return field.get("value", "")


@pytest.fixture(autouse=True)
def bell(settings) -> Iterator[Bell]:
    with hung(settings) as bell:
        yield bell


@pytest.fixture
def person(db) -> Callable[..., Any]:
    """``person("author")``: a member of the staff in that role; ``person("boss", is_superuser=True)``."""

    def make(role: str, **fields: Any) -> Any:
        return create_person(ROLES.get(role, ()), username=role, is_staff=True, **fields)

    return make


@pytest.fixture
def login(person) -> Callable[..., Client]:
    """``login("author")``: their browser."""

    def make(role: str, **fields: Any) -> Client:
        client = Client()
        client.force_login(person(role, **fields))
        return client

    return make


@pytest.fixture
def boss(login) -> Client:
    """The browser of a superuser."""
    return login("boss", is_superuser=True)


@pytest.fixture
def document() -> dict[str, Any]:
    return {
        "summary": "Order paid",
        "value": {
            "modules": [
                {"id": "total", "summary": "Add up", "value": {"type": "identity"}},
                {
                    "id": "lines",
                    "summary": "For each line",
                    "value": {
                        "type": "forloopflow",
                        "iterator": {"type": "javascript", "expr": "[1, 2]"},
                        "skip_failures": False,
                        "modules": [{"id": "reserve", "value": {"type": "identity"}}],
                    },
                },
            ]
        },
        "schema": {
            "type": "object",
            "properties": {"order_id": {"type": "integer", "title": "Order"}, "gift": {"type": "boolean"}},
            "required": ["order_id"],
        },
    }


@pytest.fixture
def flow(db, document) -> Flow:
    return flows.create_flow(path="orders/paid", name="Order paid", document=document, user=None)


@pytest.fixture
def version(flow) -> FlowVersion:
    """The flow's first version, live."""
    published = flows.publish(flow, digest=digest(flow.draft), user=None, note="The first one")
    flows.activate(flow, user=None)
    flow.refresh_from_db()
    return published


@pytest.fixture
def trigger(flow) -> Trigger:
    options = {
        "model": "shop.order",
        "actions": ["updated"],
        "conditions": [{"field": "status", "from": "open", "to": "paid"}],
    }
    return triggers.create_trigger(flow, type="model_event", options=options, user=None)


@pytest.fixture
def event(flow, trigger) -> Event:
    return Event.objects.create(
        flow=flow,
        trigger=trigger,
        name="shop.order.updated",
        payload={"keys": [7], "payload": {"status": "paid"}},
        object_type="shop.order",
        object_id="7",
        status="started",
    )


@pytest.fixture
def run(flow, version, event) -> Run:
    """A run of the version that failed in its second attempt at the last step."""
    now = timezone.now() - timedelta(seconds=10)
    made = Run.objects.create(
        flow=flow,
        version=version,
        document_digest=version.digest,
        event=event,
        kind=RunKind.TRIGGER,
        status=RunStatus.FAILURE,
        seq=5,
        created_at=now,
        started_at=now,
        finished_at=now + timedelta(milliseconds=420),
    )
    error = {"name": "SMTPException", "message": "The server did not answer.", "step_id": "mail"}
    RunData.objects.create(
        run=made,
        input={"order_id": 7},
        trigger=event.payload,
        accountability={"user": "kim"},
        env={},
        error=error,
    )
    rows: list[dict[str, Any]] = [
        {
            "path": "total",
            "kind": "step",
            "module_id": "total",
            "input": {"order_id": 7},
            "result": {"sum": 120},
            "logs": [{"level": "info", "message": "added up", "at": now.isoformat()}],
        },
        {"path": "lines/0/reserve", "kind": "step", "module_id": "reserve", "result": "x" * 30_000},
        {"path": "lines", "kind": "container", "module_id": "lines", "result": [None]},
        {"path": "mail", "kind": "step", "module_id": "mail", "status": "failure", "error": error},
        {
            "path": "mail",
            "kind": "step",
            "module_id": "mail",
            "status": "failure",
            "error": error,
            "attempt": 1,
        },
    ]
    for seq, row in enumerate(rows, start=1):
        values = {"status": "success", "attempt": 0, "started_at": now, "duration_us": 12_000, **row}
        StepRun.objects.create(run=made, seq=seq, **values)
    return made


@pytest.fixture
def worker(db) -> Worker:
    return Worker.objects.create(name="host:1:0", host="host", pid=1)
