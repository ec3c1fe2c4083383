"""Runs that are taken up later: they go on with the real values, which are stored encrypted."""

import pytest
from django.test import override_settings

from openflow_django.encryption import encrypt
from openflow_django.models import Run, RunStatus, StepRun, Variable
from openflow_django.services import variables
from openflow_django.services.repeats import replay, restart
from openflow_django.worker.store import LeaseLost, Store
from tests.flows import IMMEDIATE, document, live, start, transform
from tests.worker.secrets.canaries import SECRET, advance, assert_clean, secret, step

pytestmark = pytest.mark.django_db(transaction=True)


class TestResuming:
    def parked(self, seen) -> Run:
        flow = live(
            document(
                step(
                    "a",
                    "see",
                    "({ key: variable('key'), password: 'pass-word' })",
                    sleep={"type": "static", "value": 60},
                ),
                step("b", "see", "[results.a, flow_input]"),
            )
        )
        secret(flow)
        run = start(flow, {"token": "t-o-k-e-n", "given": SECRET})
        assert run.status == RunStatus.QUEUED, run.data.error
        assert run.data.input == {"token": "[redacted]", "given": "[redacted]"}
        assert_clean()
        return run

    def test_another_worker_goes_on_with_the_real_values(self, seen):
        run = advance(self.parked(seen))
        assert run.status == RunStatus.SUCCESS
        before = {"key": SECRET, "password": "pass-word"}
        assert seen == [before, [before, {"token": "t-o-k-e-n", "given": SECRET}]]
        assert_clean()

    def test_also_when_the_secret_was_changed_meanwhile(self, seen):
        run = self.parked(seen)
        variables.update_variable(Variable.objects.get(), value="another-value-now", user=None)
        assert advance(run).status == RunStatus.SUCCESS
        assert seen[1][0]["key"] == SECRET
        assert_clean()

    def test_also_when_it_was_deleted_meanwhile(self, seen):
        run = self.parked(seen)
        variables.delete_variable(Variable.objects.get(), user=None)
        assert advance(run).status == RunStatus.SUCCESS
        assert_clean()

    def test_a_crash_before_the_end(self, seen, monkeypatch):
        flow = live(document(step("a", "see", "variable('key')"), transform("b", "[results.a]")))
        secret(flow)
        finish, crashed = Store.finish, []

        def dying(self, *args, **kwargs):
            if not crashed:
                crashed.append(True)
                raise LeaseLost
            return finish(self, *args, **kwargs)

        monkeypatch.setattr(Store, "finish", dying)
        run = start(flow)
        assert run.status == RunStatus.RUNNING
        assert_clean()
        assert advance(run).status == RunStatus.SUCCESS
        assert seen == [SECRET]
        assert run.crashes == 1
        assert_clean()

    def test_without_the_key_the_run_fails_instead_of_going_on_with_something_else(self, seen):
        with override_settings(OPENFLOW={**IMMEDIATE, "SECRET_KEYS": ["x" * 32]}):
            token = encrypt('{"values": {}, "secrets": []}')
        run = self.parked(seen)
        StepRun.objects.filter(run=run).exclude(sealed="").update(sealed=token)
        assert advance(run).status == RunStatus.FAILURE
        assert "SECRET_KEYS" in run.data.error["message"]
        assert len(seen) == 1

    def test_a_replay_has_the_same_input(self, seen):
        run = advance(self.parked(seen))
        with override_settings(OPENFLOW=IMMEDIATE):
            again = replay(run, user=None)
        again.refresh_from_db()
        assert again.data.input == run.data.input
        advance(again)
        assert seen[3] == seen[1]
        assert_clean()

    def test_a_restart_takes_over_the_real_results(self, seen):
        run = advance(self.parked(seen))
        with override_settings(OPENFLOW=IMMEDIATE):
            again = restart(run, path="b", user=None)
        again.refresh_from_db()
        assert again.status == RunStatus.SUCCESS, again.data.error
        assert len(seen) == 3
        assert seen[2] == seen[1]
        assert_clean()
