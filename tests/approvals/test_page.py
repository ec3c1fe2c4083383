"""The page behind a link: what it shows, what it does, and what it does not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from openflow_django.models import Answer, Run, RunStatus, Wait
from openflow_django.worker.executor import Executor
from tests.approvals.conftest import FORM, Page, Visitor, address, asking, result, started
from tests.flows import transform as step

pytestmark = pytest.mark.django_db(transaction=True)


class TestAsking:
    def test_it_says_what_is_asked_and_by_whom(self, user):
        starter = user("run_flow", first_name="Kim", last_name="Lee")
        run = started(asking(required_events=2), user=starter, description="Orders over 1000 are looked at.")
        page = Page(Visitor().get(address(run, approver="ann")))
        for words in (
            "Ship an order",
            "May the order be shipped?",
            "Orders over 1000 are looked at.",
            "Kim Lee",
            "0 of 2",
            "You answer as ann",
        ):
            assert words in page.text
        assert page.all("time")
        assert [button.get("value") for button in page.all("button", name="decision")] == [
            "approve",
            "refuse",
        ]

    def test_the_form_is_that_of_the_step(self):
        page = Page(Visitor().get(address(started(asking(resume_form=FORM)))))
        (amount,) = page.all("input", name="form-amount")
        assert (amount["type"], amount["min"], amount["max"]) == ("number", "1", "100")
        assert "Amount required" in page.text

    def test_results_of_the_flow_are_not_shown(self):
        run = started({**asking(), "summary": "x"})
        assert "asked" not in Visitor().get(address(run)).content.decode()

    def test_where_refusing_is_not_offered_it_is_not_taken(self):
        run = started(asking(hide_cancel=True))
        assert not Page(Visitor().get(address(run))).all("button", value="refuse")
        Visitor().press(address(run), "refuse")
        run.refresh_from_db()
        assert run.status == RunStatus.SUSPENDED

    def test_enter_presses_a_button_that_does_nothing(self):
        page = Page(Visitor().get(address(started(asking(resume_form=FORM)))))
        first = page.all("button")[0]
        assert "disabled" in first
        assert "name" not in first


class TestAnswering:
    def test_approving_lets_the_run_go_on_with_what_was_filled_in(self):
        run = started(asking(resume_form=FORM))
        response = Visitor().press(
            address(run, approver="ann"), form__amount="7", form__note="ok", reason="fine"
        )
        assert response.status_code == 200
        assert "You have approved. The flow goes on." in Page(response).text
        assert result(run) == {
            "resume": {"amount": 7, "note": "ok"},
            "resumes": [{"amount": 7, "note": "ok"}],
            "approvers": ["ann"],
        }
        answer = Answer.objects.get()
        assert (answer.approver, answer.reason, answer.user) == ("ann", "fine", None)

    def test_without_a_form_the_payload_is_an_empty_object(self):
        run = started(asking())
        Visitor().press(address(run))
        assert result(run) == {"resume": {}, "resumes": [{}], "approvers": ["anonymous"]}

    def test_refusing_ends_it_with_the_reason_and_fills_in_nothing(self):
        run = started(asking(resume_form=FORM))
        response = Visitor().press(address(run, approver="ann"), "refuse", reason="too dear")
        assert "You have rejected." in Page(response).text
        assert result(run)["message"] == "Disapproved by ann: too dear"

    @pytest.mark.parametrize("amount", ["", "0", "101", "x"])
    def test_what_does_not_fit_is_said_and_nothing_happens(self, amount):
        run = started(asking(resume_form=FORM))
        response = Visitor().press(address(run), form__amount=amount, form__note="keep me")
        page = Page(response)
        assert page.all("ul", **{"class": "errorlist"})
        assert page.value("form-note") == "keep me"
        assert not Answer.objects.exists()

    def test_a_rule_that_only_the_schema_knows_is_told_at_its_field(self):
        schema = {"type": "object", "properties": {"code": {"type": "string", "pattern": "^[A-Z]+$"}}}
        run = started(asking(resume_form={"schema": schema}))
        response = Visitor().press(address(run), form__code="low")
        assert "does not match" in Page(response).text
        assert not Answer.objects.exists()

    def test_a_form_given_as_bare_properties(self):
        run = started(asking(resume_form={"schema": {"n": {"type": "integer"}}}))
        Visitor().press(address(run), form__n="3")
        assert result(run)["resume"] == {"n": 3}

    def test_an_answer_that_is_no_object(self):
        run = started(asking(resume_form={"schema": {"type": "string", "minLength": 2}}))
        url = address(run)
        assert Page(Visitor().press(url, form__value="x")).all("ul", **{"class": "errorlist"})
        Visitor().press(url, form__value="yes")
        assert result(run)["resume"] == "yes"

    def test_a_press_of_no_button_shows_the_page_again(self):
        run = started(asking())
        assert Page(Visitor().press(address(run), "")).all("button", value="approve")
        assert not Answer.objects.exists()

    def test_several_people_with_a_link_each(self):
        run = started(asking(required_events=2))
        response = Visitor().press(address(run, approver="ann"))
        assert "1 more approval is needed before the flow goes on." in Page(response).text
        assert result(run) == RunStatus.SUSPENDED
        assert "1 of 2" in Page(Visitor().get(address(run, approver="ben"))).text
        Visitor().press(address(run, approver="ben"))
        assert result(run)["approvers"] == ["ann", "ben"]

    def test_one_refusal_among_several(self):
        run = started(asking(required_events=3))
        Visitor().press(address(run, approver="ann"))
        Visitor().press(address(run, approver="ben"), "refuse")
        assert result(run)["message"] == "Disapproved by ben"
        assert Visitor().get(address(run, approver="cas")).status_code == 410


class TestOnlyPostDecides:
    @pytest.mark.parametrize("method", ["get", "head", "options", "put", "patch", "delete", "trace"])
    def test_other_methods_change_nothing(self, method):
        run = started(asking())
        query = {"decision": "approve"}
        response = getattr(Client(), method)(address(run) + "?decision=approve", query)
        assert response.status_code == (200 if method in ("get", "head") else 405)
        assert not Answer.objects.exists()
        assert result(run) == RunStatus.SUSPENDED

    def test_a_post_without_the_token_of_the_form_is_refused(self):
        run = started(asking())
        client = Client(enforce_csrf_checks=True)
        for data in ({}, {"csrfmiddlewaretoken": "x" * 64}):
            client.get(address(run))
            assert client.post(address(run), {"decision": "approve", **data}).status_code == 403
        assert not Answer.objects.exists()

    def test_also_on_a_site_without_the_middleware(self, settings):
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "Csrf" not in name]
        run = started(asking())
        assert Client(enforce_csrf_checks=True).post(address(run), {"decision": "approve"}).status_code == 403
        assert "You have approved." in Page(Visitor().press(address(run))).text


EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7777*7 }}'


def test_text_of_authors_and_approvers_stays_text(user):
    schema = {
        "type": "object",
        "properties": {
            EVIL: {"type": "string", "title": EVIL, "description": EVIL, "default": EVIL},
            "c": {"enum": [EVIL, "b"], "title": EVIL},
            "s": {"type": "array", "items": {"enum": [EVIL]}, "default": [EVIL]},
            "j": {"type": "object", "description": EVIL, "default": {EVIL: EVIL}},
            "l": {"type": "array", "items": {"type": "string"}, "default": [EVIL]},
        },
    }
    document = asking(resume_form={"schema": schema}, required_events=2)
    document["value"]["modules"][0]["summary"] = EVIL
    starter = user("run_flow", first_name=EVIL[:100])
    run = started(document, user=starter, name=EVIL, description=EVIL)
    url = address(run, approver=EVIL)
    answered = Visitor().press(url, reason=EVIL)
    for response in (Visitor().get(address(run, approver=EVIL + "x")), answered):
        page = Page(response)
        assert response.status_code == 200
        assert not page.all("script")
        assert not page.all("img")
        assert "54439" not in page.text


def test_a_step_that_waits_again_in_a_loop_has_a_link_each_time():
    loop = {
        "type": "forloopflow",
        "iterator": {"type": "static", "value": [1, 2]},
        "skip_failures": False,
        "modules": [step("ask", "({})", suspend={"required_events": 1}), step("then", "resume")],
    }
    run = started({"summary": "", "value": {"modules": [{"id": "for", "value": loop}]}})
    Visitor().press(address(run, path="for/0/ask"))
    Visitor().press(address(run, path="for/1/ask"))
    assert result(run) == [{}, {}]


def test_time_runs_out_by_the_clock():
    run = started(asking())
    past = timezone.now() - timedelta(seconds=1)
    Wait.objects.update(expires_at=past)
    Run.objects.update(ready_at=past)
    Executor().advance(run.pk)
    assert result(run)["name"] == "SuspendedTimedOut"
    assert Visitor().get(address(run)).status_code == 410
