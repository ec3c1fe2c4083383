"""``demo --check``: what a person would do with the demo, done by a program that judges the outcome."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from django.db.models import QuerySet

from demo_project.shop.demo.account import PASSWORD, USERNAME
from demo_project.shop.demo.browser import Browser
from demo_project.shop.demo.processes import watch
from demo_project.shop.demo.site import Site
from demo_project.shop.models import Order
from openflow_django.models import Run, StepRun
from openflow_django.models.run import ACTIVE_STATUSES, RunStatus

__all__ = ["CheckFailedError", "pay_and_follow"]

LIMIT_S = 60.0
PAUSE_S = 0.1

TOTAL = Decimal("294.44")
"""Of the first order: 346.40, less 10 % for gold and 5 % for 200 and more."""


class CheckFailedError(Exception):
    """The demo does not do what it is meant to; the message says what is wrong."""


def pay_and_follow(site: Site, *, home: Path, tell: Callable[[str], object]) -> None:
    """Pay the first order through the admin and follow the flows that it starts.

    Raises:
        CheckFailedError: a run, a step or what it should have done is missing or wrong.
        ProcessEndedError: the site or the worker ended.
        BrowserError, urllib.error.HTTPError: the site answers otherwise than the admin does.
    """
    browser = Browser(site.url)
    login = browser.get("/admin/login/?next=/admin/")
    browser.submit(login, form="login-form", username=USERNAME, password=PASSWORD)
    order = Order.objects.earliest("id")
    tell(f"Paying order {order} in the admin.")
    page = browser.get(f"/admin/shop/order/{order.pk}/change/")
    browser.submit(page, form="order_form", status=Order.Status.PAID)
    _follow("orders/paid", site=site, browser=browser, tell=tell)
    _follow("stock/low", site=site, browser=browser, tell=tell)
    _judge(order, mails=home / "mail")


def _follow(path: str, *, site: Site, browser: Browser, tell: Callable[[str], object]) -> None:
    """Wait for the end of the runs of a flow and tell the steps of the first that succeeded."""
    runs = Run.objects.filter(flow__path=path).order_by("id")
    under_way = runs.filter(status__in=ACTIVE_STATUSES)

    def ended() -> bool:
        return runs.exists() and not under_way.exists()

    if not watch(site.processes, until=ended, pause_s=PAUSE_S, limit_s=LIMIT_S):
        raise CheckFailedError(f"No run of {path} came to an end within {LIMIT_S:.0f} s: {_told(runs)}")
    run = runs.filter(status=RunStatus.SUCCESS).first()
    if run is None:
        raise CheckFailedError(f"No run of {path} succeeded: {_told(runs)}")
    tell(f"{path}: {RunStatus(run.status).label}, {_seconds(run):.3f} s from start to end")
    for step in StepRun.objects.filter(run=run).order_by("seq"):
        tell(f"  {step.status:<8} {step.duration_us / 1e6:>7.3f} s  {step.kind:<9} {step.path}")
    page = browser.get(f"/admin/openflow/run/{run.pk}/change/")
    if str(run.public_id) not in page.text:
        raise CheckFailedError(f"The page of the run of {path} does not show it.")


def _told(runs: QuerySet[Run]) -> str:
    """Every run with its status and error, for the reason of a failed check."""
    return "; ".join(f"{run.status} {run.data.error or ''}" for run in runs.select_related("data")) or "none"


def _judge(order: Order, *, mails: Path) -> None:
    """What the flows should have left behind: the order written back, a receipt, a warning."""
    order.refresh_from_db()
    if order.total != TOTAL or order.paid_at is None:
        raise CheckFailedError(
            f"The order was not written back: total {order.total}, paid at {order.paid_at}."
        )
    written = "\n".join(file.read_text(encoding="utf-8") for file in sorted(mails.glob("*.log")))
    for recipient in (order.customer.email, "warehouse@example.com"):
        if f"To: {recipient}" not in written:
            raise CheckFailedError(f"No mail was written to {recipient}.")


def _seconds(run: Run) -> float:
    if run.started_at is None or run.finished_at is None:
        return 0.0
    return (run.finished_at - run.started_at).total_seconds()
