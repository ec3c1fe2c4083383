"""Who may answer: those who have to be known, to be somebody else, or to be of a group."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from openflow_django.models import Answer
from tests.approvals.conftest import Page, Visitor, address, asking, result, started
from tests.flows import live

pytestmark = pytest.mark.django_db(transaction=True)


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
        live(inner, path="inner")
        call = {"id": "sub", "value": {"type": "flow", "path": "inner", "input_transforms": {}}}
        run = started({"summary": "", "value": {"modules": [call]}}, user=starter, path="outer")
        assert Visitor(starter).get(address(run, path="sub/ask")).status_code == 403
        assert not Answer.objects.exists()
