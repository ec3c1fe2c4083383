"""Every page of this admin for every kind of person, reading and writing; rights are judged on the
server.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from openflow_django.models import Event, Flow, Run, RunStatus, Trigger, Wait
from tests.admin.builder.table import ADDRESSES
from tests.admin.conftest import ROLES, Page

ADMIN = "/admin/openflow"

PAGES: dict[str, tuple[str, set[str]]] = {
    # name: (address, roles that may open it)
    "flow_changelist": (f"{ADMIN}/flow/", set(ROLES) - {"nobody"}),
    "flow_add": (f"{ADMIN}/flow/add/", {"author", "tester"}),
    "flow_change": (f"{ADMIN}/flow/{{flow}}/change/", set(ROLES) - {"nobody"}),
    "flow_delete": (f"{ADMIN}/flow/{{flow}}/delete/", {"remover"}),
    "flow_history": (f"{ADMIN}/flow/{{flow}}/history/", set(ROLES) - {"nobody"}),
    "flow_publish": (f"{ADMIN}/flow/{{flow}}/publish/", {"publisher"}),
    "flow_activate": (f"{ADMIN}/flow/{{flow}}/activate/", set()),
    "flow_deactivate": (f"{ADMIN}/flow/{{flow}}/deactivate/", set()),
    "flow_versions": (f"{ADMIN}/flow/{{flow}}/versions/", set(ROLES) - {"nobody"}),
    "flow_version": (f"{ADMIN}/flow/{{flow}}/versions/1/", set(ROLES) - {"nobody"}),
    "flow_restore": (f"{ADMIN}/flow/{{flow}}/versions/1/restore/", set()),
    "flow_test": (f"{ADMIN}/flow/{{flow}}/test/", {"tester"}),
    "flow_start": (f"{ADMIN}/flow/{{flow}}/start/{{button}}/", set()),
    "trigger_changelist": (f"{ADMIN}/trigger/", set(ROLES) - {"nobody"}),
    "trigger_add": (
        f"{ADMIN}/trigger/add/?flow={{flow}}&type=model_event",
        {"author", "tester", "publisher"},
    ),
    "trigger_change": (f"{ADMIN}/trigger/{{trigger}}/change/", set(ROLES) - {"nobody"}),
    "trigger_delete": (f"{ADMIN}/trigger/{{trigger}}/delete/", {"author", "tester", "publisher"}),
    "trigger_history": (f"{ADMIN}/trigger/{{trigger}}/history/", set(ROLES) - {"nobody"}),
    "trigger_switch": (f"{ADMIN}/trigger/{{trigger}}/switch/", set()),
    "event_changelist": (f"{ADMIN}/event/", {"viewer", "auditor"}),
    "event_add": (f"{ADMIN}/event/add/", set()),
    "event_change": (f"{ADMIN}/event/{{event}}/change/", {"viewer", "auditor"}),
    "event_delete": (f"{ADMIN}/event/{{event}}/delete/", set()),
    "event_history": (f"{ADMIN}/event/{{event}}/history/", {"viewer", "auditor"}),
    "event_value": (f"{ADMIN}/event/{{event}}/value/?of=payload", {"auditor"}),
    "run_changelist": (f"{ADMIN}/run/", set(ROLES) - {"nobody", "remover"}),
    "run_add": (f"{ADMIN}/run/add/", set()),
    "run_change": (f"{ADMIN}/run/{{run}}/change/", set(ROLES) - {"nobody", "remover"}),
    "run_delete": (f"{ADMIN}/run/{{run}}/delete/", set()),
    "run_history": (f"{ADMIN}/run/{{run}}/history/", set(ROLES) - {"nobody", "remover"}),
    "run_state": (f"{ADMIN}/run/{{run}}/state/", set(ROLES) - {"nobody", "remover"}),
    "run_value": (f"{ADMIN}/run/{{run}}/value/?of=input", {"auditor", "tester"}),
    "run_cancel": (f"{ADMIN}/run/{{run}}/cancel/", {"operator"}),
    "run_replay": (f"{ADMIN}/run/{{run}}/replay/", set()),
    "run_restart": (f"{ADMIN}/run/{{run}}/restart/", set()),
    "wait_changelist": (f"{ADMIN}/wait/", set()),
    "wait_add": (f"{ADMIN}/wait/add/", set()),
    "wait_change": (f"{ADMIN}/wait/{{wait}}/change/", set(ROLES) - {"nobody", "remover"}),
    "wait_delete": (f"{ADMIN}/wait/{{wait}}/delete/", set()),
    "wait_history": (f"{ADMIN}/wait/{{wait}}/history/", set(ROLES) - {"nobody", "remover"}),
}
"""Pages that answer to POST only are open to nobody here."""

Addresses = Callable[[str], str]


@pytest.fixture
def address(flow, version, trigger, event, run) -> Addresses:
    from openflow_django.services import flows

    flows.deactivate(flow, user=None)
    wait = Wait.objects.create(run=run, path="ask", step_id="ask", expires_at=timezone.now())
    rows = {"flow": flow, "trigger": trigger, "event": event, "run": run, "wait": wait}
    numbers = {"button": 0} | {name: row.pk for name, row in rows.items()}
    return lambda name: PAGES[name][0].format(**numbers)


def snapshot() -> Any:
    """Everything a page could have changed."""
    flows = list(
        Flow.objects.values("name", "path", "status", "draft_revision", "published_version", "run_as")
    )
    runs = list(Run.objects.values("status", "cancel_requested_at"))
    return flows, runs, list(Trigger.objects.values("enabled", "options", "name")), Event.objects.count()


def test_every_address_of_this_admin_is_in_the_table() -> None:
    names = {
        pattern.name.removeprefix("openflow_")
        for model in (Flow, Trigger, Event, Run, Wait)
        for pattern in admin.site.get_model_admin(model).get_urls()
        if pattern.name
    }
    assert names == set(PAGES) | {f"flow_builder_{name}" for name in ADDRESSES}


@pytest.mark.parametrize("role", [*ROLES, "boss"])
def test_who_may_open_what(login, address, role) -> None:
    client = login(role, is_superuser=role == "boss")
    for name, (_, allowed) in PAGES.items():
        status = client.get(address(name)).status_code
        if role == "boss":
            closed = {
                "flow_start": 404,
                "event_add": 403,
                "event_delete": 403,
                "run_add": 403,
                "run_delete": 403,
                "wait_add": 403,
                "wait_delete": 403,
            }
            assert status in ({closed[name]} if name in closed else {200, 405}), name
        elif role in allowed:
            assert status == 200, (name, role)
        else:
            assert status in (302, 403, 404, 405), (name, role)


@pytest.mark.parametrize("role", ["nobody", "viewer", "auditor"])
def test_who_may_only_look_changes_nothing_by_posting(login, address, flow, role) -> None:
    client = login(role)
    before = snapshot()
    form = {"name": "x", "path": "x", "document": "{}", "revision": "1", "post": "yes", "enabled": "0"}
    more = {
        "digest": "x",
        "_json": "1",
        "json": "{}",
        "options-model": "shop.order",
        "options-actions": "created",
    }
    for name in PAGES:
        answer = client.post(address(name), {**form, **more})
        assert answer.status_code < 500, name
    assert snapshot() == before


WRITES: dict[str, tuple[dict[str, str], set[str]]] = {
    "flow_activate": ({}, {"publisher"}),
    "flow_deactivate": ({}, {"publisher"}),
    "flow_publish": ({"digest": "x"}, {"publisher"}),
    "flow_restore": ({"revision": "1"}, {"author", "tester", "publisher"}),
    "flow_test": ({"json": "{}", "_json": "1"}, {"tester"}),
    "flow_delete": ({"post": "yes"}, {"remover"}),
    "trigger_switch": ({"enabled": "0"}, {"author", "tester", "publisher"}),
    "trigger_delete": ({"post": "yes"}, {"author", "tester", "publisher"}),
    "run_cancel": ({}, {"operator"}),
    "run_replay": ({}, {"operator"}),
    "run_restart": ({"path": "lines"}, {"operator"}),
}


@pytest.mark.parametrize("name", WRITES)
def test_each_write_by_each_role(login, address, name) -> None:
    data, allowed = WRITES[name]
    for role in sorted(set(ROLES) - allowed):
        before = snapshot()
        status = login(role).post(address(name), data).status_code
        assert status in (403, 404), (name, role, status)
        assert snapshot() == before
    role = min(allowed)
    assert login(role).post(address(name), data).status_code in (200, 302)


def test_an_author_does_not_change_what_starts_a_live_flow(login, address, flow, version, trigger) -> None:
    from openflow_django.services import flows

    flows.activate(flow, user=None)
    client = login("author")
    assert client.post(address("trigger_switch"), {"enabled": "0"}).status_code == 403
    assert client.get(address("trigger_add")).status_code == 403
    assert client.post(address("trigger_delete"), {"post": "yes"}).status_code == 403
    trigger.refresh_from_db()
    assert trigger.enabled


def test_nobody_without_a_login_gets_further_than_the_login(address) -> None:
    client = Client()
    for name in PAGES:
        for answer in (client.get(address(name)), client.post(address(name))):
            assert answer.status_code == 302
            assert "/login/" in answer.headers["Location"]


def test_people_who_are_not_staff_get_no_further_either(login, address) -> None:
    client = login("boss", is_superuser=True)
    from django.contrib.auth import get_user_model

    get_user_model()._default_manager.update(is_staff=False)
    for name in PAGES:
        assert client.get(address(name)).status_code == 302


def test_every_write_asks_for_the_token_of_its_form(person, address) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("boss", is_superuser=True))
    before = snapshot()
    for name in ("flow_add", "flow_change", "trigger_add", "trigger_change", *WRITES):
        assert client.post(address(name), {}).status_code == 403, name
    assert snapshot() == before


def test_nothing_is_changed_by_looking(boss, address) -> None:
    before = snapshot()
    for name in PAGES:
        boss.get(address(name))
        boss.head(address(name))
    assert snapshot() == before


def test_who_may_only_look_sees_the_flow_without_a_form(login, address) -> None:
    page = Page(login("viewer").get(address("flow_change")))
    assert '"summary": "Order paid"' in page.text
    assert not page.all("textarea")
    assert not page.all("input", type="submit")
    for word in ("Publish", "Activate", "Test run", "Add trigger", "Delete"):
        assert word not in page.text.replace("Published", "")


def test_whoever_started_a_run_may_see_it(person, address, run) -> None:
    starter = person("nobody")
    Run.objects.filter(pk=run.pk).update(started_by=starter)
    client = Client()
    client.force_login(starter)
    assert client.get(address("run_change")).status_code == 200
    assert client.get(address("run_value")).status_code == 403


def test_the_form_sets_nothing_that_is_not_on_it(boss, flow, version, address) -> None:
    from tests.admin.test_flow_page import typed

    sneaky = {
        "status": "active",
        "published_version": "",
        "created_by": "",
        "draft": "{}",
        "draft_revision": "99",
    }
    from openflow_django.services import flows

    flows.deactivate(flow, user=None)
    boss.post(address("flow_change"), {**typed(boss, address("flow_change")), **sneaky})
    flow.refresh_from_db()
    assert (flow.status, flow.published_version, flow.draft_revision) == ("inactive", version, 1)


def test_an_author_may_not_let_a_flow_act_as_somebody_else(login, person, flow, address) -> None:
    from tests.admin.test_flow_page import typed

    other = person("victim", is_superuser=True)
    client = login("author")
    data = typed(client, address("flow_change"))
    response = client.post(address("flow_change"), {**data, "run_as": "user", "run_as_user": str(other.pk)})
    assert "You may not let a flow act this way." in Page(response).text
    flow.refresh_from_db()
    assert flow.run_as == "caller"


def test_a_superuser_may(boss, person, flow, address) -> None:
    from tests.admin.test_flow_page import typed

    other = person("service")
    data = typed(boss, address("flow_change"))
    boss.post(address("flow_change"), {**data, "run_as": "user", "run_as_user": str(other.pk)})
    flow.refresh_from_db()
    assert (flow.run_as, flow.run_as_user) == ("user", other)


def test_renaming_a_live_flow_takes_the_right_to_publish(login, flow, version, address) -> None:
    from openflow_django.services import flows
    from tests.admin.test_flow_page import typed

    flows.activate(flow, user=None)
    client = login("author")
    response = client.post(address("flow_change"), {**typed(client, address("flow_change")), "path": "other"})
    assert "takes the right to publish" in Page(response).text
    flow.refresh_from_db()
    assert flow.path == "orders/paid"


def test_a_running_run_is_cancelled_by_who_may(login, address, run) -> None:
    Run.objects.filter(pk=run.pk).update(status=RunStatus.RUNNING, finished_at=None)
    login("operator").post(address("run_cancel"), {"reason": "stop"})
    run.refresh_from_db()
    assert run.cancel_requested_at is not None
