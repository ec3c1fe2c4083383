"""The builder in a browser: it starts under a strict policy, adds a step, saves, and loses nothing it was
given."""

import pytest
from playwright.sync_api import expect

from openflow_django.admin.builder.bootstrap import is_built
from openflow_django.models import Flow

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not is_built(), reason="the builder was not built: run pip install -e ."),
]


@pytest.fixture
def flow(shop) -> Flow:
    return Flow.objects.get(path="orders/paid")


def test_it_shows_the_steps_of_the_draft(visit, flow) -> None:
    page = visit(f"/admin/openflow/flow/{flow.pk}/change/")
    expect(page.get_by_text("Total and discount").first).to_be_visible()
    expect(page.get_by_text("Saved").first).to_be_visible()


def test_a_step_added_by_keyboard_is_saved_and_nothing_else_changes(visit, flow) -> None:
    before = flow.draft
    page = visit(f"/admin/openflow/flow/{flow.pk}/change/")
    page.get_by_text("Read the order lines").first.click()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.keyboard.type("log")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Unsaved").first).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()
    flow.refresh_from_db()
    added = [step for step in flow.draft["value"]["modules"] if step not in before["value"]["modules"]]
    assert [step["value"]["path"] for step in added] == ["op/log"]
    kept = [step for step in flow.draft["value"]["modules"] if step not in added]
    assert kept == before["value"]["modules"]


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_scrolls_sideways(visit, flow, width) -> None:
    page = visit(f"/admin/openflow/flow/{flow.pk}/change/", width=width)
    expect(page.get_by_text("Total and discount").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
