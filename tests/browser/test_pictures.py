"""Every page in light, in dark and on a phone: pictures, and what can be checked without looking."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from demo_project.accounts.models import User
from demo_project.shop.models import Customer, Order, OrderLine, Product
from openflow_django.accountability import acting, of_user
from openflow_django.models import Event, Flow, Run
from openflow_django.services import flows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WINDOWS: dict[str, Any] = {
    "": {"scheme": "light", "width": 1280},
    "-dark": {"scheme": "dark", "width": 1280},
    "-phone": {"scheme": "light", "width": 390},
}

UNLABELLED = """
[...document.querySelectorAll("main input:not([type=hidden]):not([type=submit]), main select, main textarea")]
    .filter((field) => !field.labels?.length && !field.getAttribute("aria-label"))
    .map((field) => field.outerHTML)
"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """
[...document.querySelectorAll("main .openflow-button, main .submit-row input")]
    .filter((field) => field.offsetParent !== null && field.getBoundingClientRect().height < 30)
    .map((field) => field.outerHTML)
"""


@pytest.fixture
def history(shop) -> dict[str, int]:
    """Some days of the shop: orders paid by hand, a mistake in a draft, a run that failed."""
    flow = Flow.objects.get(path="orders/paid")
    customers = list(Customer.objects.all())
    products = list(Product.objects.order_by("-price"))
    for number in range(3):
        _pay(customers[number % len(customers)], products[number : number + 3], user=shop)
    run = Run.objects.filter(flow=flow).latest("id")
    draft = {**flow.draft, "summary": "Totals a paid order, takes the goods from stock, thanks the customer"}
    flow.refresh_from_db()
    flows.save_draft(flow, document=draft, revision=flow.draft_revision, user=shop)
    recover = Run.objects.filter(flow__path="payments/recover").first() or run
    event = Event.objects.get(run=run)
    trigger = flow.triggers.first()
    assert trigger is not None
    numbers = {"flow": flow, "run": run, "recover": recover, "event": event, "trigger": trigger}
    return {name: row.pk for name, row in numbers.items()}


def _pay(customer: Customer, products: list[Product], *, user: User) -> None:
    with acting(lambda: of_user(user)):
        order = Order.objects.create(customer=customer)
        for product in products:
            OrderLine.objects.create(
                order=order, product=product, quantity=2, unit_price=product.price or Decimal(1)
            )
        order.status = Order.Status.PAID
        order.save()


PAGES = {
    "flows": "flow/",
    "flow": "flow/{flow}/change/",
    "flow-add": "flow/add/",
    "flow-publish": "flow/{flow}/publish/",
    "flow-test": "flow/{flow}/test/",
    "flow-versions": "flow/{flow}/versions/",
    "trigger-types": "trigger/add/?flow={flow}",
    "trigger": "trigger/{trigger}/change/",
    "runs": "run/",
    "run": "run/{run}/change/",
    "event": "event/{event}/change/",
    "events": "event/",
}


DOCUMENTATION = os.environ.get("OPENFLOW_DOCS_IMAGES")
"""The folder of the pictures in the documentation, ``docs/img``, when they are to be made anew."""


def check(page: Page) -> None:
    assert page.evaluate(SIDEWAYS) <= 0, "the page scrolls sideways"
    assert page.evaluate(UNLABELLED) == []
    assert page.evaluate(SMALL) == []
    assert page.locator("main h1").count() == 1


def test_every_page_in_every_window(visit, history, picture) -> None:
    for suffix, window in WINDOWS.items():
        page = visit("/admin/", **window)
        root = page.url.removesuffix("/admin/")
        for name, address in PAGES.items():
            page.goto(f"{root}/admin/openflow/{address.format(**history)}")
            check(page)
            picture(page, f"{name}{suffix}")


@pytest.mark.skipif(DOCUMENTATION is None, reason="made anew with OPENFLOW_DOCS_IMAGES=docs/img")
@pytest.mark.parametrize("name", ["run", "flow"])
def test_the_pictures_of_the_documentation(visit, history, name) -> None:
    page = visit(f"/admin/openflow/{PAGES[name].format(**history)}")
    page.set_viewport_size({"width": 1280, "height": 1180})
    page.evaluate("localStorage.setItem('django.admin.navSidebarIsOpen', 'false')")
    page.reload()
    page.screenshot(path=Path(str(DOCUMENTATION), f"{name}.png"), animations="disabled")
