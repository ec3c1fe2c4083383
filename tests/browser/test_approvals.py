"""Approvals in a browser: a stranger with a link, a member of the staff, every page in light, dark and on a
phone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from openflow_django.approval_links import Ticket, token_of
from openflow_django.models import Answer, Run, RunKind, RunStatus
from openflow_django.services import flows, runs
from openflow_django.spec.json import digest
from tests.browser.test_pictures import SIDEWAYS, SMALL, UNLABELLED, WINDOWS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FORM = {
    "schema": {
        "type": "object",
        "order": ["carrier", "parts", "weight", "until", "fragile", "note", "scan"],
        "properties": {
            "carrier": {"title": "Carrier", "enum": ["Post", "Courier", "Own van"]},
            "parts": {
                "title": "What may go out",
                "type": "array",
                "items": {"enum": ["Goods", "Invoice", "Samples"]},
                "default": ["Goods"],
            },
            "weight": {"title": "Weight in kg", "type": "number", "minimum": 0},
            "until": {"title": "Deliver before", "type": "string", "format": "date"},
            "fragile": {
                "title": "Fragile",
                "type": "boolean",
                "description": "Packed twice, carried by two.",
            },
            "note": {"title": "Note for the driver", "type": "string", "format": "textarea"},
            "scan": {"title": "Signed order", "type": "string", "contentEncoding": "base64"},
        },
        "required": ["carrier"],
    }
}
MODULES: list[dict[str, Any]] = [
    {
        "id": "ask",
        "summary": "May order 4711 be shipped before it is paid?",
        "value": {"type": "identity"},
        "suspend": {"required_events": 2, "timeout": 86400, "resume_form": FORM},
    },
    {"id": "then", "value": {"type": "identity"}},
]


@pytest.fixture
def waiting(shop) -> Run:
    shop.first_name, shop.last_name = "Ada", "Lovelace"
    shop.save()
    description = (
        "Customers of long standing may have their goods before they have paid.\nTwo of us have to agree."
    )
    document = {"summary": "Ship before payment", "value": {"modules": MODULES}}
    flow = flows.create_flow(
        path="orders/ship", name="Ship before payment", description=description, document=document, user=shop
    )
    flows.publish(flow, digest=digest(flow.draft), user=shop)
    flows.activate(flow, user=shop)
    flow.refresh_from_db()
    run = runs.start(flow=flow, input={}, kind=RunKind.MANUAL, user=shop)
    run.refresh_from_db()
    assert run.status == RunStatus.SUSPENDED
    return run


def address(run: Run, approver: str) -> str:
    token = token_of(Ticket(run_id=str(run.public_id), path="ask", approver=approver))
    return f"/openflow/approve/{token}/"


@pytest.fixture
def stranger(browser, live_server) -> Iterator[Callable[..., Page]]:
    """``stranger(address, scheme="dark", width=390)``: a page in a window of somebody who is not logged
    in."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def open_page(url: str, *, scheme: Any = "light", width: int = 1280, javascript: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=javascript
        )
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{message.text} {message.location.get('url')}"))
        contexts.append(context)
        page.goto(live_server.url + url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    # A link that is over answers 410, which a browser notes.
    assert [text for text in complaints if "410" not in text and "favicon" not in text] == []


@pytest.mark.parametrize("suffix", WINDOWS)
def test_the_pages_behind_a_link(stranger, waiting, picture, suffix) -> None:
    window = WINDOWS[suffix]
    page = stranger(address(waiting, "Grace Hopper"), **window)
    _check(page)
    picture(page, f"approval{suffix}")
    page.get_by_label("Weight in kg").fill("-1")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    _check(page)
    picture(page, f"approval-mistakes{suffix}")
    page.get_by_label("Carrier").select_option("Courier")
    page.get_by_label("Weight in kg").fill("2.5")
    page.get_by_label("Reason").fill("We know them.")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("You have approved.")).to_be_visible()
    _check(page)
    picture(page, f"approval-done{suffix}")
    page = stranger(address(waiting, "Grace Hopper"), **window)
    expect(page.get_by_role("heading")).to_have_text("This link does not work any more")
    _check(page)
    picture(page, f"approval-gone{suffix}")


def _check(page: Page) -> None:
    assert page.evaluate(SIDEWAYS) <= 0, "the page scrolls sideways"
    assert page.evaluate(UNLABELLED) == []
    assert page.evaluate(SMALL) == []
    assert page.locator("main h1").count() == 1


def test_a_stranger_without_javascript_refuses(stranger, waiting) -> None:
    page = stranger(address(waiting, "Grace"), javascript=False)
    page.get_by_label("Reason").fill("Not these.")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("You have rejected.")).to_be_visible()
    waiting.refresh_from_db()
    assert waiting.data.error["message"] == "Disapproved by Grace: Not these."


def test_the_enter_key_decides_nothing(stranger, waiting) -> None:
    page = stranger(address(waiting, "Grace"))
    page.get_by_label("Carrier").select_option("Post")
    page.get_by_label("Weight in kg").fill("1")
    page.get_by_label("Weight in kg").press("Enter")
    page.wait_for_timeout(300)
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    assert not Answer.objects.exists()


def test_files_and_times_arrive_as_they_were_meant(stranger, waiting, tmp_path) -> None:
    (tmp_path / "order.txt").write_bytes(b"signed")
    page = stranger(address(waiting, "Grace"))
    page.get_by_label("Carrier").select_option("Own van")
    page.get_by_label("Deliver before").fill("2030-02-03")
    page.get_by_label("Fragile").check()
    page.get_by_label("Samples").check()
    page.get_by_label("Signed order").set_input_files(tmp_path / "order.txt")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("1 more approval is needed")).to_be_visible()
    assert Answer.objects.get().payload == {
        "carrier": "Own van",
        "parts": ["Goods", "Samples"],
        "until": "2030-02-03",
        "fragile": True,
        "scan": "c2lnbmVk",
    }


@pytest.mark.parametrize("suffix", WINDOWS)
def test_the_pages_of_the_admin(visit, stranger, waiting, picture, suffix) -> None:
    page = stranger(address(waiting, "Grace Hopper"))
    page.get_by_label("Carrier").select_option("Courier")
    page.get_by_label("Reason").fill("We know them.")
    page.get_by_role("button", name="Approve").click()
    page = visit("/admin/openflow/wait/", **WINDOWS[suffix])
    root = page.url.removesuffix("/admin/openflow/wait/")
    _check(page)
    picture(page, f"approvals{suffix}")
    page.goto(f"{root}/admin/openflow/run/{waiting.pk}/change/")
    expect(page.get_by_text("1 of 2 approvals.")).to_be_visible()
    _check(page)
    picture(page, f"run-waiting{suffix}")
    page.get_by_role("link", name="Approve or reject").click()
    expect(page.get_by_text("We know them.")).to_be_visible()
    _check(page)
    picture(page, f"approval-admin{suffix}")
    page.get_by_label("Carrier").select_option("Post")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("You have approved.")).to_be_visible()
    waiting.refresh_from_db()
    assert waiting.status == RunStatus.SUCCESS
