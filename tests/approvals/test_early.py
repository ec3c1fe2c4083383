"""Links that are mailed before the step waits: what they say, where they are kept, and that early answers
count."""

import re
from typing import Any

import pytest
from django.core import mail, serializers
from django.db import transaction
from django.test import Client

from openflow_django.models import Answer, Run, RunData, RunStatus, StepRun, Wait
from openflow_django.permissions import NotPermitted
from openflow_django.queues import queues
from openflow_django.services import approvals
from openflow_django.services.approvals import AnswerRefused
from openflow_django.worker.executor import Executor
from tests.approvals.conftest import FORM, Page, Visitor, address, asking, result, started
from tests.flows import live
from tests.flows import transform as step

pytestmark = pytest.mark.django_db(transaction=True)


def operation(step_id: str, kind: str, **options: Any) -> dict[str, Any]:
    transforms = {name: {"type": "template", "value": value} for name, value in options.items()}
    return {"id": step_id, "value": {"type": "script", "path": f"op/{kind}", "input_transforms": transforms}}


def mailing(**suspend: Any) -> dict[str, Any]:
    """A document that mails a link, then waits."""
    document = asking(**suspend)
    document["value"]["modules"][:0] = [
        operation("link", "approval_link", approver="ann@example.com"),
        operation(
            "mail", "send_mail", to="ann@example.com", subject="Ship?", text="Here: {{ link.approvalPage }}"
        ),
    ]
    return document


def mailed() -> str:
    (message,) = mail.outbox
    return re.search(r"https://\S+", message.body)[0]


class TestTheLinkInAMail:
    def test_it_begins_with_the_address_of_the_site_and_works(self):
        run = started(mailing())
        url = mailed()
        assert url.startswith("https://shop.example.com/openflow/approve/")
        Visitor().press(url.removeprefix("https://shop.example.com"))
        assert result(run)["approvers"] == ["ann@example.com"]

    def test_it_is_in_no_row_although_it_passed_through_three(self):
        run = started(mailing())
        token = mailed().rstrip("/").rpartition("/")[2]
        rows = [*Run.objects.all(), *RunData.objects.all(), *StepRun.objects.all(), *Wait.objects.all()]
        dump = serializers.serialize("json", rows)
        assert token not in dump
        assert token.partition(":")[0] not in dump
        assert "approvalPage" in dump
        assert StepRun.objects.get(path="link").result != {"approvalPage": mailed()}
        assert result(run) == RunStatus.SUSPENDED

    def test_a_run_taken_up_later_still_knows_it(self):
        document = mailing()
        document["value"]["modules"].insert(
            1, {**step("nap", "({})"), "sleep": {"type": "static", "value": 60}}
        )
        run = started(document)
        assert mail.outbox == []
        from datetime import timedelta

        from django.utils import timezone

        past = timezone.now() - timedelta(seconds=1)
        sleep = StepRun.objects.get(kind="sleep")
        StepRun.objects.filter(pk=sleep.pk).update(result=past.isoformat())
        Run.objects.update(ready_at=past)
        Executor().advance(run.pk)
        Visitor().press(mailed().removeprefix("https://shop.example.com"))
        assert result(run)["approvers"] == ["ann@example.com"]

    @pytest.mark.parametrize("site", ["https://shop.example.com", "https://shop.example.com/"])
    def test_the_host_of_a_request_is_never_believed(self, site, settings):
        settings.OPENFLOW = {**settings.OPENFLOW, "SITE_URL": site}
        settings.ALLOWED_HOSTS = ["*"]
        run = started(mailing())
        assert Client(headers={"host": "evil.example"}).get(address(run)).status_code == 200
        assert mailed().startswith("https://shop.example.com/openflow/")

    @pytest.mark.parametrize("change", [{"SITE_URL": ""}, None])
    def test_a_site_that_cannot_be_linked_to_says_so(self, change, settings):
        if change is None:
            settings.ROOT_URLCONF = "demo_project.shop.urls"
        settings.OPENFLOW = {**settings.OPENFLOW, **(change or {})}
        run = started(mailing())
        error = result(run)
        assert (error["step_id"], error["code"]) == ("link", "link_impossible")
        assert mail.outbox == []


@pytest.fixture
def paused(settings):
    """Runs start only when the test says so."""

    class Deaf:
        transactional = False

        def enqueue(self, run_id: int, *, queue: str = "default", priority: int = 100) -> None:
            return None

    settings.OPENFLOW = {**settings.OPENFLOW, "QUEUE": "deaf"}
    with queues.temporarily("deaf", Deaf()):
        yield


def go_on(run: Run) -> Any:
    Executor().advance(run.pk)
    return result(run)


@pytest.mark.usefixtures("paused")
class TestEarlyAnswers:
    def test_an_answer_before_the_run_has_begun_counts(self):
        run = started(asking(resume_form=FORM))
        url = address(run, approver="ann")
        assert "has not come to this step yet" in Page(Visitor().get(url)).text
        response = Visitor().press(url, form__amount="5")
        assert "Your answer is kept until the flow comes to this step." in Page(response).text
        assert not Wait.objects.exists()
        assert go_on(run) == {"resume": {"amount": 5}, "resumes": [{"amount": 5}], "approvers": ["ann"]}

    def test_a_refusal_too(self):
        run = started(asking())
        Visitor().press(address(run, approver="ann"), "refuse", reason="no")
        assert go_on(run)["message"] == "Disapproved by ann: no"

    def test_it_is_judged_by_the_form_of_the_step(self):
        run = started(asking(resume_form=FORM))
        Visitor().press(address(run), form__amount="1000")
        assert not Answer.objects.exists()

    def test_a_link_answers_once_also_when_the_wait_has_begun_since(self):
        run = started(asking(required_events=2))
        url = address(run)
        Visitor().press(url)
        assert Visitor().get(url).status_code == 410
        assert go_on(run) == RunStatus.SUSPENDED
        assert Visitor().get(url).status_code == 410

    def test_an_early_and_a_later_answer(self):
        run = started(asking(required_events=2))
        Visitor().press(address(run, approver="ann"))
        assert go_on(run) == RunStatus.SUSPENDED
        Visitor().press(address(run, approver="ben"))
        assert go_on(run)["approvers"] == ["ann", "ben"]

    @pytest.mark.parametrize(
        "suspend",
        [
            {"user_auth_required": True},
            {"self_approval_disabled": True},
            {"user_auth_required": True, "user_groups_required": {"type": "static", "value": ["Board"]}},
            {"user_auth_required": True, "user_groups_required": {"type": "javascript", "expr": "['Board']"}},
        ],
    )
    def test_a_step_that_asks_who_answers_takes_none_early(self, suspend, user):
        run = started(asking(**suspend))
        for visitor in (Visitor(), Visitor(user()), Visitor(user(is_superuser=True))):
            response = visitor.get(address(run))
            assert response.status_code == 409
            assert "it takes answers once it waits" in Page(response).text
        assert Client().post(address(run), {"decision": "approve"}).status_code == 409
        link = approvals.read_link(address(run).split("/")[3])
        with pytest.raises(NotPermitted):
            approvals.answer(approvals.wait_behind(link, user=None), approved=True, user=None, link=link)
        assert not Answer.objects.exists()

    def test_the_wait_may_begin_between_page_and_answer(self):
        run = started(asking(required_events=2))
        link = approvals.read_link(address(run).split("/")[3])
        early = approvals.wait_behind(link, user=None)
        assert early.pk is None
        go_on(run)
        approvals.answer(early, approved=True, user=None, link=link, payload={})
        assert approvals.approvals_so_far(run.waits.get()) == 1

    def test_and_may_even_be_over(self):
        run = started(asking())
        link = approvals.read_link(address(run).split("/")[3])
        early = approvals.wait_behind(link, user=None)
        go_on(run)
        Visitor().press(address(run, approver="ann"))
        go_on(run)
        with pytest.raises(AnswerRefused):
            approvals.answer(early, approved=True, user=None, link=link)

    def test_an_answer_committed_while_the_run_parks_wakes_it(self):
        """The worker looks once more after parking, but cannot see what is not committed yet."""
        run = started(asking())
        link = approvals.read_link(address(run).split("/")[3])
        early = approvals.wait_behind(link, user=None)
        go_on(run)
        Run.objects.update(status=RunStatus.RUNNING)
        with transaction.atomic():
            approvals.answer(early, approved=True, user=None, link=link, payload={})
            run.refresh_from_db()
            assert run.status == RunStatus.RUNNING
            Run.objects.update(status=RunStatus.SUSPENDED)
        run.refresh_from_db()
        assert run.status == RunStatus.QUEUED

    def test_a_step_of_a_called_flow(self):
        live(asking(), path="inner")
        call = {"id": "sub", "value": {"type": "flow", "path": "inner", "input_transforms": {}}}
        first = {**step("first", "1"), "suspend": {"required_events": 1}}
        document = {"summary": "", "value": {"modules": [first, call]}}
        run = started(document, path="outer")
        assert Visitor().get(address(run, path="sub/ask")).status_code == 410, "not called yet"
        go_on(run)
        Visitor().press(address(run, path="first"))
        go_on(run)
        Visitor().press(address(run, path="sub/ask", approver="ann"))
        assert go_on(run)["approvers"] == ["ann"]

    def test_a_called_flow_that_naps_before_it_waits(self):
        inner = asking()
        inner["value"]["modules"].insert(0, {**step("nap", "1"), "suspend": {"required_events": 1}})
        live(inner, path="inner")
        call = {"id": "sub", "value": {"type": "flow", "path": "inner", "input_transforms": {}}}
        run = started({"summary": "", "value": {"modules": [call]}}, path="outer")
        go_on(run)
        Visitor().press(address(run, path="sub/ask", approver="ann"))
        assert go_on(run) == RunStatus.SUSPENDED
        Visitor().press(address(run, path="sub/nap", approver="ben"))
        assert go_on(run)["approvers"] == ["ann"]

    def test_a_step_that_has_waited_before_this_run_was_restarted(self):
        from openflow_django.services import repeats

        document = asking()
        document["value"]["modules"].append({**step("z", "({})"), "suspend": {"required_events": 1}})
        run = started(document)
        go_on(run)
        Visitor().press(address(run))
        go_on(run)
        Visitor().press(address(run, path="z"), "refuse")
        go_on(run)
        again = repeats.restart(run, path="z", user=None)
        assert Visitor().get(address(again)).status_code == 410
        assert Visitor().get(address(again, path="z")).status_code == 200


def test_the_queries_of_the_page_are_few(django_assert_max_num_queries):
    run = started(asking())
    with django_assert_max_num_queries(12):
        assert Client().get(address(run)).status_code == 200
