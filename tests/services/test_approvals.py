"""Approvals: one policy behind every door, an answer wakes the run, and nothing is lost or counted twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import override_settings
from django.utils import timezone

from openflow_django.approval_links import Ticket, token_of
from openflow_django.models import Answer, Run, RunData, RunStatus, Wait, WaitStatus
from openflow_django.permissions import NotPermitted
from openflow_django.services import approvals, repeats, runs
from openflow_django.services.approvals import AnswerRefused
from openflow_django.services.errors import FieldsInvalid
from openflow_django.worker.executor import Executor
from tests.flows import IMMEDIATE, document, live, start
from tests.flows import transform as step

pytestmark = pytest.mark.django_db(transaction=True)


def waiting_run(*, started_by: Any = None, **suspend: Any) -> Run:
    wait = {"required_events": 1, "timeout": 600, **suspend}
    then = step("then", "({resume, resumes, approvers, previous_result})")
    run = start(live(document(step("ask", "({asked: 1})", suspend=wait), then)), user=started_by)
    assert run.status == RunStatus.SUSPENDED, run.data.error
    return run


@override_settings(OPENFLOW=IMMEDIATE)
def answered(run: Run, **given: Any) -> Run:
    approvals.answer(run.waits.get(), **{"approved": True, "user": None, **given})
    run.refresh_from_db()
    return run


def link_of(run: Run, approver: str = "") -> approvals.Link:
    return approvals.read_link(token_of(Ticket(run_id=str(run.public_id), path="ask", approver=approver)))


@pytest.fixture
def approver(user):
    return user("approve_run", "view_run")


def test_an_approval_lets_the_run_go_on_with_its_payload(approver):
    run = answered(waiting_run(), user=approver, payload={"ok": 1})
    assert run.status == RunStatus.SUCCESS
    assert run.data.result == {
        "resume": {"ok": 1},
        "resumes": [{"ok": 1}],
        "approvers": [approver.get_username()],
        "previous_result": {"asked": 1},
    }
    assert run.waits.get().status == WaitStatus.RESUMED


def test_a_refusal_ends_the_run_with_the_name_and_the_reason(approver):
    run = answered(waiting_run(), user=approver, approved=False, reason="too dear")
    assert run.status == RunStatus.FAILURE
    assert run.data.error["name"] == "SuspendedDisapproved"
    assert run.data.error["message"] == f"Disapproved by {approver.get_username()}: too dear"


def test_several_answers_may_be_needed_and_nobody_counts_twice(user):
    people = [user("approve_run", "view_run") for _ in range(2)]
    run = answered(waiting_run(required_events=2), user=people[0], payload=1)
    assert run.status == RunStatus.SUSPENDED
    with pytest.raises(AnswerRefused):
        answered(run, user=people[0], payload=1)
    assert answered(run, user=people[1], payload=2).data.result["resumes"] == [1, 2]


def test_time_runs_out():
    run = waiting_run()
    past = timezone.now() - timedelta(seconds=1)
    Wait.objects.update(expires_at=past)
    Run.objects.filter(pk=run.pk).update(ready_at=past)
    with override_settings(OPENFLOW=IMMEDIATE):
        Executor().advance(run.pk)
    run.refresh_from_db()
    assert run.data.error["name"] == "SuspendedTimedOut"
    with pytest.raises(AnswerRefused):
        answered(run, user=None, link=link_of(run))


def test_an_answer_during_the_step_counts():
    run = waiting_run()
    Answer.objects.create(run=run, path="ask", approved=True, payload="early", key="link:x")
    Run.objects.filter(pk=run.pk).update(ready_at=timezone.now())
    Executor().advance(run.pk)
    run.refresh_from_db()
    assert run.data.result["resume"] == "early"


class TestWhoMayAnswer:
    def test_without_a_link_it_takes_the_right(self, user):
        with pytest.raises(NotPermitted):
            answered(waiting_run(), user=user("view_run"))

    def test_nobody_without_a_link(self):
        with pytest.raises(NotPermitted):
            answered(waiting_run(), user=None)

    def test_a_link_is_a_right(self):
        run = waiting_run()
        assert answered(run, link=link_of(run, "ann")).data.result["approvers"] == ["ann"]

    def test_a_link_answers_once(self):
        run = waiting_run(required_events=2)
        answered(run, link=link_of(run, "ann"))
        with pytest.raises(AnswerRefused):
            answered(run, link=link_of(run, "ann"))

    def test_a_forged_link_is_none(self):
        with pytest.raises(AnswerRefused):
            approvals.read_link("forged")

    @pytest.mark.parametrize("setting", ["user_auth_required", "self_approval_disabled"])
    def test_a_wait_may_ask_who_it_is(self, setting, user):
        run = waiting_run(**{setting: True})
        with pytest.raises(NotPermitted, match="Sign in"):
            answered(run, link=link_of(run))
        assert answered(run, link=link_of(run), user=user()).status == RunStatus.SUCCESS

    @pytest.mark.parametrize("by_link", [True, False])
    def test_the_starter_is_banned_at_every_door(self, by_link, user):
        starter = user("approve_run", "view_run", "run_flow")
        run = waiting_run(started_by=starter, self_approval_disabled=True)
        with pytest.raises(NotPermitted, match="started the run"):
            answered(run, user=starter, link=link_of(run) if by_link else None)

    def test_groups_bind_links_and_holders_of_the_right(self, user, approver):
        groups = {"type": "static", "value": ["Board"]}
        run = waiting_run(user_auth_required=True, user_groups_required=groups)
        for door in (None, link_of(run)):
            with pytest.raises(NotPermitted, match="Board"):
                answered(run, user=approver, link=door)
        member = user()
        member.groups.add(Group.objects.create(name="Board"))
        assert answered(run, user=member, link=link_of(run)).status == RunStatus.SUCCESS

    def test_a_person_who_was_disabled_may_not(self, approver):
        approver.is_active = False
        with pytest.raises(NotPermitted):
            answered(waiting_run(), user=approver)

    def test_some_steps_cannot_be_refused(self, approver):
        with pytest.raises(AnswerRefused):
            answered(waiting_run(hide_cancel=True), user=approver, approved=False)


def test_the_payload_fits_the_form(approver):
    form = {"schema": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}}
    run = waiting_run(resume_form=form)
    with pytest.raises(FieldsInvalid):
        answered(run, user=approver, payload={"n": "x"})
    assert answered(run, user=approver, payload={"n": 3}).data.result["resume"] == {"n": 3}


def test_open_waits_are_those_the_user_may_see(user, approver):
    run = waiting_run()
    assert [wait.run for wait in approvals.open_waits(approver)] == [run]
    assert not approvals.open_waits(user()).exists()


class TestWhoStartedARun:
    """The ban holds for whoever is behind a run, also when somebody else ran it again."""

    def test_the_person_whose_save_triggered_it(self, user):
        cause, approver = user("approve_run", "view_run"), user("approve_run", "view_run")
        run = waiting_run(self_approval_disabled=True)
        RunData.objects.filter(run=run).update(accountability={"user": str(cause.pk)})
        with pytest.raises(NotPermitted, match="started the run"):
            answered(run, user=cause)
        assert answered(run, user=approver).status == RunStatus.SUCCESS

    @override_settings(OPENFLOW=IMMEDIATE)
    def test_a_repetition_by_another_frees_nobody(self, user):
        starter = user("approve_run", "view_run", "run_flow")
        boss = user("approve_run", "view_run", "replay_run")
        run = waiting_run(started_by=starter, self_approval_disabled=True)
        runs.cancel(run, user=None)
        again = repeats.replay(run, user=boss)
        for banned in (starter, boss):
            with pytest.raises(NotPermitted, match="started the run"):
                answered(again, user=banned)
        assert answered(again, user=user("approve_run", "view_run")).status == RunStatus.SUCCESS
