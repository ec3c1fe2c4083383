"""Who may do what: every right by itself, on all objects or on one, for active people only."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.core.exceptions import PermissionDenied

from openflow_django import permissions
from openflow_django.models import (
    Flow,
    FlowStatus,
    FlowVersion,
    Resource,
    ResourceType,
    Run,
    Script,
    Variable,
)

FLOW_RIGHTS = {
    "can_view_flow": {"view_flow", "change_flow"},
    "can_edit": {"change_flow"},
    "can_publish": {"publish_flow"},
    "can_delete": {"delete_flow"},
    "can_change_triggers": {"change_flow"},
    "can_run": {"run_flow"},
}
RUN_RIGHTS = {
    "can_view_run": {"view_run"},
    "can_view_payload": {"view_payload"},
    "can_cancel": {"cancel_run"},
    "can_replay": {"replay_run"},
    "can_approve": {"approve_run"},
}
CODENAMES = sorted(
    {name for names in (*FLOW_RIGHTS.values(), *RUN_RIGHTS.values()) for name in names}
    | {"add_flow", "delete_run"}
)


class OnlyOrders(BaseBackend):
    """``order_keeper`` holds every right on the flows under ``orders/`` and on their runs."""

    def has_perm(self, user_obj, perm, obj=None):
        on = obj.flow if isinstance(obj, Run) else obj
        keeps = user_obj.get_username() == "order_keeper"
        return keeps and isinstance(on, Flow) and on.path.startswith("orders/")


@pytest.fixture
def person(db):
    def make(*codenames, **fields):
        found: Any = get_user_model()._default_manager.create(**{"username": "person", **fields})
        found.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return found

    return make


@pytest.fixture
def flow(db) -> Flow:
    return Flow.objects.create(path="orders/paid", name="Order paid")


@pytest.fixture
def other(db) -> Flow:
    return Flow.objects.create(path="stock/low", name="Stock is low")


@pytest.fixture
def run(flow) -> Run:
    return Run.objects.create(flow=flow)


@pytest.mark.parametrize("codename", CODENAMES)
def test_each_right_allows_what_it_names_and_nothing_else(person, flow, run, codename):
    user = person(codename)
    allowed = {name for name in FLOW_RIGHTS if getattr(permissions, name)(user, flow)}
    allowed |= {name for name in RUN_RIGHTS if getattr(permissions, name)(user, run)}
    assert allowed == {name for name, rights in {**FLOW_RIGHTS, **RUN_RIGHTS}.items() if codename in rights}
    assert permissions.can_create(user) is (codename == "add_flow")


@pytest.mark.parametrize("name", [*FLOW_RIGHTS, *RUN_RIGHTS])
def test_superusers_may_and_strangers_may_not(person, flow, run, name):
    obj = flow if name in FLOW_RIGHTS else run
    asked = getattr(permissions, name)
    assert asked(person(username="root", is_superuser=True), obj)
    assert not asked(person(username="staff", is_staff=True), obj)
    assert not asked(AnonymousUser(), obj)


@pytest.mark.parametrize("name", [*FLOW_RIGHTS, *RUN_RIGHTS])
def test_the_inactive_may_nothing(person, flow, run, name):
    asked, obj = getattr(permissions, name), flow if name in FLOW_RIGHTS else run
    assert not asked(person(*CODENAMES, is_active=False), obj)
    assert not asked(person(username="root", is_superuser=True, is_active=False), obj)


def test_rights_of_a_group_count(person, flow):
    user = person()
    group = Group.objects.create(name="publishers")
    group.permissions.set(Permission.objects.filter(codename="publish_flow"))
    user.groups.add(group)
    assert permissions.can_publish(user, flow)


def test_what_is_live_takes_publishing_to_change_or_delete(person, flow):
    version = FlowVersion.objects.create(flow=flow, number=1, document={}, digest="")
    flow.status, flow.published_version = FlowStatus.ACTIVE, version
    author = person("change_flow", "delete_flow", username="author")
    assert permissions.can_edit(author, flow)
    assert not permissions.can_change_triggers(author, flow)
    assert not permissions.can_delete(author, flow)
    publisher = person("publish_flow", "delete_flow", username="publisher")
    assert permissions.can_change_triggers(publisher, flow)
    assert permissions.can_delete(publisher, flow)


def test_whoever_started_a_run_sees_it_without_its_payload(person, run):
    user = person()
    run.started_by = user
    assert permissions.can_view_run(user, run)
    assert not permissions.can_view_payload(user, run)
    assert not permissions.can_cancel(user, run)
    user.is_active = False
    assert not permissions.can_view_run(user, run)


def test_a_run_whose_flow_is_gone_is_judged_by_global_rights(person):
    run = Run.objects.create(flow=None)
    assert permissions.can_cancel(person("cancel_run"), run)
    assert not permissions.can_cancel(person(username="stranger"), run)


def test_require_names_the_action():
    permissions.require(True, "publish this flow")
    with pytest.raises(permissions.NotPermitted) as caught:
        permissions.require(False, "publish this flow")
    assert isinstance(caught.value, PermissionDenied)
    assert caught.value.message == "You may not publish this flow."
    assert caught.value.code == "not_permitted"


class TestLists:
    def test_of_flows(self, person, flow, other):
        assert set(permissions.visible_flows(person("view_flow", username="viewer"))) == {flow, other}
        assert set(permissions.visible_flows(person("change_flow", username="author"))) == {flow, other}
        assert not permissions.visible_flows(person("run_flow", "view_run", username="operator")).exists()
        assert not permissions.visible_flows(AnonymousUser()).exists()

    def test_of_runs(self, person, flow, other, run):
        theirs = Run.objects.create(flow=other)
        viewer = person("view_run", username="viewer")
        assert set(permissions.visible_runs(viewer)) == {run, theirs}
        starter = person(username="starter")
        own = Run.objects.create(flow=other, started_by=starter)
        assert set(permissions.visible_runs(starter)) == {own}
        assert not permissions.visible_runs(AnonymousUser()).exists()
        starter.is_active = False
        assert not permissions.visible_runs(starter).exists()

    def test_cost_no_query_for_each_flow(self, person, flow, other, django_assert_num_queries):
        user = person()
        permissions.visible_flows(user)
        with django_assert_num_queries(1):
            list(permissions.visible_runs(user))


@pytest.mark.parametrize("backend_first", [True, False])
class TestObjectPermissions:
    @pytest.fixture(autouse=True)
    def backends(self, settings, backend_first):
        own = ["django.contrib.auth.backends.ModelBackend", f"{__name__}.OnlyOrders"]
        settings.AUTHENTICATION_BACKENDS = own[::-1] if backend_first else own

    @pytest.mark.parametrize("name", [*FLOW_RIGHTS, *RUN_RIGHTS])
    def test_a_right_on_one_flow_covers_it_and_its_runs(self, person, flow, other, run, name):
        keeper = person(username="order_keeper")
        asked = getattr(permissions, name)
        here, there = (flow, other) if name in FLOW_RIGHTS else (run, Run.objects.create(flow=other))
        assert asked(keeper, here)
        assert not asked(keeper, there)
        assert not asked(person(username="stranger"), here)

    def test_lists_agree_with_single_answers(self, person, flow, other, run):
        Run.objects.create(flow=other)
        keeper = person(username="order_keeper")
        assert set(permissions.visible_flows(keeper)) == {flow}
        assert set(permissions.visible_runs(keeper)) == {run}
        keeper.is_active = False
        assert not permissions.visible_flows(keeper).exists()
        assert not permissions.visible_runs(keeper).exists()


class TestRowsThatFlowsRead:
    ACTIONS: tuple[permissions.Action, ...] = ("add", "change", "delete", "view")

    @pytest.mark.parametrize("model", [Resource, ResourceType, Script, Variable])
    def test_djangos_own_permissions_decide_and_who_may_change_may_look(self, person, model):
        name = model._meta.model_name
        for number, held in enumerate(self.ACTIONS):
            someone = person(f"{held}_{name}", username=f"p{number}")
            allowed = {action for action in self.ACTIONS if permissions.can_manage(someone, action, model)}
            assert allowed == ({held, "view"} if held == "change" else {held})
        inactive = person(f"change_{name}", username="gone", is_active=False)
        assert not permissions.can_manage(inactive, "view", model)

    @pytest.mark.parametrize(
        ("held", "plain", "secret"),
        [
            (("add_variable",), {"add"}, set()),
            (("change_variable",), {"change", "view"}, {"view"}),
            (("delete_variable",), {"delete"}, set()),
            (("view_variable",), {"view"}, {"view"}),
            (("manage_secrets",), {"view"}, {"add", "change", "delete", "view"}),
            ((), set(), set()),
        ],
    )
    def test_secrets_take_a_right_of_their_own(self, person, held, plain, secret):
        someone = person(*held)
        for is_secret, expected in ((False, plain), (True, secret)):
            variable = Variable(path="a", is_secret=is_secret)
            by_row = {it for it in self.ACTIONS if permissions.can_manage_variable(someone, it, variable)}
            by_kind = {
                it for it in self.ACTIONS if permissions.can_manage_variable(someone, it, is_secret=is_secret)
            }
            assert by_row == by_kind == expected

    def test_what_a_variable_is_to_become_counts(self, person):
        clerk = person("change_variable")
        plain = Variable(path="a", is_secret=False)
        assert permissions.can_manage_variable(clerk, "change", plain)
        assert not permissions.can_manage_variable(clerk, "change", plain, is_secret=True)

    def test_python_takes_a_right_of_its_own(self, person):
        author, pythonist = person("change_script"), person("author_python", username="p2")
        assert permissions.can_author(author, "bun")
        assert not permissions.can_author(author, "python3")
        assert permissions.can_author(pythonist, "python3")
