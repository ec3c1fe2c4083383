"""Flows from draft to deletion: who may, what is refused, what is noted."""

import copy

import pytest
from django.contrib.admin.models import LogEntry

from openflow_django import signals
from openflow_django.models import Flow, FlowVersion, RunAs, RunKind
from openflow_django.permissions import NotPermitted
from openflow_django.services import flows, runs
from openflow_django.services.documents import validate_document
from openflow_django.services.errors import DraftConflict, FieldsInvalid, FlowNotLive
from openflow_django.spec.issues import DocumentInvalid
from openflow_django.spec.json import digest


def history(target):
    entries = LogEntry.objects.filter(object_id=str(target.pk)).order_by("pk")
    return [(entry.user.get_username(), entry.get_change_message()) for entry in entries]


def test_the_life_of_a_flow(user, document, listen):
    created, saved = listen(signals.flow_created), listen(signals.draft_saved)
    published, switched = listen(signals.flow_published), listen(signals.flow_status_changed)
    author = user("add_flow", "change_flow")
    publisher = user("publish_flow")
    flow = flows.create_flow(path="orders/paid", name="Order paid", user=author)
    assert (flow.status, flow.published_version, flow.created_by) == ("inactive", None, author)

    flows.save_draft(flow, document=document, revision=1, user=author)
    assert (flow.draft_revision, flow.draft_updated_by) == (2, author)

    version = flows.publish(flow, digest=digest(document), user=publisher, note="First.")
    assert (version.number, version.document, version.note) == (1, document, "First.")
    assert (flow.published_version, version.created_by) == (version, publisher)

    flows.activate(flow, user=publisher)
    assert flow.is_live
    flows.deactivate(flow, user=publisher)
    assert not Flow.objects.get(pk=flow.pk).is_live

    assert history(flow) == [
        (author.username, "Created."),
        (author.username, "Draft saved, revision 2."),
        (publisher.username, "Published version 1."),
        (publisher.username, "Activated."),
        (publisher.username, "Deactivated."),
    ]
    assert created == [{"flow": flow, "user": author}]
    assert saved == [{"flow": flow, "user": author}]
    assert published == [{"flow": flow, "version": version, "user": publisher}]
    assert switched == [{"flow": flow, "user": publisher}] * 2


def test_the_system_leaves_no_entry(flow, version, live):
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("action", "right"),
    [
        (lambda flow, user: flows.create_flow(path="new", name="n", user=user), "add_flow"),
        (lambda flow, user: flows.update_flow(flow, name="n", user=user), "change_flow"),
        (lambda flow, user: flows.save_draft(flow, document={}, revision=1, user=user), "change_flow"),
        (lambda flow, user: flows.publish(flow, digest=digest(flow.draft), user=user), "publish_flow"),
        (lambda flow, user: flows.set_run_as(flow, run_as=RunAs.NOBODY, user=user), "publish_flow"),
        (lambda flow, user: flows.delete_flow(flow, user=user), "delete_flow"),
    ],
)
def test_each_action_takes_its_right(flow, user, action, right):
    others = {"add_flow", "change_flow", "publish_flow", "delete_flow", "view_flow", "run_flow"} - {right}
    with pytest.raises(NotPermitted):
        action(flow, user(*others))
    action(flow, user(right))


def test_switching_takes_the_right_to_publish(flow, version, user):
    with pytest.raises(NotPermitted):
        flows.activate(flow, user=user("change_flow"))
    flows.activate(flow, user=user("publish_flow"))
    with pytest.raises(NotPermitted):
        flows.deactivate(flow, user=user("change_flow"))


def test_deleting_what_is_live_takes_publishing_too(live, user):
    with pytest.raises(NotPermitted):
        flows.delete_flow(live, user=user("delete_flow"))
    flows.delete_flow(live, user=user("delete_flow", "publish_flow"))
    assert not Flow.objects.exists()


def test_renaming_what_is_live_takes_publishing(live, user):
    author = user("change_flow")
    with pytest.raises(NotPermitted):
        flows.update_flow(live, path="other", user=author)
    flows.update_flow(live, path=live.path, name="Other name", user=author)
    flows.update_flow(live, path="other", user=user("publish_flow"))
    assert Flow.objects.get().path == "other"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"path": "../etc", "name": "n"}, "path"),
        ({"path": "", "name": "n"}, "path"),
        ({"path": "a", "name": ""}, "name"),
        ({"path": "a", "name": "n" * 201}, "name"),
        ({"path": "a", "name": "n", "color": "url(x)"}, "color"),
        ({"path": "a", "name": "n", "icon": "<b>"}, "icon"),
    ],
)
@pytest.mark.django_db
def test_fields_that_are_refused(values, field):
    with pytest.raises(FieldsInvalid) as caught:
        flows.create_flow(user=None, **values)
    assert list(caught.value.fields) == [field]
    assert caught.value.as_dict()["fields"] == caught.value.fields


def test_a_path_is_taken_once(flow):
    with pytest.raises(FieldsInvalid) as caught:
        flows.create_flow(path=flow.path, name="again", user=None)
    assert "path" in caught.value.fields


def test_a_path_taken_at_the_same_time_is_told_alike(flow, monkeypatch):
    monkeypatch.setattr(Flow, "validate_unique", lambda self, exclude=None: None)
    monkeypatch.setattr(Flow, "validate_constraints", lambda self, exclude=None: None)
    with pytest.raises(FieldsInvalid) as caught:
        flows.create_flow(path=flow.path, name="again", user=None)
    assert "path" in caught.value.fields


def test_a_refused_change_leaves_the_flow_as_it_was(flow):
    with pytest.raises(FieldsInvalid):
        flows.update_flow(flow, name="", color="teal", user=None)
    assert (flow.name, flow.color) == ("Order paid", "")


def test_a_change_that_changes_nothing_is_not_noted(flow, user):
    author = user("change_flow")
    flows.update_flow(flow, name=flow.name, user=author)
    assert history(flow) == []
    flows.update_flow(flow, name="New", icon="bolt", user=author)
    assert history(flow) == [(author.username, "Changed name, icon.")]


class TestDrafts:
    def test_of_two_editors_the_second_is_told(self, flow, document, user):
        first, second = user("change_flow"), user("change_flow")
        mine = copy.deepcopy(document) | {"summary": "mine"}
        theirs = copy.deepcopy(document) | {"summary": "theirs"}
        seen_by_second = Flow.objects.get(pk=flow.pk)
        flows.save_draft(flow, document=mine, revision=1, user=first)
        with pytest.raises(DraftConflict) as caught:
            flows.save_draft(seen_by_second, document=theirs, revision=1, user=second)
        assert caught.value.current.draft["summary"] == "mine"
        assert caught.value.current.draft_revision == 2
        assert Flow.objects.get(pk=flow.pk).draft["summary"] == "mine"

    @pytest.mark.parametrize("revision", [0, 2, 99])
    def test_only_the_current_revision_is_accepted(self, flow, document, revision):
        with pytest.raises(DraftConflict):
            flows.save_draft(flow, document=document, revision=revision, user=None)

    def test_a_draft_may_be_unfinished(self, flow):
        flows.save_draft(flow, document={"summary": "no steps yet"}, revision=1, user=None)
        assert flow.draft == {"summary": "no steps yet"}

    @pytest.mark.parametrize("given", [None, [], "text", 5])
    def test_a_draft_is_an_object(self, flow, given):
        with pytest.raises(DocumentInvalid):
            flows.save_draft(flow, document=given, revision=1, user=None)

    def test_a_draft_has_a_largest_size(self, flow, settings):
        settings.OPENFLOW = {**settings.OPENFLOW, "MAX_DOCUMENT_BYTES": 20}
        exact = {"summary": "x" * (20 - len('{"summary":""}'))}
        flows.save_draft(flow, document=exact, revision=1, user=None)
        with pytest.raises(DocumentInvalid) as caught:
            flows.save_draft(flow, document={"summary": exact["summary"] + "x"}, revision=2, user=None)
        assert caught.value.issues[0].code == "json_too_large"

    def test_text_no_database_stores_is_replaced(self, flow):
        flows.save_draft(flow, document={"summary": "a\x00b\ud800"}, revision=1, user=None)
        assert flow.draft == {"summary": "a\ufffdb\ufffd"}


class TestPublishing:
    def test_the_digest_has_to_be_that_of_the_draft(self, flow, document, user):
        seen = digest(flow.draft)
        flows.save_draft(flow, document={**document, "summary": "slipped in"}, revision=1, user=None)
        with pytest.raises(DraftConflict):
            flows.publish(flow, digest=seen, user=user("publish_flow"))
        assert not FlowVersion.objects.exists()

    def test_a_draft_with_errors_is_refused(self, flow):
        flows.save_draft(flow, document={"summary": "no value"}, revision=1, user=None)
        with pytest.raises(DocumentInvalid) as caught:
            flows.publish(flow, digest=digest(flow.draft), user=None)
        assert caught.value.issues
        assert flow.published_version is None

    @pytest.mark.parametrize(
        "value",
        [
            {"type": "script", "path": "op/no_such_operation", "input_transforms": {}},
            {"type": "flow", "path": "no/such/flow", "input_transforms": {}},
            {
                "type": "rawscript",
                "language": "bun",
                "content": "export function main() {}",
                "input_transforms": {},
            },
            {
                "type": "forloopflow",
                "iterator": {"type": "javascript", "expr": "[1, 2"},
                "modules": [],
                "skip_failures": False,
            },
            {
                "type": "script",
                "path": "op/log",
                "input_transforms": {"message": {"type": "template", "value": "{{ }}"}},
            },
        ],
        ids=["operation", "flow", "language", "expression", "template"],
    )
    def test_the_site_is_in_view(self, flow, value):
        document = {"summary": "", "value": {"modules": [{"id": "a", "value": value}]}}
        found = [issue for issue in validate_document(document) if issue.severity == "error"]
        assert found
        assert found[0].step_id == "a"

    def test_numbers_rise_and_versions_stay(self, flow, version, document):
        flows.save_draft(flow, document={**document, "summary": "second"}, revision=1, user=None)
        second = flows.publish(flow, digest=digest(flow.draft), user=None)
        assert second.number == 2
        version.refresh_from_db()
        assert version.document["summary"] == "Greets"

    def test_publishing_twice_makes_one_version(self, flow, version):
        assert flows.publish(flow, digest=digest(flow.draft), user=None) == version
        assert FlowVersion.objects.count() == 1

    def test_going_back_is_publishing_again(self, flow, version, document):
        flows.save_draft(flow, document={**document, "summary": "second"}, revision=1, user=None)
        flows.publish(flow, digest=digest(flow.draft), user=None)
        flows.save_draft(flow, document=version.document, revision=2, user=None)
        third = flows.publish(flow, digest=digest(flow.draft), user=None)
        assert (third.number, third.digest) == (3, version.digest)

    def test_a_flow_that_calls_itself_is_refused(self, flow):
        flows.save_draft(flow, document=calling("orders/paid"), revision=1, user=None)
        with pytest.raises(DocumentInvalid) as caught:
            flows.publish(flow, digest=digest(flow.draft), user=None)
        assert [issue.code for issue in caught.value.issues] == ["flow_cycle"]
        assert caught.value.issues[0].path == "/value/modules/0/value/path"

    def test_a_circle_over_other_flows_is_refused(self, flow):
        middle = flows.create_flow(path="middle", name="m", document=calling("orders/paid"), user=None)
        flows.publish(middle, digest=digest(middle.draft), user=None)
        outer = flows.create_flow(path="outer", name="o", document=calling("middle"), user=None)
        flows.publish(outer, digest=digest(outer.draft), user=None)
        flows.save_draft(flow, document=calling("outer"), revision=1, user=None)
        with pytest.raises(DocumentInvalid) as caught:
            flows.publish(flow, digest=digest(flow.draft), user=None)
        assert caught.value.issues[0].code == "flow_cycle"

    def test_calling_another_flow_is_fine(self, flow):
        outer = flows.create_flow(path="outer", name="o", document=calling("orders/paid"), user=None)
        assert flows.publish(outer, digest=digest(outer.draft), user=None).number == 1


def calling(path):
    step = {"id": "a", "value": {"type": "flow", "path": path, "input_transforms": {}}}
    return {"summary": "", "value": {"modules": [step]}}


def test_what_was_never_published_is_not_activated(flow):
    with pytest.raises(FlowNotLive):
        flows.activate(flow, user=None)


class TestActingAs:
    def test_a_publisher_lends_their_own_rights(self, flow, user):
        publisher = user("publish_flow")
        flows.set_run_as(flow, run_as=RunAs.USER, run_as_user=publisher, user=publisher)
        assert Flow.objects.get().run_as_user == publisher

    def test_lending_those_of_another_takes_a_right(self, flow, user):
        other = user()
        with pytest.raises(NotPermitted):
            flows.set_run_as(flow, run_as=RunAs.USER, run_as_user=other, user=user("publish_flow"))
        allowed = user("publish_flow", "assign_run_as")
        flows.set_run_as(flow, run_as=RunAs.USER, run_as_user=other, user=allowed)

    def test_nobody_but_a_superuser_lends_those_of_a_superuser(self, flow, user):
        root = user(is_superuser=True)
        with pytest.raises(NotPermitted):
            flows.set_run_as(
                flow, run_as=RunAs.USER, run_as_user=root, user=user("publish_flow", "assign_run_as")
            )
        flows.set_run_as(flow, run_as=RunAs.USER, run_as_user=root, user=user(is_superuser=True))

    @pytest.mark.parametrize("run_as", [RunAs.CALLER, RunAs.NOBODY])
    def test_a_user_is_given_exactly_when_needed(self, flow, user, run_as):
        person = user()
        with pytest.raises(FieldsInvalid):
            flows.set_run_as(flow, run_as=run_as, run_as_user=person, user=None)
        with pytest.raises(FieldsInvalid):
            flows.set_run_as(flow, run_as=RunAs.USER, user=None)
        flows.set_run_as(flow, run_as=run_as, user=None)


def test_deleting_stops_what_is_open_and_keeps_the_log(live):
    run = runs.start(flow=live, input={}, kind=RunKind.MANUAL)
    flows.delete_flow(live, user=None)
    run.refresh_from_db()
    assert (run.status, run.flow, run.cancel_reason) == ("canceled", None, "The flow was deleted.")
