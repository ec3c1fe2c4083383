"""Two people edit one flow: the second one is told, both versions are kept, and only a choice overwrites."""

import json
from typing import Any

import pytest
from django.test import Client

from openflow_django.admin import flow_form
from openflow_django.admin.flow_conflict import Conflict, conflict_of
from openflow_django.admin.flow_form import FlowForm
from openflow_django.services import flows as flow_service
from tests.admin.conftest import Page
from tests.admin.test_flow_page import page_of, typed


@pytest.fixture
def kim(login) -> Client:
    return login("kim", is_superuser=True)


@pytest.fixture
def lee(login) -> Client:
    return login("lee", is_superuser=True)


def with_summary(document: dict[str, Any], summary: str) -> str:
    return json.dumps({**document, "summary": summary}, indent=2)


def test_the_second_save_is_refused_and_both_versions_are_shown(kim, lee, flow, document) -> None:
    url = page_of(flow)
    opened_by_kim, opened_by_lee = typed(kim, url), typed(lee, url)
    kim.post(url, {**opened_by_kim, "document": with_summary(document, "Kim was here")})
    response = lee.post(url, {**opened_by_lee, "document": with_summary(document, "Lee was here")})

    assert response.status_code == 200
    flow.refresh_from_db()
    assert flow.draft["summary"] == "Kim was here"
    page = Page(response)
    assert "Somebody else saved this flow while you were editing it" in page.text
    assert "kim saved revision 2" in page.text
    assert "Kim was here" in page.text
    assert "Lee was here" in response.context["adminform"].form["document"].value()
    kinds = {line.kind: line.text for line in response.context["conflict"].lines if "was here" in line.text}
    assert "Kim was here" in kinds["removed"]
    assert "Lee was here" in kinds["added"]
    assert not page.all("input", name="_save")


def test_saving_again_without_choosing_is_refused_again(kim, lee, flow, document) -> None:
    url = page_of(flow)
    opened_by_lee = {**typed(lee, url), "document": with_summary(document, "Lee")}
    kim.post(url, {**typed(kim, url), "document": with_summary(document, "Kim")})
    for _ in range(2):
        response = lee.post(url, {**opened_by_lee, "_save": "1"})
        assert response.context["conflict"]
    flow.refresh_from_db()
    assert flow.draft["summary"] == "Kim"


def test_overwriting_is_a_choice_of_its_own(kim, lee, flow, document) -> None:
    url = page_of(flow)
    opened_by_lee = {**typed(lee, url), "document": with_summary(document, "Lee")}
    kim.post(url, {**typed(kim, url), "document": with_summary(document, "Kim")})
    conflict = Page(lee.post(url, opened_by_lee))
    (button,) = conflict.all("button", name="_overwrite")
    response = lee.post(url, {**opened_by_lee, "_overwrite": button["value"]})
    assert response.status_code == 302
    flow.refresh_from_db()
    assert (flow.draft["summary"], flow.draft_revision) == ("Lee", 3)


def test_overwriting_overwrites_only_what_was_shown(kim, lee, flow, document) -> None:
    url = page_of(flow)
    opened_by_lee = {**typed(lee, url), "document": with_summary(document, "Lee")}
    kim.post(url, {**typed(kim, url), "document": with_summary(document, "Kim")})
    (button,) = Page(lee.post(url, opened_by_lee)).all("button", name="_overwrite")
    kim.post(url, {**typed(kim, url), "document": with_summary(document, "Kim again")})
    response = lee.post(url, {**opened_by_lee, "_overwrite": button["value"]})
    assert "Kim again" in Page(response).text
    flow.refresh_from_db()
    assert flow.draft["summary"] == "Kim again"


def test_taking_theirs_is_opening_the_page_anew(kim, lee, flow, document) -> None:
    url = page_of(flow)
    opened_by_lee = {**typed(lee, url), "document": with_summary(document, "Lee")}
    kim.post(url, {**typed(kim, url), "document": with_summary(document, "Kim")})
    page = Page(lee.post(url, opened_by_lee))
    assert page.all("a", href=url, class_="openflow-button openflow-primary")
    assert "Kim" in lee.get(url).context["adminform"].form["document"].value()


def test_two_who_change_different_things_do_not_disturb_each_other(kim, lee, flow, document) -> None:
    url = page_of(flow)
    opened_by_lee = typed(lee, url)
    kim.post(url, {**typed(kim, url), "document": with_summary(document, "Kim"), "description": "By Kim"})
    response = lee.post(url, {**opened_by_lee, "name": "By Lee"})
    assert response.status_code == 302
    flow.refresh_from_db()
    assert (flow.draft["summary"], flow.description, flow.name) == ("Kim", "By Kim", "By Lee")


def test_two_who_name_the_flow_differently_are_told(kim, lee, flow) -> None:
    url = page_of(flow)
    opened_by_lee = typed(lee, url)
    kim.post(url, {**typed(kim, url), "name": "By Kim"})
    response = lee.post(url, {**opened_by_lee, "name": "By Lee"})
    (field,) = response.context["conflict"].fields
    assert (field.label, field.theirs, field.mine) == ("Name", "By Kim", "By Lee")
    flow.refresh_from_db()
    assert flow.name == "By Kim"
    (button,) = Page(response).all("button", name="_overwrite")
    lee.post(url, {**opened_by_lee, "name": "By Lee", "_overwrite": button["value"]})
    flow.refresh_from_db()
    assert flow.name == "By Lee"


def test_two_who_mean_the_same_agree(kim, lee, flow, document) -> None:
    url = page_of(flow)
    opened_by_lee = typed(lee, url)
    changes = {"name": "Same", "document": with_summary(document, "Same")}
    kim.post(url, {**typed(kim, url), **changes})
    assert lee.post(url, {**opened_by_lee, **changes}).status_code == 302
    flow.refresh_from_db()
    assert (flow.name, flow.draft_revision) == ("Same", 2)


def test_a_save_between_our_look_and_our_write_is_seen(kim, flow, document, monkeypatch) -> None:
    url = page_of(flow)
    opened_by_kim = typed(kim, url)
    flow_service.save_draft(flow, document={**document, "summary": "Lee"}, revision=1, user=None)
    looks: list[Any] = []

    def first_look_is_too_early(form: FlowForm) -> Conflict | None:
        looks.append(form)
        return None if len(looks) == 1 else conflict_of(form)

    monkeypatch.setattr(flow_form, "conflict_of", first_look_is_too_early)
    response = kim.post(url, {**opened_by_kim, "document": with_summary(document, "Kim"), "name": "Kim"})
    assert response.context["conflict"]
    assert len(looks) == 2
    flow.refresh_from_db()
    assert (flow.name, flow.draft["summary"]) == ("Order paid", "Lee")


def test_a_restored_version_does_not_overwrite_a_newer_draft(kim, flow, version, document) -> None:
    url = page_of(flow)
    kim.post(url, {**typed(kim, url), "document": with_summary(document, "Newer")})
    opened = Page(kim.get(f"{page_of(flow, 'versions')}1/"))
    kim.post(url, {**typed(kim, url), "document": with_summary(document, "Newest")})
    restore = f"{page_of(flow, 'versions')}1/restore/"
    response = kim.post(restore, {"revision": opened.value("revision")}, follow=True)
    assert "The draft was changed by someone else meanwhile" in Page(response).text
    flow.refresh_from_db()
    assert flow.draft["summary"] == "Newest"
    again = Page(kim.get(f"{page_of(flow, 'versions')}1/"))
    kim.post(restore, {"revision": again.value("revision")})
    flow.refresh_from_db()
    assert flow.draft == version.document
