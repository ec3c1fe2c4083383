"""The page behind a link: what it shows, what it does, and what it does not."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from openflow_django.models import Answer, Run, RunStatus, Wait
from openflow_django.services import runs
from tests.approvals.conftest import FORM, Page, Visitor, address, asking, started, step

pytestmark = pytest.mark.django_db(transaction=True)


def result(run: Run):
    run.refresh_from_db()
    return run.data.result if run.status == RunStatus.SUCCESS else run.data.error or run.status


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
    from django.core import signing

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
        from openflow_django.services import approvals

        person = user("approve_run", "view_run")
        run = started(asking(required_events=2))
        approvals.answer(run.waits.get(), approved=True, user=person)
        assert Visitor(person).get(address(run, approver="ann")).status_code == 410

    def test_and_the_other_way_round(self, user):
        from openflow_django.services import approvals

        person = user("approve_run", "view_run")
        run = started(asking(required_events=2))
        Visitor(person).press(address(run, approver="ann"))
        with pytest.raises(approvals.AnswerRefused):
            approvals.answer(run.waits.get(), approved=True, user=person)


class TestWhoMayAnswer:
    @pytest.mark.parametrize("setting", ["user_auth_required", "self_approval_disabled"])
    def test_who_has_to_be_known_is_sent_to_the_login_and_back(self, setting, user, settings):
        settings.LOGIN_URL = "/login/"
        run = started(asking(**{setting: True}))
        url = address(run)
        response = Visitor().get(url)
        assert response.status_code == 302
        assert response.headers["Location"] == f"/login/?next={url.replace(':', '%3A')}"
        person = user()
        Visitor(person).press(url)
        assert result(run)["approvers"] == [person.get_username()]

    def test_posting_without_a_login_answers_nothing(self, settings):
        settings.LOGIN_URL = "/login/"
        run = started(asking(user_auth_required=True))
        response = Client().post(address(run), {"decision": "approve"})
        assert response.status_code == 403
        assert "Sign in to answer." in Page(response).text
        assert Page(response).all("a")[0]["href"].startswith("/login/?next=")
        assert not Answer.objects.exists()

    def test_a_shared_link_counts_each_person_once_where_people_are_told_apart(self, user):
        run = started(asking(user_auth_required=True, required_events=2))
        first, second = user(), user()
        url = address(run)
        Visitor(first).press(url)
        assert Visitor(first).get(url).status_code == 410
        Visitor(second).press(url)
        assert result(run)["approvers"] == [first.get_username(), second.get_username()]

    def test_whoever_started_the_run_may_not(self, user):
        starter = user("run_flow")
        run = started(asking(self_approval_disabled=True), user=starter)
        for response in (
            Visitor(starter).get(address(run)),
            Client().post(address(run), {"decision": "approve"}),
        ):
            assert response.status_code in (302, 403)
        assert "Whoever started the run may not approve it." in Page(Visitor(starter).get(address(run))).text
        assert not Answer.objects.exists()

    def test_only_members_of_a_group(self, user):
        groups = {"type": "javascript", "expr": "['Board']"}
        run = started(asking(user_auth_required=True, user_groups_required=groups))
        outsider, member = user(), user()
        member.groups.add(Group.objects.create(name="Board"))
        response = Visitor(outsider).get(address(run))
        assert response.status_code == 403
        assert "Only members of these groups may answer: Board." in Page(response).text
        Visitor(member).press(address(run))
        assert result(run)["approvers"] == [member.get_username()]

    def test_a_person_who_was_disabled_is_nobody(self, user):
        person = user()
        visitor = Visitor(person)
        run = started(asking(user_auth_required=True))
        type(person).objects.update(is_active=False)
        assert visitor.get(address(run)).status_code == 302
        assert not Answer.objects.exists()

    def test_rules_hold_inside_branches_and_called_flows(self, user):
        starter = user("run_flow")
        inner = asking(self_approval_disabled=True)
        branch = {"type": "branchone", "branches": [], "default": inner["value"]["modules"]}
        run = started({"summary": "", "value": {"modules": [{"id": "one", "value": branch}]}}, user=starter)
        assert Visitor(starter).get(address(run, path="one/default/ask")).status_code == 403
        from tests.approvals.conftest import live_flow

        live_flow(inner, path="inner")
        call = {"id": "sub", "value": {"type": "flow", "path": "inner", "input_transforms": {}}}
        run = started({"summary": "", "value": {"modules": [call]}}, user=starter, path="outer")
        assert Visitor(starter).get(address(run, path="sub/ask")).status_code == 403
        assert not Answer.objects.exists()


class TestHeaders:
    @pytest.mark.parametrize("kind", ["page", "done", "gone", "closed", "forbidden method"])
    def test_every_answer_is_kept_nowhere_and_framed_nowhere(self, kind, user):
        run = started(asking(self_approval_disabled=kind == "closed"), user=user("run_flow"))
        starter = run.started_by
        response = {
            "page": lambda: Visitor().get(address(run)),
            "done": lambda: Visitor().press(address(run)),
            "gone": lambda: Visitor().get("/openflow/approve/x/"),
            "closed": lambda: Visitor(starter).get(address(run)),
            "forbidden method": lambda: Client().put(address(run)),
        }[kind]()
        headers = response.headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy

    def test_styles_from_another_host_are_allowed_where_the_site_keeps_them_there(self, settings):
        settings.STATIC_URL = "https://cdn.example.com/static/"
        from django.contrib.staticfiles.storage import staticfiles_storage

        staticfiles_storage.base_url = "https://cdn.example.com/static/"
        try:
            headers = Visitor().get("/openflow/approve/x/").headers
        finally:
            staticfiles_storage.base_url = "/static/"
        assert "style-src 'self' https://cdn.example.com;" in headers["Content-Security-Policy"]

    def test_the_page_has_no_script_and_no_inline_style(self):
        html = Visitor().get(address(started(asking(resume_form=FORM)))).content.decode()
        for forbidden in ("<script", "<style", " style=", " onclick", "javascript:"):
            assert forbidden not in html


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
    from openflow_django.worker.executor import Executor

    run = started(asking())
    past = timezone.now() - timedelta(seconds=1)
    Wait.objects.update(expires_at=past)
    Run.objects.update(ready_at=past)
    Executor().advance(run.pk)
    assert result(run)["name"] == "SuspendedTimedOut"
    assert Visitor().get(address(run)).status_code == 410
