"""Point by point what a person does with a flow in the admin: write, be told of mistakes, save, publish,
switch on.
"""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from openflow_django.models import Flow, FlowVersion, Run, RunData
from tests.admin.conftest import Page

ADD = "/admin/openflow/flow/add/"


def page_of(flow: Flow, name: str = "change") -> str:
    return f"/admin/openflow/flow/{flow.pk}/{name}/"


def typed(client: Any, url: str, **changes: str) -> dict[str, str]:
    """What the form on the page would send, with these changes."""
    page = Page(client.get(url))
    names = (
        "name",
        "path",
        "icon",
        "color",
        "revision",
        "seen_digest",
        "initial-name",
        "initial-path",
        "initial-icon",
    )
    sent = {name: page.value(name) for name in (*names, "initial-color") if page.all("input", name=name)}
    response = client.get(url)
    form = response.context["adminform"].form
    sent |= {"document": form["document"].value(), "description": form["description"].value() or ""}
    sent |= {
        "initial-description": sent["description"],
        "initial-run_as": "caller",
        "run_as": "caller",
        "run_as_user": "",
    }
    return {**sent, **changes}


def save(client: Any, flow: Flow, **changes: str) -> Any:
    url = page_of(flow)
    return client.post(url, {**typed(client, url), **changes, "_save": "1"}, follow=True)


def test_a_flow_is_created_from_a_pasted_document(boss, document) -> None:
    data = {"name": "Order paid", "path": "orders/paid", "document": json.dumps(document)}
    response = boss.post(ADD, data, follow=True)
    flow = Flow.objects.get()
    assert response.redirect_chain[-1][0] == page_of(flow)
    assert "The draft is saved." in Page(response).text
    assert (flow.name, flow.path, flow.draft, flow.status) == (
        "Order paid",
        "orders/paid",
        document,
        "inactive",
    )
    assert flow.created_by is not None


def test_the_add_page_starts_with_the_smallest_document(boss) -> None:
    response = boss.get(ADD)
    form = response.context["adminform"].form
    assert json.loads(form["document"].value()) == {"summary": "", "value": {"modules": []}}
    assert "Error" not in Page(response).text


def test_each_mistake_is_named_with_its_path_its_line_and_a_hint(boss, flow, document) -> None:
    document["value"]["modules"][0]["value"] = {"type": "rawscrpt"}
    document["value"]["modules"][1]["id"] = "total"
    document["value"]["modules"].append({"id": "x", "value": {"type": "script", "path": "op/no_such_thing"}})
    text = json.dumps(document, indent=2)
    page = Page(save(boss, flow, document=text))
    assert "mistakes keep this draft from being published" in page.text
    issues = boss.get(page_of(flow)).context["issues"]
    assert {shown.issue.path for shown in issues} >= {
        "/value/modules/0/value/type",
        "/value/modules/1/id",
        "/value/modules/2/value/path",
    }
    for shown in issues:
        assert shown.issue.path in page.text
        assert shown.issue.message in page.text
        assert shown.issue.hint in page.text
        assert shown.line is not None
        assert f"line {shown.line}" in page.text
    lines = text.split("\n")
    by_path = {shown.issue.path: shown.line for shown in issues}
    assert "rawscrpt" in lines[by_path["/value/modules/0/value/type"] - 1]
    assert any(shown.issue.hint for shown in issues)


def test_a_draft_with_mistakes_is_saved_all_the_same(boss, flow, document) -> None:
    document["value"]["modules"][0]["value"] = {"type": "nonsense"}
    save(boss, flow, document=json.dumps(document))
    flow.refresh_from_db()
    assert flow.draft == document


def test_what_does_not_parse_is_refused_at_its_line_and_nothing_typed_is_lost(boss, flow, document) -> None:
    broken = '{\n  "summary": "x"\n  "value": {}\n}  <!-- ä -->'
    response = save(boss, flow, document=broken, name="A new name")
    page = Page(response)
    assert response.status_code == 200
    assert "Line 3, column 3" in page.text
    assert "Nothing was saved; your text is kept below." in page.text
    form = response.context["adminform"].form
    assert (form["document"].value(), form["name"].value()) == (broken, "A new name")
    flow.refresh_from_db()
    assert (flow.draft, flow.name) == (document, "Order paid")


@pytest.mark.parametrize(
    "text",
    ["[]", '"text"', "null", "", "NaN", '{"a": 1e999}', "[" * 5000, '{"a":' * 500 + "1" + "}" * 500],
    ids=["list", "text", "null", "empty", "nan", "huge", "deep", "deep-object"],
)
def test_what_is_no_document_is_a_message_never_an_error_page(boss, flow, document, text) -> None:
    response = save(boss, flow, document=text)
    assert response.status_code == 200
    assert response.context["adminform"].form.errors["document"]
    flow.refresh_from_db()
    assert flow.draft == document


def test_an_empty_object_is_a_document_with_mistakes(boss, flow) -> None:
    page = Page(save(boss, flow, document="{}"))
    assert "keep this draft from being published" in page.text or "keeps this draft" in page.text
    flow.refresh_from_db()
    assert flow.draft == {}


def test_a_document_that_is_too_large_is_refused(boss, flow, settings) -> None:
    settings.OPENFLOW = {**settings.OPENFLOW, "MAX_DOCUMENT_BYTES": 1000}
    response = save(boss, flow, document=json.dumps({"summary": "x" * 1000, "value": {"modules": []}}))
    assert "1000 are allowed" in Page(response).text


def test_saving_writes_one_entry_of_history_for_each_thing_that_changed(boss, flow, document) -> None:
    document["summary"] = "New"
    save(boss, flow, document=json.dumps(document), name="New name")
    messages = list(LogEntry.objects.order_by("id").values_list("change_message", flat=True))
    assert messages == ["Changed name.", "Draft saved, revision 2."]
    assert "Draft saved, revision 2." in Page(boss.get(page_of(flow, "history"))).text


def test_saving_without_a_change_changes_nothing(boss, flow) -> None:
    save(boss, flow)
    before = flow.draft_revision, flow.updated_at
    flow.refresh_from_db()
    assert (flow.draft_revision, flow.updated_at) == before
    assert not LogEntry.objects.exists()


def test_a_taken_path_is_said_at_its_field(boss, flow) -> None:
    response = boss.post(
        ADD, {"name": "Twin", "path": "orders/paid", "document": '{"summary": "", "value": {"modules": []}}'}
    )
    assert "path" in response.context["adminform"].form.errors
    assert Flow.objects.count() == 1


def test_publishing_shows_the_difference_and_names_the_digest(boss, flow, version, document) -> None:
    document["value"]["modules"][0]["summary"] = "Add everything up"
    document["value"]["modules"].append({"id": "mail", "summary": "Send mail", "value": {"type": "identity"}})
    save(boss, flow, document=json.dumps(document))
    response = boss.get(page_of(flow, "publish"))
    page = Page(response)
    assert "What changes against version 1, which is live" in page.text
    assert "Step Add everything up (total): summary" in page.text
    assert "Step Send mail (mail) was added" in page.text
    assert response.context["draft_digest"] in page.text
    assert page.value("digest") == response.context["draft_digest"]


def test_publishing_makes_a_version_with_its_note(boss, flow, document) -> None:
    page = Page(boss.get(page_of(flow, "publish")))
    assert "This is the first version" in page.text
    response = boss.post(
        page_of(flow, "publish"), {"digest": page.value("digest"), "note": "Go"}, follow=True
    )
    assert "Version 1 is live." in Page(response).text
    version = FlowVersion.objects.get()
    assert (version.document, version.note, version.number) == (document, "Go", 1)
    assert version.created_by is not None
    flow.refresh_from_db()
    assert (flow.published_version, flow.status) == (version, "inactive")


def test_publish_and_activate_in_one_go(boss, flow) -> None:
    page = Page(boss.get(page_of(flow, "publish")))
    boss.post(page_of(flow, "publish"), {"digest": page.value("digest"), "_activate": "1"})
    flow.refresh_from_db()
    assert flow.is_live


def test_a_draft_that_changed_since_the_page_was_opened_is_not_published(boss, flow, document) -> None:
    page = Page(boss.get(page_of(flow, "publish")))
    document["summary"] = "Changed meanwhile"
    save(boss, flow, document=json.dumps(document))
    response = boss.post(page_of(flow, "publish"), {"digest": page.value("digest")})
    again = Page(response)
    assert "The draft changed since you looked." in again.text
    assert "Changed meanwhile" in again.text
    assert again.value("digest") != page.value("digest")
    assert not FlowVersion.objects.exists()


def test_a_draft_with_mistakes_is_not_published(boss, flow, document) -> None:
    document["value"]["modules"][0]["value"] = {"type": "nonsense"}
    save(boss, flow, document=json.dumps(document))
    response = boss.get(page_of(flow, "publish"))
    page = Page(response)
    assert "cannot be published" in page.text
    assert not page.all("input", name="digest")
    boss.post(page_of(flow, "publish"), {"digest": response.context["draft_digest"]})
    assert not FlowVersion.objects.exists()


def test_what_is_live_already_needs_no_publishing(boss, flow, version) -> None:
    assert "there is nothing to publish" in Page(boss.get(page_of(flow, "publish"))).text


def test_a_flow_is_switched_on_and_off_by_post_only(boss, flow, version) -> None:
    assert boss.get(page_of(flow, "deactivate")).status_code == 405
    boss.post(page_of(flow, "deactivate"))
    flow.refresh_from_db()
    assert flow.status == "inactive"
    assert boss.get(page_of(flow, "activate")).status_code == 405
    boss.post(page_of(flow, "activate"))
    flow.refresh_from_db()
    assert flow.status == "active"


def test_a_flow_that_was_never_published_is_not_switched_on(boss, flow) -> None:
    page = Page(boss.post(page_of(flow, "activate"), follow=True))
    assert "Publish the draft first." in page.text
    flow.refresh_from_db()
    assert flow.status == "inactive"


def test_the_page_tells_where_the_flow_stands(boss, flow, run, document) -> None:
    page = Page(boss.get(page_of(flow)))
    assert "v1 is live" in page.text
    assert "when an order is updated and status changes from open to paid" in page.text
    assert "failed" in page.text
    assert "the draft is ahead of it" not in page.text
    save(boss, flow, document=json.dumps({**document, "summary": "New"}))
    assert "the draft is ahead of it" in Page(boss.get(page_of(flow))).text
    assert "draft is ahead" in Page(boss.get("/admin/openflow/flow/")).text


@pytest.mark.parametrize(("button", "page"), [("_test", "test"), ("_publish", "publish")])
def test_saving_can_go_straight_on(boss, flow, button, page) -> None:
    response = boss.post(page_of(flow), {**typed(boss, page_of(flow)), button: "1"})
    assert response.headers["Location"] == page_of(flow, page)


def test_a_test_run_asks_for_the_input_that_the_flow_describes(boss, flow) -> None:
    page = Page(boss.get(page_of(flow, "test")))
    assert page.all("input", name="options-order_id", type="number")
    assert page.all("input", name="options-gift", type="checkbox")
    response = boss.post(page_of(flow, "test"), {"options-order_id": "7", "_fields": "1"})
    run = Run.objects.get()
    assert response.headers["Location"] == f"/admin/openflow/run/{run.pk}/change/"
    assert (run.kind, run.status, run.version) == ("test", "queued", None)
    data = RunData.objects.get()
    assert data.input == {"order_id": 7, "gift": False}
    assert data.document == flow.draft


def test_a_test_run_takes_raw_json(boss, flow) -> None:
    boss.post(page_of(flow, "test"), {"json": '{"order_id": 1, "more": [{"deep": null}]}', "_json": "1"})
    assert RunData.objects.get().input == {"order_id": 1, "more": [{"deep": None}]}


def test_a_wrong_input_is_said_and_starts_nothing(boss, flow) -> None:
    response = boss.post(page_of(flow, "test"), {"json": "{broken", "_json": "1"})
    assert "Line 1, column 2" in Page(response).text
    assert "{broken" in Page(response).text
    response = boss.post(page_of(flow, "test"), {"json": "{}", "_json": "1"})
    assert "'order_id' is a required property" in Page(response).text
    response = boss.post(page_of(flow, "test"), {"options-order_id": "x", "_fields": "1"})
    assert "Enter a whole number." in Page(response).text
    assert not Run.objects.exists()


def test_a_draft_with_mistakes_is_not_run(boss, flow, document) -> None:
    document["value"]["modules"][0]["value"] = {"type": "nonsense"}
    save(boss, flow, document=json.dumps(document))
    assert "cannot run" in Page(boss.get(page_of(flow, "test"))).text
    boss.post(page_of(flow, "test"), {"json": "{}", "_json": "1"})
    assert not Run.objects.exists()


def test_the_input_of_a_run_can_be_tried_again(boss, flow, run) -> None:
    response = boss.get(f"{page_of(flow, 'test')}?run={run.public_id}")
    assert Page(response).value("options-order_id") == "7"


def test_a_flow_is_deleted_after_a_look_at_what_goes(boss, flow, version, trigger, run) -> None:
    page = Page(boss.get(page_of(flow, "delete")))
    assert "Order paid" in page.text
    assert "shop.order" not in page.text
    boss.post(page_of(flow, "delete"), {"post": "yes"})
    assert not Flow.objects.exists()
    assert Run.objects.filter(flow=None).exists()
    assert list(LogEntry.objects.values_list("change_message", flat=True)) == ["Deleted."]
