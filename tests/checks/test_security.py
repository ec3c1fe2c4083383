"""Checks of settings that protect."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.checks import run_checks

from openflow_django.checks import security

AUTH = "django.contrib.auth.middleware.AuthenticationMiddleware"
OURS = "openflow_django.middleware.accountability_middleware"


def ids(check, **given):
    messages = check(app_configs=None, **given)
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("guard", "debug", "expected"),
    [(True, False, []), (False, True, []), (True, True, []), (False, False, ["openflow.E040"])],
)
def test_the_guard_of_requests(settings, guard, debug, expected):
    settings.OPENFLOW, settings.DEBUG = {"HTTP_GUARD": guard}, debug
    assert ids(security.check_guard) == expected


@pytest.mark.parametrize(
    ("days", "runs", "expected"),
    [(30, 100, []), (30, None, []), (None, 100, []), (None, None, ["openflow.W040"])],
)
def test_retention(settings, days, runs, expected):
    settings.OPENFLOW = {"RETENTION_DAYS": days, "RETENTION_RUNS": runs}
    assert ids(security.check_retention) == expected


@pytest.mark.parametrize(
    ("keys", "wrong", "derived"),
    [
        ([], [], ["openflow.W043"]),
        (["x" * 32], [], []),
        (["x" * 31], ["openflow.E041"], []),
        ("x" * 40, ["openflow.E041"], []),
    ],
)
def test_the_keys_of_secrets(settings, keys, wrong, derived):
    settings.OPENFLOW = {"SECRET_KEYS": keys}
    assert ids(security.check_secret_keys) == wrong
    assert ids(security.check_own_keys) == derived


def test_a_derived_key_is_told_when_a_site_is_deployed():
    def told(**given):
        return "openflow.W043" in {
            message.id for message in run_checks(tags=["openflow"], databases=[], **given)
        }

    assert told(include_deployment_checks=True)
    assert not told()


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ([], []),
        ([AUTH], []),
        ([AUTH, OURS], []),
        ([OURS, AUTH], ["openflow.W041"]),
        ([OURS], ["openflow.W041"]),
    ],
)
def test_the_order_of_middleware(settings, order, expected):
    settings.MIDDLEWARE = order
    assert ids(security.check_middleware) == expected


class TestRightsOnTheQueue:
    @pytest.fixture
    def group(self, db):
        return Group.objects.create(name="office")

    def give(self, group, codename):
        group.permissions.add(Permission.objects.get(content_type__app_label="django_q", codename=codename))

    @pytest.mark.parametrize("codename", ["add_schedule", "change_schedule", "add_ormq", "change_task"])
    def test_a_group_that_may_write_tasks(self, group, codename):
        self.give(group, codename)
        (message,) = security.check_django_q_rights(app_configs=None, databases=["default"])
        assert message.id == "openflow.W042"
        assert "office" in message.msg

    @pytest.mark.parametrize("codename", ["view_schedule", "delete_task"])
    def test_looking_and_deleting_are_harmless(self, group, codename):
        self.give(group, codename)
        assert ids(security.check_django_q_rights, databases=["default"]) == []

    def test_the_database_is_asked_only_when_it_is_checked(self, group, django_assert_num_queries):
        self.give(group, "add_schedule")
        with django_assert_num_queries(0):
            assert ids(security.check_django_q_rights, databases=None) == []


def test_every_check_is_registered_under_one_tag(settings):
    settings.OPENFLOW = {"RETENTION_DAYS": None, "RETENTION_RUNS": None}
    assert "openflow.W040" in {message.id for message in run_checks(tags=["openflow"], databases=[])}
