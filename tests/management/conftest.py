"""Flows to work on, and the command as a person calls it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command

from openflow_django.models import Flow
from openflow_django.queues import queues
from openflow_django.services import flows, watch
from openflow_django.spec.json import digest
from tests.spec.documents import flow as document_of
from tests.spec.documents import step


class Silent:
    """A queue that wakes nobody."""

    transactional = False

    def enqueue(self, run_id: int, *, queue: str = "default", priority: int = 100) -> None:
        return None


@pytest.fixture(autouse=True)
def site(settings):
    settings.OPENFLOW = {"QUEUE": "silent", "SCRIPT_LANGUAGES": ["bun"]}
    with queues.temporarily("silent", Silent()):
        yield settings
    watch.forget()


@dataclass
class Said:
    """What a command said, and its exit code."""

    out: str
    err: str
    code: int

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def openflow(monkeypatch) -> Callable[..., Said]:
    """``openflow("import", "x.json", stdin=b"...")``."""

    def call(*arguments: object, stdin: bytes = b"") -> Said:
        out, err, code = StringIO(), StringIO(), 0
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(stdin)))
        try:
            call_command("openflow", *map(str, arguments), stdout=out, stderr=err, no_color=True)
        except CommandError as error:
            err.write(str(error))
            code = error.returncode
        return Said(out.getvalue(), err.getvalue(), code)

    return call


def transform(value: Any, step_id: str = "a", **keys: Any) -> Any:
    """A step whose result is ``value``, a template."""
    inputs = {"json": {"type": "template", "value": value}}
    return step({"type": "script", "path": "op/transform", "input_transforms": inputs}, step_id, **keys)


def greeting(word: str = "Hello") -> Any:
    return {**document_of(transform({"text": word + " {{ $trigger.name }}"})), "summary": "Greets"}


MANUAL = {"type": "manual", "name": "By hand", "options": {}}


def content(**fields: Any) -> Any:
    """The content of a flow file."""
    own = {"path": "greet/person", "name": "Greet", "description": "", "triggers": [], "document": greeting()}
    return {**own, **fields}


@pytest.fixture
def file(tmp_path) -> Callable[..., Path]:
    """``file("x.json", content)``: a file with that JSON, or text."""

    def write(name: str, data: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data if isinstance(data, str) else json.dumps(data))
        return path

    return write


@pytest.fixture
def stored(db) -> Flow:
    """A flow with an unpublished draft."""
    return flows.create_flow(path="greet/person", name="Greet", document=greeting(), user=None)


@pytest.fixture
def live(stored) -> Flow:
    """The flow, published and active."""
    flows.publish(stored, digest=digest(stored.draft), user=None)
    return flows.activate(stored, user=None)


@pytest.fixture
def user(db) -> Callable[..., Any]:
    """``user("publish_flow")``: the name of a person with exactly these permissions."""

    def make(*codenames: str, **fields: Any) -> str:
        people = get_user_model()._default_manager
        person: Any = people.create(username=f"person{people.count()}", **fields)
        person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return person.username

    return make
