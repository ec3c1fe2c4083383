"""Approvals in the admin: the list of those who may answer, the page, the box on the run, the history."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from openflow_django.models import Answer, Run, RunStatus, Wait
from openflow_django.services import approvals
from tests.admin.conftest import Page
from tests.approvals.conftest import FORM, asking, started
from tests.people import create_person

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/openflow/wait/"


@pytest.fixture(autouse=True)
def bell(settings):
    """Answered runs go on at once."""
    settings.OPENFLOW = {"QUEUE": "immediate"}


def staff(*codenames: str, **fields: Any) -> Any:
    return create_person(codenames, is_staff=True, **fields)


def browser(user: Any, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


@pytest.fixture
def approver(db) -> Any:
    return staff("view_run", "approve_run")


def address(run: Run) -> str:
    return f"{LIST}{run.waits.get().pk}/change/"


class TestTheList:
    def test_it_has_the_runs_that_wait_with_how_far_they_are(self, approver):
        run = started(asking(required_events=2))
        other = started(asking(), path="other", name="Another flow")
        approvals.answer(run.waits.get(), approved=True, user=staff("approve_run"), payload={})
        page = Page(browser(approver).get(LIST))
        assert "Approvals" in page.text
        for words in ("Ship an order", "Another flow", "1 of 2", "0 of 1", "Approve or reject"):
            assert words in page.text
        assert page.all("a", href=address(run))
        assert page.all("a", href=address(other))

    def test_what_is_over_is_not_in_it(self, approver):
        run = started(asking())
        Wait.objects.update(expires_at=timezone.now())
        assert not Page(browser(approver).get(LIST)).all("a", href=address(run))
        Wait.objects.update(expires_at=timezone.now() + timedelta(hours=1), status="resumed")
        assert not Page(browser(approver).get(LIST)).all("a", href=address(run))

    def test_it_says_why_somebody_may_not_answer(self, approver):
        started(asking(user_auth_required=True, user_groups_required={"type": "static", "value": ["Board"]}))
        assert "Only members of these groups may answer: Board." in Page(browser(approver).get(LIST)).text

    def test_it_is_for_those_with_the_right_and_shows_only_runs_they_may_see(self, db):
        run = started(asking())
        assert browser(staff("view_run")).get(LIST).status_code == 403
        assert not Page(browser(staff("approve_run")).get(LIST)).all("a", href=address(run))
        assert "Approvals" not in Page(browser(staff("view_run")).get("/admin/")).text
        assert "Approvals" in Page(browser(staff("approve_run")).get("/admin/")).text

    def test_a_long_list_asks_little(self, approver, django_assert_max_num_queries):
        run = started(asking())
        wait = run.waits.get()
        for number in range(20):
            wait.pk, wait.path = None, f"for/{number}/ask"
            wait._state.adding = True
            wait.save()
        client = browser(approver)
        client.get(LIST)
        with django_assert_max_num_queries(45):
            client.get(LIST)


class TestAnswering:
    def test_the_form_of_the_step_is_filled_in_and_the_run_goes_on(self, approver):
        run = started(asking(resume_form=FORM), description="Look at the sum.")
        client = browser(approver, enforce_csrf_checks=True)
        page = Page(client.get(address(run)))
        for words in ("May the order be shipped?", "Look at the sum.", "0 of 1", "Nobody has answered yet."):
            assert words in page.text
        data = {
            "csrfmiddlewaretoken": page.all("input", name="csrfmiddlewaretoken")[-1]["value"],
            "decision": "approve",
            "form-amount": "7",
            "reason": "fine",
        }
        response = client.post(address(run), data)
        assert response.headers["Location"] == LIST
        run.refresh_from_db()
        assert run.data.result["resume"] == {"amount": 7}
        assert run.data.result["approvers"] == [approver.get_username()]
        entry = LogEntry.objects.get(object_id=str(run.pk), user=approver)
        assert entry.change_message == "Approved the step ask."

    def test_a_refusal_with_its_reason(self, approver):
        run = started(asking(resume_form=FORM))
        browser(approver).post(address(run), {"decision": "refuse", "reason": "no"})
        run.refresh_from_db()
        assert run.data.error["message"] == f"Disapproved by {approver.get_username()}: no"
        assert LogEntry.objects.get(user=approver).change_message == "Refused the step ask."

    def test_what_does_not_fit_is_shown_at_its_field(self, approver):
        run = started(asking(resume_form=FORM))
        data = {"decision": "approve", "form-amount": "0", "form-note": "kept"}
        page = Page(browser(approver).post(address(run), data))
        assert "greater than or equal to 1" in page.text
        assert page.value("form-note") == "kept"
        assert not Answer.objects.exists()

    def test_files_arrive(self, approver):
        schema = {"type": "object", "properties": {"doc": {"type": "string", "contentEncoding": "base64"}}}
        run = started(asking(resume_form={"schema": schema}))
        client = browser(approver)
        assert Page(client.get(address(run))).all("form", enctype="multipart/form-data")
        client.post(address(run), {"decision": "approve", "form-doc": SimpleUploadedFile("a.txt", b"hello")})
        run.refresh_from_db()
        assert run.data.result["resume"] == {"doc": "aGVsbG8="}

    def test_several_approvers_and_who_they_were(self, approver):
        run = started(asking(required_events=2, resume_form=FORM))
        browser(approver).post(address(run), {"decision": "approve", "form-amount": "5", "reason": "first"})
        page = Page(browser(approver).get(address(run)))
        assert "You have answered already." in page.text
        assert not page.all("button", name="decision")
        second = staff("view_run", "approve_run", "view_payload")
        page = Page(browser(second).get(address(run)))
        for words in (approver.get_username(), "approved", "first", '"amount": 5'):
            assert words in page.text
        assert '"amount"' not in Page(browser(staff("view_run", "approve_run")).get(address(run))).text
        browser(second).post(address(run), {"decision": "approve", "form-amount": "6"})
        run.refresh_from_db()
        assert [entry["amount"] for entry in run.data.result["resumes"]] == [5, 6]

    def test_an_answer_that_comes_too_late_says_so(self, approver):
        run = started(asking())
        approvals.answer(run.waits.get(), approved=True, user=None, link=_link(run), payload={})
        response = browser(approver).post(address(run), {"decision": "refuse"}, follow=True)
        assert "This run does not wait for an answer any more." in Page(response).text
        assert Answer.objects.count() == 1


def _link(run: Run) -> approvals.Link:
    return approvals.Link(run=run, path="ask", approver="ann")


class TestWhoMayNot:
    def test_looking_at_runs_is_not_answering_them(self, db):
        run = started(asking())
        client = browser(staff("view_run"))
        assert not Page(client.get(address(run))).all("button", name="decision")
        assert client.post(address(run), {"decision": "approve"}).status_code == 403
        assert not Answer.objects.exists()

    def test_runs_one_may_not_see_are_not_there(self, db):
        run = started(asking())
        client = browser(staff("approve_run"))
        assert client.get(address(run)).status_code in (302, 404)
        assert client.post(address(run), {"decision": "approve"}).status_code in (302, 404)
        assert not Answer.objects.exists()

    def test_whoever_started_it(self, approver):
        approver.user_permissions.add(Permission.objects.get(codename="run_flow"))
        run = started(
            asking(self_approval_disabled=True), user=get_user_model()._default_manager.get(pk=approver.pk)
        )
        client = browser(approver)
        page = Page(client.get(address(run)))
        assert "Whoever started the run may not approve it." in page.text
        assert not page.all("button", name="decision")
        assert client.post(address(run), {"decision": "approve"}).status_code == 403
        assert not Answer.objects.exists()

    def test_who_is_in_no_group_of_the_step(self, approver):
        run = started(
            asking(user_auth_required=True, user_groups_required={"type": "static", "value": ["Board"]})
        )
        assert browser(approver).post(address(run), {"decision": "approve"}).status_code == 403
        approver.groups.add(Group.objects.create(name="Board"))
        assert browser(approver).post(address(run), {"decision": "approve"}).status_code == 302

    def test_without_the_token_of_the_form(self, approver):
        run = started(asking())
        client = browser(approver, enforce_csrf_checks=True)
        assert client.post(address(run), {"decision": "approve"}).status_code == 403
        assert not Answer.objects.exists()

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_looking_decides_nothing(self, approver, method):
        run = started(asking())
        getattr(browser(approver), method)(address(run), {"decision": "approve"})
        assert not Answer.objects.exists()


class TestTheRunPage:
    def url(self, run: Run) -> str:
        return f"/admin/openflow/run/{run.pk}/change/"

    def test_it_says_what_it_waits_for_and_leads_there(self, approver):
        run = started(asking(required_events=2))
        page = Page(browser(approver).get(self.url(run)))
        assert "Waits for approval: May the order be shipped?" in page.text
        assert "0 of 2 approvals." in page.text
        assert page.all("a", href=address(run), class_="openflow-button openflow-primary")

    def test_who_may_not_is_told_why(self, db):
        run = started(asking())
        page = Page(browser(staff("view_run")).get(self.url(run)))
        assert "You may not approve this run." in page.text
        assert not page.all("a", class_="openflow-button openflow-primary")

    def test_nothing_is_said_once_it_goes_on(self, approver):
        run = started(asking())
        url = address(run)
        browser(approver).post(url, {"decision": "approve"})
        assert "Waits for approval" not in Page(browser(approver).get(self.url(run))).text
        page = Page(browser(approver).get(url))
        assert "resumed" in page.text
        assert not page.all("button", name="decision")


def test_a_step_without_its_document_still_can_be_answered(approver):
    run = started(asking())
    Run.objects.update(version=None)
    page = Page(browser(approver).get(address(run)))
    assert page.all("button", name="decision")
    assert run.status == RunStatus.SUSPENDED


def test_script_like_text_stays_text(approver):
    evil = '"><script>alert(1)</script>'
    document = asking(required_events=2, resume_form={"schema": {evil: {"title": evil, "type": "string"}}})
    document["value"]["modules"][0]["summary"] = evil
    run = started(document, name=evil, description=evil)
    link = approvals.Link(run=run, path="ask", approver=evil)
    approvals.answer(run.waits.get(), approved=True, user=None, link=link, payload={evil: evil}, reason=evil)
    approver.user_permissions.add(Permission.objects.get(codename="view_payload"))
    for url in (LIST, address(run), f"/admin/openflow/run/{run.pk}/change/"):
        assert "<script>alert" not in browser(approver).get(url).content.decode()
