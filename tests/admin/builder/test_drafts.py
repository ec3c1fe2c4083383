"""The draft: saved whole and as it is, judged, published; nobody overwrites anybody without knowing."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.http.request import UnreadablePostError
from django.test import RequestFactory
from hypothesis import given as each
from hypothesis import strategies as st

from openflow_django.admin.builder import drafts
from openflow_django.admin.builder.issues import placed
from openflow_django.models import Flow, FlowVersion
from openflow_django.services import flows
from openflow_django.spec.issues import Issue
from openflow_django.spec.json import digest

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}\u202e\u2028'\"\\"


def base_of(flow: Flow) -> str:
    return digest(Flow.objects.get(pk=flow.pk).draft)


def changed(document: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**document, **more}


def test_a_draft_is_saved_and_its_token_saves_the_next(boss, flow, document) -> None:
    base = base_of(flow)
    for summary in ("one", "two", "three"):
        status, data = boss("PUT", "draft/", {"document": changed(document, summary=summary), "base": base})
        assert (status, data["issues"], data["updated_by"]) == (200, [], "boss")
        base = data["base"]
        assert base == base_of(flow)
    flow.refresh_from_db()
    assert (flow.draft["summary"], flow.draft_revision) == ("three", 4)
    assert LogEntry.objects.filter(object_id=str(flow.pk)).count() == 3


def test_what_nobody_knows_comes_back_as_it_was(boss, flow, document) -> None:
    strange = changed(document, **{"x-mine": [1, 1.5, None, {"ключ": HOSTILE, "z": 1, "a": 2}], "labels": []})
    strange["value"]["modules"][0]["note"] = {"b": 1, "a": [True]}
    assert boss("PUT", "draft/", {"document": strange, "base": base_of(flow)})[0] == 200
    flow.refresh_from_db()
    assert json.dumps(flow.draft) == json.dumps(strange)


def test_a_draft_with_mistakes_is_saved_and_they_are_named(boss, flow) -> None:
    draft = {"value": {"modules": [{"id": "a", "value": {"type": "script", "path": "op/lgo"}}, 5]}}
    status, data = boss("PUT", "draft/", {"document": draft, "base": base_of(flow)})
    assert status == 200
    assert {(issue["path"], issue["field"], issue["step_id"]) for issue in data["issues"]} >= {
        ("/value/modules/0/value/path", "/value/path", "a")
    }
    flow.refresh_from_db()
    assert flow.draft == draft


@pytest.mark.parametrize("given", [[], "x", None, 5, True])
def test_what_is_no_object_is_not_stored(boss, flow, given) -> None:
    status, data = boss("PUT", "draft/", {"document": given, "base": base_of(flow)})
    assert (status, data["code"]) == (422, "document_invalid")
    assert data["issues"][0]["code"] == "type"


def test_a_request_without_a_document_is_none(boss) -> None:
    assert boss("PUT", "draft/", {"base": "x"})[0] == 400
    assert boss("POST", "validate/", {})[0] == 400


def test_the_second_of_two_editors_is_told_and_nothing_is_lost(api, flow, document) -> None:
    kim, lee = api("kim", is_superuser=True), api("lee", is_superuser=True)
    base = base_of(flow)
    mine, theirs = changed(document, summary="lee"), changed(document, summary="kim")
    assert kim("PUT", "draft/", {"document": theirs, "base": base})[0] == 200
    status, data = lee("PUT", "draft/", {"document": mine, "base": base})
    assert (status, data["code"], data["updated_by"]) == (409, "conflict", "kim")
    assert (data["document"], data["base"]) == (theirs, base_of(flow))
    assert data["updated_at"]
    assert lee("PUT", "draft/", {"document": mine, "base": data["base"]})[0] == 200
    flow.refresh_from_db()
    assert flow.draft == mine


def test_a_lost_answer_is_no_conflict(boss, flow, document) -> None:
    base, sent = base_of(flow), changed(document, summary="sent twice")
    assert boss("PUT", "draft/", {"document": sent, "base": base})[0] == 200
    status, data = boss("PUT", "draft/", {"document": sent, "base": base})
    assert (status, data["base"]) == (200, base_of(flow))
    flow.refresh_from_db()
    assert flow.draft_revision == 2


def test_the_order_of_keys_is_worth_saving(boss, flow, document) -> None:
    properties = document["schema"]["properties"]
    turned = changed(
        document, schema={**document["schema"], "properties": dict(reversed(properties.items()))}
    )
    assert boss("PUT", "draft/", {"document": turned, "base": base_of(flow)})[0] == 200
    flow.refresh_from_db()
    assert list(flow.draft["schema"]["properties"]) == ["gift", "order_id"]


def test_publishing_and_triggers_elsewhere_are_no_conflict(boss, flow, document, trigger) -> None:
    base = base_of(flow)
    flows.publish(flow, digest=base, user=None)
    flows.activate(flow, user=None)
    trigger.delete()
    assert boss("PUT", "draft/", {"document": changed(document, summary="x"), "base": base})[0] == 200


def test_who_saves_between_look_and_write_wins(boss, flow, document, monkeypatch) -> None:
    save = drafts.flow_service.save_draft

    def late(stored: Flow, **given: Any) -> Flow:
        save(Flow.objects.get(pk=flow.pk), **{**given, "document": changed(document, summary="faster")})
        return save(stored, **given)

    base = base_of(flow)
    monkeypatch.setattr(drafts.flow_service, "save_draft", late)
    status, data = boss("PUT", "draft/", {"document": changed(document, summary="slower"), "base": base})
    assert (status, data["document"]["summary"]) == (409, "faster")


def test_a_document_of_the_largest_size_is_saved_and_one_of_a_byte_more_is_not(
    boss, flow, document, settings
) -> None:
    def of_size(size: int) -> dict[str, Any]:
        padded = changed(document, description="")
        return changed(padded, description="x" * (size - len(json.dumps(padded, separators=(",", ":")))))

    most = 3_000_000  # more than Django takes from a form
    settings.OPENFLOW = {**settings.OPENFLOW, "MAX_DOCUMENT_BYTES": most}
    status, data = boss("PUT", "draft/", {"document": of_size(most), "base": base_of(flow)})
    assert status == 200, data
    status, data = boss("PUT", "draft/", {"document": of_size(most + 1), "base": data["base"]})
    assert (status, data["issues"][0]["code"]) == (413, "json_too_large")
    status, data = boss("PUT", "draft/", {"document": of_size(most + 70_000), "base": base_of(flow)})
    assert (status, data["code"]) == (413, "too_large")
    flow.refresh_from_db()
    assert len(flow.draft["description"]) > 2_900_000


def test_a_document_as_deep_as_may_be_is_saved_and_a_deeper_one_is_not(boss, flow, settings) -> None:
    settings.OPENFLOW = {**settings.OPENFLOW, "MAX_JSON_DEPTH": 30}

    def of_depth(depth: int) -> dict[str, Any]:
        inner: Any = []
        for _ in range(depth - 2):
            inner = [inner]
        return {"x": inner}

    assert boss("PUT", "draft/", {"document": of_depth(30), "base": base_of(flow)})[0] == 200
    status, data = boss("PUT", "draft/", {"document": of_depth(31), "base": base_of(flow)})
    assert (status, data["issues"][0]["code"]) == (422, "json_too_deep")
    status, data = boss("PUT", "draft/", {"document": of_depth(40), "base": base_of(flow)})
    assert (status, data["code"]) == (400, "json_too_deep")


def test_the_connection_that_breaks_changes_nothing(boss, flow, document) -> None:
    whole = json.dumps({"document": changed(document, summary="x" * 5000), "base": base_of(flow)}).encode()
    for cut in (1, 100, len(whole) - 1):
        status, data = boss("PUT", "draft/", whole[:cut])
        assert (status, data["code"]) == (400, "json_syntax")
    flow.refresh_from_db()
    assert flow.draft_revision == 1


def test_a_client_that_goes_away_is_no_error_of_the_site(flow) -> None:
    from openflow_django.admin.builder.answers import Refused
    from openflow_django.admin.builder.calls import Call

    class Gone:
        def read(self, size: int) -> bytes:
            raise UnreadablePostError("gone")

    request = RequestFactory().put("/", b"{}")
    request.read = Gone().read
    with pytest.raises(Refused) as caught:
        Call(request=request, page=None).body()
    assert (caught.value.status, caught.value.code) == (400, "body_cut")


def test_hostile_text_stays_text(boss, flow, document) -> None:
    poisoned = changed(document, summary=HOSTILE)
    poisoned["value"]["modules"][0] |= {"summary": HOSTILE, "id": HOSTILE}
    status, data = boss("PUT", "draft/", {"document": poisoned, "base": base_of(flow)})
    assert status == 200
    assert boss.last.headers["Content-Type"] == "application/json"
    assert boss.last.headers["X-Content-Type-Options"] == "nosniff"
    assert data["issues"]
    page = boss.client.get(f"/admin/openflow/flow/{flow.pk}/change/").content.decode()
    assert "<img src=x" not in page


def test_half_of_a_surrogate_pair_does_no_harm(boss, flow) -> None:
    lone = b'{"document": {"summary": "\\ud800", "value": {"modules": [{"id": "\\udfff"}]}}, "base": "x"}'
    assert boss("POST", "validate/", lone)[0] == 200
    status, data = boss("PUT", "draft/", lone.replace(b'"x"}', json.dumps(base_of(flow)).encode() + b"}"))
    assert status == 200, data
    flow.refresh_from_db()
    assert flow.draft["summary"] == "\N{REPLACEMENT CHARACTER}"


def test_validation_stores_nothing(boss, flow) -> None:
    bad = {"id": "a", "value": {"type": "script", "path": "op/lgo"}}
    status, data = boss("POST", "validate/", {"document": {"summary": "", "value": {"modules": [bad]}}})
    assert status == 200
    (issue,) = data["issues"]
    assert set(issue) == {"path", "step_id", "field", "code", "severity", "message", "hint"}
    assert (issue["code"], issue["severity"], issue["hint"]) == (
        "unknown_operation",
        "error",
        'Did you mean "log"?',
    )
    flow.refresh_from_db()
    assert flow.draft_revision == 1


def test_the_field_of_an_issue_is_the_rest_of_its_path_within_the_innermost_step(document) -> None:
    paths = {
        "/value/modules/1/value/modules/0/value/path": "/value/path",
        "/value/modules/1/value/iterator/expr": "/value/iterator/expr",
        "/value/modules/1": "",
        "/schema/properties": "/schema/properties",
        "": "",
        "/value/modules/7/id": "/value/modules/7/id",
    }
    shown = placed([Issue(path, code="x", message="") for path in paths], document)
    assert [issue["field"] for issue in shown] == list(paths.values())


@each(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_placing_never_fails(document) -> None:
    assert placed([Issue("/a/b", code="x", message="")], document)[0]["field"] == "/a/b"


def test_the_draft_that_was_seen_goes_live(boss, flow, document) -> None:
    status, data = boss("POST", "publish/", {"base": base_of(flow), "note": "First"})
    version = FlowVersion.objects.get(flow=flow)
    assert (status, data["version"], data["digest"]) == (200, 1, version.digest)
    assert (version.note, version.document, version.created_by.get_username()) == ("First", document, "boss")
    assert boss("POST", "publish/", {"base": base_of(flow), "note": "Again"})[1]["version"] == 1
    assert FlowVersion.objects.count() == 1


def test_a_draft_that_moved_is_not_published(boss, flow, document) -> None:
    seen = base_of(flow)
    flows.save_draft(flow, document=changed(document, summary="slipped in"), revision=1, user=None)
    status, data = boss("POST", "publish/", {"base": seen, "note": ""})
    assert (status, data["code"], data["document"]["summary"]) == (409, "conflict", "slipped in")
    assert not FlowVersion.objects.exists()


def test_a_draft_with_mistakes_is_not_published(boss, flow) -> None:
    draft = {
        "summary": "",
        "value": {"modules": [{"id": "a", "value": {"type": "script", "path": "op/lgo"}}]},
    }
    flows.save_draft(flow, document=draft, revision=1, user=None)
    status, data = boss("POST", "publish/", {"base": base_of(flow)})
    assert (status, data["code"]) == (422, "document_invalid")
    assert data["issues"][0]["field"] == "/value/path"


@pytest.mark.parametrize("given", [{}, {"base": 5}, {"base": None}, {"base": "x", "note": 5}])
def test_a_publisher_names_what_was_seen(boss, given) -> None:
    assert boss("POST", "publish/", given)[0] == 400


def test_python_is_written_by_those_who_may(api, flow, document, settings) -> None:
    settings.OPENFLOW = {**settings.OPENFLOW, "SCRIPT_LANGUAGES": ["python3"]}
    script = {
        "type": "rawscript",
        "language": "python3",
        "content": "def main(): pass",
        "input_transforms": {},
    }
    sent = {"summary": "", "value": {"modules": [{"id": "a", "value": script}]}}
    tester = api("tester")
    assert tester("PUT", "draft/", {"document": sent, "base": base_of(flow)})[0] == 403
    assert tester("POST", "test/", {"document": sent, "mode": "flow"})[0] == 403
    flows.save_draft(flow, document=sent, revision=1, user=None)
    assert tester("POST", "test/", {"document": sent, "mode": "flow"})[0] == 201


def test_saving_costs_the_same_for_many_steps(boss, flow, django_assert_max_num_queries) -> None:
    def document(count: int) -> dict[str, Any]:
        modules = [{"id": f"s{n}", "value": {"type": "script", "path": "op/log"}} for n in range(count)]
        return {"summary": str(count), "value": {"modules": modules}}

    boss("PUT", "draft/", {"document": document(1), "base": base_of(flow)})
    counts = []
    for count in (2, 200):
        with django_assert_max_num_queries(20) as queries:
            assert boss("PUT", "draft/", {"document": document(count), "base": base_of(flow)})[0] == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
