"""The flows of the demo do what they say: through real triggers, the executor and the sandbox."""

import json
from decimal import Decimal

import pytest
from django.core import mail

from demo_project.accounts.models import User
from demo_project.shop.demo.account import ensure_admin
from demo_project.shop.demo.flows import flow_files, load_flows
from demo_project.shop.demo.goods import load_shop
from demo_project.shop.models import Customer, Order, Stock
from openflow_django.accountability import acting, of_user
from openflow_django.models import Flow, Run, RunKind, StepRun
from openflow_django.services import runs
from openflow_django.services.documents import validate_document
from openflow_django.services.triggers import validate_options
from openflow_django.worker.clock import SystemClock

CONTENTS = flow_files()
ABILITIES = (
    "branchall",
    "branchone",
    "continue_on_error",
    "error_branch",
    "failure_module",
    "forloopflow",
    "mock",
    "rawscript",
    "retry",
    "schema",
    "skip_if",
    "sleep",
    "stop_after_if",
    "whileloopflow",
)


@pytest.fixture
def shop(transactional_db, settings, monkeypatch, live_server) -> User:
    """The loaded demo with work done at once and waiting cut short; the live server is the outside world."""
    monkeypatch.setenv("DEMO_SITE", live_server.url)
    monkeypatch.setattr(SystemClock, "wait_until", lambda clock, due, *, alone: True)
    settings.OPENFLOW = {
        "QUEUE": "immediate",
        "SCRIPT_LANGUAGES": ["bun"],
        "ENV_ALLOW_LIST": ["DEMO_SITE"],
        "HTTP_ALLOWED_HOSTS": ["localhost"],
        "HTTP_ALLOWED_NETWORKS": ["127.0.0.0/8", "::1/128"],
    }
    load_shop()
    admin = ensure_admin()
    load_flows(user=admin)
    return admin


def _save(instance, *, user: User, **changes) -> None:
    """Save as a request of the user would."""
    for name, value in changes.items():
        setattr(instance, name, value)
    with acting(lambda: of_user(user)):
        instance.save()


def _start(path: str, flow_input, *, user: User) -> Run:
    flow = Flow.objects.get(path=path)
    run = runs.start(flow=flow, input=flow_input, kind=RunKind.MANUAL, user=user)
    return Run.objects.select_related("data").get(pk=run.pk)


def _only_run(path: str) -> Run:
    run = Run.objects.select_related("data").get(flow__path=path)
    assert run.status == "success", run.data.error
    return run


def _statuses(run: Run, path: str) -> list[str]:
    return list(
        StepRun.objects.filter(run=run, path=path, kind="step")
        .order_by("seq")
        .values_list("status", flat=True)
    )


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content["path"])
def test_documents_and_triggers_have_no_issue(content, settings):
    settings.OPENFLOW = {"SCRIPT_LANGUAGES": ["bun"]}
    assert validate_document(content["document"]) == []
    for trigger in content["triggers"]:
        assert validate_options(type=trigger["type"], options=trigger["options"]) == []


@pytest.mark.parametrize("ability", ABILITIES)
def test_the_flows_together_show_each_ability(ability):
    assert any(f'"{ability}"' in json.dumps(content["document"]) for content in CONTENTS)


def test_loading_twice_changes_nothing(shop):
    before = list(Flow.objects.values_list("path", "draft_revision", "published_version"))
    assert len(before) == len(CONTENTS)
    assert load_flows(user=shop) == 0
    assert load_shop() is False
    assert list(Flow.objects.values_list("path", "draft_revision", "published_version")) == before
    assert not Run.objects.exists()


def test_a_paid_order_is_totalled_taken_from_stock_and_confirmed(shop):
    order = Order.objects.earliest("id")
    _save(order, user=shop, status=Order.Status.PAID)
    run = _only_run("orders/paid")
    order.refresh_from_db()
    assert (order.total, order.discount) == (Decimal("294.44"), Decimal("51.96"))
    assert order.paid_at is not None
    assert Stock.objects.get(product__sku="kettle").on_hand == 4
    assert "shipping" in StepRun.objects.filter(run=run).values_list("module_id", flat=True)
    receipt = next(message for message in mail.outbox if message.to == [order.customer.email])
    assert "294.44" in receipt.body
    assert "parcel" in receipt.body


def test_goods_that_run_short_are_told_to_the_warehouse(shop):
    _save(Order.objects.earliest("id"), user=shop, status=Order.Status.PAID)
    run = Run.objects.select_related("data").get(flow__path="stock/low", status="success")
    warning = next(message for message in mail.outbox if message.to == ["warehouse@example.com"])
    assert warning.subject == "Kettle, 1.2 l is running low"
    assert _statuses(run, "notify") == ["success"]
    others = Run.objects.filter(flow__path="stock/low").exclude(pk=run.pk)
    assert set(others.values_list("status", flat=True)) == {"skipped"}


def test_more_than_there_is_goes_on_back_order(shop):
    stock = Stock.objects.get(product__sku="matcha")
    Stock.objects.filter(pk=stock.pk).update(on_hand=0)
    order = Order.objects.get(customer__email="chiara@example.com")
    _save(order, user=shop, status=Order.Status.PAID)
    _only_run("orders/paid")
    logs = StepRun.objects.filter(module_id="back_order").values_list("logs", flat=True)
    messages = [line["message"] for lines in logs for line in lines]
    assert messages[0].startswith("1 × Matcha, 30 g on back order")


def test_saving_an_order_otherwise_starts_nothing(shop):
    _save(Order.objects.earliest("id"), user=shop, notes="Leave it at the door.")
    assert not Run.objects.exists()


def test_the_courier_is_asked_until_it_answers(shop):
    order = Order.objects.earliest("id")
    Order.objects.filter(pk=order.pk).update(status=Order.Status.PAID)
    order.refresh_from_db()
    _save(order, user=shop, status=Order.Status.SHIPPED)
    run = Run.objects.get(flow__path="orders/shipped")
    assert _statuses(run, "book") == ["failure", "failure", "success"]
    order.refresh_from_db()
    assert order.notes == f"Tracking: TRK-order-{order.pk}"


def test_a_stock_is_refilled_crate_by_crate(shop):
    run = _start("stock/refill", {"sku": "matcha", "crate_size": 6}, user=shop)
    assert run.data.result == {"crates": 3, "on_hand": 21}
    assert Stock.objects.get(product__sku="matcha").on_hand == 21


def test_refilling_an_unknown_product_fails_with_the_reason(shop):
    run = _start("stock/refill", {"sku": "anvil", "crate_size": 6}, user=shop)
    assert run.status == "failure"
    assert run.data.error["message"] == "No product has this SKU."


@pytest.mark.parametrize(("tier", "mails"), [("gold", 2), ("standard", 1)])
def test_a_new_customer_is_greeted_by_tier(shop, tier, mails):
    _save(Customer(name="Dora", email="dora@example.com", tier=tier), user=shop)
    _only_run("customers/welcome")
    assert [message.to for message in mail.outbox] == [["dora@example.com"]] * mails


def test_the_report_does_without_the_branch_that_fails(shop):
    run = _start("reports/shop", {}, user=shop)
    assert run.data.result == {
        "orders": {"open": 3},
        "revenue": "0.00",
        "low": 1,
        "missing": ["Visitors are not counted."],
    }


def test_silent_suppliers_do_not_stop_the_comparison(shop):
    run = _start("prices/compare", {"price": 79}, user=shop)
    assert run.data.result == {"first": "no answer", "second": {"price": 79, "source": "list"}}


@pytest.mark.parametrize(
    ("amount", "status", "result"),
    [
        (100, "success", {"charged": 100}),
        (101, "success", {"recover": True, "paid_by": "invoice"}),
        (0, "failure", {"recover": False}),
    ],
)
def test_a_refused_payment_is_recovered_and_no_other_failure(shop, amount, status, result):
    run = _start("payments/recover", {"amount": amount}, user=shop)
    assert (run.status, run.data.result) == (status, result)


def test_one_bad_customer_does_not_stop_the_import(shop):
    customers = [
        {"name": "Ed", "email": "ed@example.com"},
        {"name": "Ada again", "email": "ada@example.com"},
        {"name": "Fay", "email": "fay@example.com", "tier": "gold"},
    ]
    run = _start("customers/import", {"customers": customers}, user=shop)
    assert run.data.result["stored"] == 2
    assert [refused["index"] for refused in run.data.result["refused"]] == [1]
    assert Customer.objects.filter(email__in=["ed@example.com", "fay@example.com"]).count() == 2
    assert Run.objects.filter(flow__path="customers/welcome").count() == 2
