"""Every call of the builder for every kind of person; rights are judged on the server."""

import json
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from openflow_django.admin.builder.triggers import described
from openflow_django.models import Flow, Pin, Run, RunStatus, Trigger
from openflow_django.services import flows
from openflow_django.spec.json import digest
from tests.admin.builder.conftest import Api
from tests.admin.builder.table import CALLS
from tests.admin.conftest import ROLES


@pytest.fixture
def made(flow, version, trigger, run) -> Any:
    """``made(name)``: method, address and body of a call, with the keys of what is there."""
    flows.deactivate(flow, user=None)
    numbers = {"flow": flow.pk, "run": run.pk}

    def fill(value: Any) -> Any:
        return {
            "{base}": digest(flow.draft),
            "{trigger}": trigger.pk,
            "{trigger_base}": described(trigger)["base"],
        }.get(value, value)

    def make(name: str) -> tuple[str, str, Any]:
        method, address, body, _roles, _status = CALLS[name]
        sent = {key: fill(value) if isinstance(value, str) else value for key, value in (body or {}).items()}
        return method, address.format(**numbers), sent if body is not None else None

    return make


def reopen(run: Run, name: str) -> None:
    """A run that can be canceled, or one that can be repeated."""
    flows.activate(run.flow, user=None)
    if name == "run_cancel":
        Run.objects.filter(pk=run.pk).update(status=RunStatus.RUNNING, finished_at=None)


def snapshot() -> Any:
    """Everything a call could have changed."""
    drafts = list(Flow.objects.values("draft", "draft_revision", "published_version", "status"))
    triggers = list(Trigger.objects.values("enabled", "options", "name"))
    return drafts, triggers, list(Run.objects.values("status", "cancel_requested_at")), Pin.objects.count()


@pytest.mark.parametrize("name", CALLS)
def test_each_call_by_each_role(login, made, run, name) -> None:
    *_, allowed, expected = CALLS[name]
    if name in ("run_cancel", "run_restart"):
        reopen(run, name)
    for role in sorted(set(ROLES) - allowed):
        before = snapshot()
        api = Api(login(role))
        status, data = api(*made(name))
        assert status in (403, 404), (name, role, data)
        assert set(data) >= {"code", "message"}
        assert snapshot() == before
    role = max(allowed)
    status, data = Api(login(role))(*made(name))
    assert status == expected, (name, role, data)


@pytest.mark.parametrize("name", [name for name, call in CALLS.items() if call[0] == "GET"])
def test_reading_is_open_to_everybody_it_is_open_to(login, made, name) -> None:
    *_, allowed, expected = CALLS[name]
    for role in allowed:
        assert Api(login(role))(*made(name))[0] == expected, (name, role)


def test_who_is_not_signed_in_is_told_so(made) -> None:
    api = Api(Client())
    for name in CALLS:
        status, data = api(*made(name))
        assert (status, data["code"]) == (401, "signed_out"), name
        assert "/admin/login/" in data["login"]


def test_people_who_are_not_staff_get_no_further(login, made) -> None:
    api = Api(login("boss", is_superuser=True))
    get_user_model()._default_manager.update(is_staff=False)
    for name in CALLS:
        assert api(*made(name))[0] == 401, name


def test_every_write_asks_for_the_token(person, made) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("boss", is_superuser=True))
    before = snapshot()
    for name, (method, *_) in CALLS.items():
        if method == "GET":
            continue
        status, data = Api(client)(*made(name))
        assert (status, data["code"]) == (403, "csrf_failed"), name
    assert snapshot() == before


def test_with_the_token_of_the_page_it_works(person, made) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("boss", is_superuser=True))
    token = client.get("/admin/openflow/flow/add/").context["csrf_token"]
    status, _ = Api(client)(*made("validate"), **{"X-CSRFToken": str(token)})
    assert status == 200


def test_a_wrong_token_is_refused(person, made) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("boss", is_superuser=True))
    client.get("/admin/openflow/flow/add/")
    status, data = Api(client)(*made("validate"), **{"X-CSRFToken": "x" * 64})
    assert (status, data["code"]) == (403, "csrf_failed")


def test_an_author_does_not_change_what_starts_a_live_flow(login, made, flow) -> None:
    flows.activate(flow, user=None)
    before = snapshot()
    for name in ("new trigger", "changed trigger", "deleted trigger"):
        status, data = Api(login(f"author{name}", is_active=True))(*made(name))
        assert status in (403, 404), data
    author = Api(login("author"))
    for name in ("new trigger", "changed trigger", "deleted trigger"):
        assert author(*made(name))[0] == 403
    assert snapshot() == before


def test_other_methods_are_named(boss, made) -> None:
    for name, (method, address, *_) in CALLS.items():
        for other in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {method}:
            if any(
                each[1].split("?")[0] == address.split("?")[0] and each[0] == other for each in CALLS.values()
            ):
                continue
            status, data = boss(other, made(name)[1], {})
            assert (status, data["code"]) == (405, "method_not_allowed"), (name, other)


def test_head_is_answered_like_get(boss, made) -> None:
    for name, (method, *_) in CALLS.items():
        if method == "GET":
            assert boss.client.head(made(name)[1]).status_code == 200, name


def test_whoever_started_a_run_sees_its_states_without_values(person, made, run) -> None:
    starter = person("nobody")
    Run.objects.filter(pk=run.pk).update(started_by=starter)
    client = Client()
    client.force_login(starter)
    status, data = Api(client)(*made("run_state"))
    assert status == 200
    assert not any("error" in step for step in data["steps"])
    assert Api(client)(*made("run_step"))[0] == 403


@pytest.mark.parametrize("key", [0, 10**30])
def test_keys_that_lead_nowhere(boss, key) -> None:
    for path in (f"{key}/builder/draft/", f"builder/runs/{key}/state/"):
        method = "PUT" if "draft" in path else "GET"
        status, data = boss(method, f"/admin/openflow/flow/{path}", {})
        assert (status, data["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"a": NaN}', b"[" * 5000, b'{"document": 1e999}', b"null"],
)
def test_what_is_no_json_object_is_refused_with_words(boss, made, body) -> None:
    for name in CALLS:
        method, address, _ = made(name)
        if method == "GET":
            continue
        boss.last = boss.client.generic(method, address, body, content_type="application/json")
        assert boss.last.status_code in (200, 201, 400, 409, 413, 422), (name, body)
        if boss.last.status_code >= 400:
            assert set(json.loads(boss.last.content)) >= {"code", "message"}, name
