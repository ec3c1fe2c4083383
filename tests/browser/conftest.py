"""A Chromium at the admin of the demo shop, where work is done at once. Its complaints fail the test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from demo_project.accounts.models import User
from demo_project.shop.demo.account import ensure_admin
from demo_project.shop.demo.flows import load_flows
from demo_project.shop.demo.goods import load_shop
from openflow_django.models import Worker
from openflow_django.services import watch
from openflow_django.worker.clock import SystemClock
from tests.machine import chromium

FOLDER = Path(os.environ.get("OPENFLOW_SCREENSHOTS", "var/screenshots"))
"""Where the pictures go."""

WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
    window.violations.push(event.violatedDirective + " " + event.blockedURI);
});
"""

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # The driver runs an event loop in this thread, in which Django would refuse to touch the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def shop(transactional_db, settings, monkeypatch) -> Iterator[User]:
    """The loaded demo shop with its flows and a worker that was seen."""
    settings.MIDDLEWARE = [*django_settings.MIDDLEWARE, "tests.browser.policy.strict"]
    settings.OPENFLOW = {"QUEUE": "immediate", "SCRIPT_LANGUAGES": ["bun"]}
    monkeypatch.setattr(SystemClock, "wait_until", lambda clock, due, *, alone: True)
    load_shop()
    admin = ensure_admin()
    load_flows(user=admin)
    Worker.objects.create(name="web1:4242:0", host="web1", pid=4242)
    yield admin
    watch.forget()


@pytest.fixture
def visit(browser, live_server, shop) -> Iterator[Visit]:
    """``visit("/admin/", scheme="dark", width=390)``: a page in a window of its own, the admin logged in."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # The demo shop has no icon; browsers ask for one.
        if message.type in {"error", "warning"} and "favicon" not in message.location.get("url", ""):
            complaints.append(message.text)

    def open_page(address: str, *, scheme: Any = "light", width: int = 1280, javascript: bool = True) -> Page:
        client = Client()
        client.force_login(shop)
        name = django_settings.SESSION_COOKIE_NAME
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        context.add_init_script(WATCH_POLICY)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        contexts.append((context, javascript))
        page.goto(live_server.url + address)
        return page

    yield open_page
    for context, javascript in contexts:
        for page in context.pages:
            if javascript:
                complaints.extend(page.evaluate("window.violations"))
        context.close()
    assert complaints == []


@pytest.fixture
def without_builder(monkeypatch) -> None:
    """Flows are written in the text field, as where the builder's files are not built or do not run."""
    monkeypatch.setattr("openflow_django.admin.flows.is_built", lambda: False)


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """``picture(page, "run")`` writes ``run.png`` of the whole page."""
    FOLDER.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=FOLDER / f"{name}.png", full_page=True, animations="disabled")

    return take
