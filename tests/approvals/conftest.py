"""Flows that wait for people, and the browsers of people who have a link."""

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from openflow_django.approval_links import Ticket, token_of
from openflow_django.models import Run, RunKind, RunStatus
from openflow_django.services import runs, watch
from tests.flows import document, live
from tests.flows import transform as step
from tests.people import create_person
from tests.testing.build import Part

FORM = {
    "schema": {
        "type": "object",
        "properties": {
            "amount": {"type": "integer", "title": "Amount", "minimum": 1, "maximum": 100},
            "note": {"type": "string", "title": "Note"},
        },
        "required": ["amount"],
    }
}


def asking(**suspend: Any) -> dict[str, Any]:
    """A document: one step that waits, one that tells what came of it."""
    wait = {"required_events": 1, "timeout": 600, **suspend}
    modules = [
        step("ask", "({asked: 1})", summary="May the order be shipped?", suspend=wait),
        step("then", "({resume, resumes, approvers})"),
    ]
    return document(*modules)


@pytest.fixture(autouse=True)
def at_once(settings):
    """Work is done in the request; mails and pages lead to this site."""
    settings.OPENFLOW = {"QUEUE": "immediate", "SITE_URL": "https://shop.example.com"}
    yield
    watch.forget()


def started(draft: Part, *, user: Any = None, **fields: Any) -> Run:
    flow = live(draft, **{"name": "Ship an order", **fields})
    run = runs.start(flow=flow, input={}, kind=RunKind.MANUAL, user=user)
    run.refresh_from_db()
    return run


def result(run: Run) -> Any:
    """What came of the run: its result, or its error, or the status it is in."""
    run.refresh_from_db()
    return run.data.result if run.status == RunStatus.SUCCESS else run.data.error or run.status


def address(run: Run, path: str = "ask", approver: str = "") -> str:
    token = token_of(Ticket(run_id=str(run.public_id), path=path, approver=approver))
    return f"/openflow/approve/{token}/"


@pytest.fixture
def user(db) -> Callable[..., Any]:
    """``user("approve_run")``: a person with exactly these permissions."""

    def make(*codenames: str, **fields: Any) -> Any:
        return create_person(codenames, **fields)

    return make


class Visitor:
    """A browser with enforced CSRF protection that presses the buttons of the page it sees."""

    def __init__(self, user: Any = None) -> None:
        self.client = Client(enforce_csrf_checks=True)
        if user is not None:
            self.client.force_login(user)

    def get(self, url: str) -> Any:
        return self.client.get(url)

    def press(self, url: str, decision: str = "approve", **data: Any) -> Any:
        """Open the page, then press one of its buttons."""
        page = Page(self.client.get(url))
        token = page.value("csrfmiddlewaretoken")
        given = {name.replace("__", "-", 1): value for name, value in data.items()}
        return self.client.post(url, {"csrfmiddlewaretoken": token, "decision": decision, **given})


class Page(HTMLParser):
    """A page as its parser sees it: tags, attributes, text."""

    def __init__(self, response: Any) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(response.content.decode())
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data + " "

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        return [attrs for found, attrs in self.tags if found == tag and wanted.items() <= attrs.items()]

    def value(self, name: str) -> str:
        """What the input of this name would send; "" where there is none."""
        return next((attrs.get("value", "") for _, attrs in self.tags if attrs.get("name") == name), "")
