"""Links that do not work any more: one page for all of them, which tells nothing."""

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from openflow_django.models import Answer, Run, RunStatus, Wait
from openflow_django.services import approvals, runs
from tests.approvals.conftest import Page, Visitor, address, asking, result, started

pytestmark = pytest.mark.django_db(transaction=True)


DEAD = {
    "forged": lambda run, url: url.replace("approve/", "approve/x"),
    "no token at all": lambda run, url: "/openflow/approve/nonsense/",
    "of another purpose": lambda run, url: f"/openflow/approve/{sign(run)}/",
    "of a step that does not wait": lambda run, url: address(run, path="then"),
    "of no step": lambda run, url: address(run, path="gone/3/x"),
    "of no run": lambda run, url: Run.objects.filter(pk=run.pk).delete() and url,
    "of a run that was cancelled": lambda run, url: runs.cancel(run, user=None) and url,
    "used": lambda run, url: Visitor().press(url) and url,
    "after its time": lambda run, url: Wait.objects.update(expires_at=timezone.now()) and url,
}


def sign(run):
    return signing.dumps([str(run.public_id), "ask", ""], salt="something else", compress=True)


class TestDeadLinks:
    @pytest.mark.parametrize("kind", DEAD)
    def test_all_give_the_same_page_which_tells_nothing(self, kind):
        run = started(asking(required_events=2), description="A secret plan")
        url = DEAD[kind](run, address(run))
        for response in (Client().get(url), Client().post(url, {"decision": "approve"})):
            assert response.status_code == 410
            assert "This link does not work any more" in Page(response).text
            for told in ("Ship", "shipped", "secret plan", "csrf"):
                assert told not in response.content.decode()
            assert response.content == Client().get("/openflow/approve/nonsense/").content

    def test_a_link_has_an_age(self, settings):
        url = address(started(asking()))
        settings.OPENFLOW = {**settings.OPENFLOW, "APPROVAL_LINK_S": -1}
        assert Client().get(url).status_code == 410

    def test_a_key_that_was_rotated_still_opens_until_it_is_dropped(self, settings):
        url = address(started(asking()))
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
        assert Client().get(url).status_code == 200
        settings.SECRET_KEY_FALLBACKS = []
        assert Client().get(url).status_code == 410

    def test_a_link_of_one_run_does_not_open_another(self):
        first, second = started(asking()), started(asking(), path="other")
        Visitor().press(address(first))
        assert result(second) == RunStatus.SUSPENDED

    def test_a_link_of_one_answer_for_two_people_answers_once(self, user):
        run = started(asking(required_events=2))
        url = address(run)
        Visitor(user()).press(url)
        for other in (Visitor(), Visitor(user())):
            assert other.get(url).status_code == 410
        assert Answer.objects.count() == 1

    def test_who_has_answered_in_the_admin_does_not_answer_again_by_link(self, user):
        person = user("approve_run", "view_run")
        run = started(asking(required_events=2))
        approvals.answer(run.waits.get(), approved=True, user=person)
        assert Visitor(person).get(address(run, approver="ann")).status_code == 410

    def test_and_the_other_way_round(self, user):
        person = user("approve_run", "view_run")
        run = started(asking(required_events=2))
        Visitor(person).press(address(run, approver="ann"))
        with pytest.raises(approvals.AnswerRefused):
            approvals.answer(run.waits.get(), approved=True, user=person)
