"""Which flows may read a secret, and who may try one out in a draft."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import override_settings

from openflow_django.models import Flow, Run, RunStatus, StepRun
from openflow_django.services import resources, runs, variables
from tests.flows import IMMEDIATE, document, live, start
from tests.worker.secrets.canaries import SECRET, advance, assert_clean, secret, step

pytestmark = pytest.mark.django_db(transaction=True)


class TestWhoMayRead:
    READ = "variable('key')"

    def flow(self, path: str = "tests/reader") -> Flow:
        return live(document(step("a", "see", self.READ)), path=path)

    def test_a_secret_is_closed_to_flows_it_does_not_list(self, seen):
        mine, other = self.flow(), self.flow("tests/other")
        secret(mine)
        assert start(mine).status == RunStatus.SUCCESS
        run = start(other)
        assert run.status == RunStatus.FAILURE
        assert "that this flow may read" in run.data.error["message"]
        assert seen == [SECRET]

    def test_a_secret_that_lists_none_is_closed_to_all(self, seen):
        secret(None)
        assert start(self.flow()).status == RunStatus.FAILURE

    def test_a_plain_variable_that_lists_none_is_open(self, seen):
        variables.create_variable(path="key", value="plain", user=None)
        assert start(self.flow()).status == RunStatus.SUCCESS
        assert seen == ["plain"]
        assert StepRun.objects.get().result == "plain"

    def test_a_plain_variable_that_lists_some_is_closed_to_others(self, seen):
        mine, other = self.flow(), self.flow("tests/other")
        variables.create_variable(path="key", value="plain", flows=[mine], user=None)
        assert start(mine).status == RunStatus.SUCCESS
        assert start(other).status == RunStatus.FAILURE

    def test_what_is_not_there_reads_like_what_is_closed(self, seen):
        flow = self.flow()
        missing = start(flow).data.error["message"]
        secret(None)
        assert start(flow).data.error["message"] == missing

    def test_the_right_is_asked_anew_by_each_execution(self, seen):
        flow = live(
            document(
                step("a", "see", self.READ, sleep={"type": "static", "value": 60}),
                step("b", "see", self.READ),
            )
        )
        variable = secret(flow)
        run = start(flow)
        variables.update_variable(variable, flows=[], user=None)
        assert advance(run).status == RunStatus.FAILURE

    def test_resources_have_their_own_list_and_respect_those_of_their_secrets(self, seen):
        flow, other = (
            live(document(step("a", "see", "resource('db').password")), path=path)
            for path in ("tests/a", "tests/b")
        )
        kind = resources.create_resource_type(name="db", user=None)
        resource = resources.create_resource(path="db", type=kind, value={"password": "$var:key"}, user=None)
        secret(flow)
        assert start(flow).status == RunStatus.SUCCESS
        assert start(other).status == RunStatus.FAILURE
        resources.update_resource(resource, flows=[other], user=None)
        assert start(flow).status == RunStatus.FAILURE
        assert seen == [SECRET]
        assert_clean()

    def test_a_password_written_into_a_resource_is_kept_out_as_well(self, seen):
        flow = live(document(step("a", "see", "'user:' + resource('db').password")))
        kind = resources.create_resource_type(name="db", user=None)
        resources.create_resource(path="db", type=kind, value={"password": "plain-pass-word"}, user=None)
        run = start(flow)
        assert seen == ["user:plain-pass-word"]
        assert run.data.result == "user:[redacted]"


class TestDrafts:
    def try_out(self, flow: Flow, *codenames: str) -> Run:
        user: Any = get_user_model()._default_manager.create(username="tester")
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        with override_settings(OPENFLOW=IMMEDIATE):
            run = runs.start_test(flow, input={}, user=user)
        run.refresh_from_db()
        return run

    def test_who_could_not_publish_it_does_not_get_the_secret(self, seen):
        flow = live(document(step("a", "see", "1")))
        secret(flow)
        Flow.objects.update(draft=document(step("a", "see", "variable('key')")))
        flow.refresh_from_db()
        run = self.try_out(flow, "change_flow", "run_flow")
        assert run.status == RunStatus.FAILURE
        assert "may publish" in run.data.error["message"]
        assert seen == []

    def test_who_could_publish_it_does(self, seen):
        flow = live(document(step("a", "see", "variable('key')")))
        secret(flow)
        assert self.try_out(flow, "change_flow", "run_flow", "publish_flow").status == RunStatus.SUCCESS
        assert seen == [SECRET]
