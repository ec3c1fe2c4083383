"""People, flows and documents that the services work on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.dispatch import Signal

from openflow_django.models import Flow, FlowVersion
from openflow_django.services import flows
from openflow_django.spec.json import digest
from tests.bell import Bell, hung
from tests.people import create_person


@pytest.fixture(autouse=True)
def bell(settings) -> Iterator[Bell]:
    with hung(settings) as bell:
        yield bell


@pytest.fixture
def user(db) -> Callable[..., Any]:
    """``user("publish_flow", "view_order")``: a person with exactly these permissions."""

    def make(*codenames: str, **fields: Any) -> Any:
        return create_person(codenames, **fields)

    return make


@pytest.fixture
def commit(django_capture_on_commit_callbacks) -> Callable[[], Any]:
    """``with commit():`` stands for a transaction of the site, with its commit at the end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def listen() -> Iterator[Callable[[Signal], list[dict[str, Any]]]]:
    """``listen(signal)`` gives a list that fills with the arguments of each sending."""
    connected: list[tuple[Signal, Any]] = []

    def start(signal: Signal) -> list[dict[str, Any]]:
        heard: list[dict[str, Any]] = []

        def receiver(sender: Any, signal: Any, **arguments: Any) -> None:
            heard.append(arguments)

        signal.connect(receiver)
        connected.append((signal, receiver))
        return heard

    yield start
    for signal, receiver in connected:
        signal.disconnect(receiver)


@pytest.fixture
def document() -> dict[str, Any]:
    return {
        "summary": "Greets",
        "value": {"modules": [{"id": "a", "value": {"type": "identity"}}]},
        "schema": {"type": "object", "properties": {"name": {"type": "string"}}},
    }


@pytest.fixture
def flow(db, document) -> Flow:
    """A flow with an unpublished draft."""
    return flows.create_flow(path="orders/paid", name="Order paid", document=document, user=None)


@pytest.fixture
def version(flow) -> FlowVersion:
    """The published version of the flow."""
    return flows.publish(flow, digest=digest(flow.draft), user=None)


@pytest.fixture
def live(flow, version) -> Flow:
    """The flow, published and active."""
    return flows.activate(flow, user=None)
