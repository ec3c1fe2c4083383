"""Variables, resources and scripts as people see them: on a desk, on a phone, in the dark."""

import pytest

from openflow_django.models import Flow
from openflow_django.services import resources, scripts, variables
from tests.browser.conftest import FOLDER, Visit
from tests.browser.test_pictures import SIDEWAYS, UNLABELLED

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CODE = """export async function main(order: Order, express = false) {
  return order.weight * (express ? 2 : 1)
}"""


@pytest.fixture
def rows(shop) -> dict[str, int]:
    flow = Flow.objects.order_by("path").first()
    assert flow is not None
    secret = variables.create_variable(
        path="shop/stripe_key",
        value="sk-live-0815-4711",
        is_secret=True,
        flows=[flow],
        hosts=["api.stripe.com"],
        description="Payments",
        user=shop,
    )
    variables.create_variable(path="shop/sender", value="orders@shop.example", user=shop)
    kind = resources.create_resource_type(name="postgresql", schema={"required": ["host"]}, user=shop)
    value = {"host": "db.shop.example", "password": "$var:shop/database_password"}
    resource = resources.create_resource(path="shop/warehouse", type=kind, value=value, user=shop)
    script = scripts.create_script(path="shop/shipping", language="bun", content=CODE, user=shop)
    return {
        "variable": secret.pk,
        "resource": resource.pk,
        "resourcetype": kind.pk,
        "script": script.pk,
    }


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
)
def test_pages(visit: Visit, rows: dict[str, int], scheme: str, width: int) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, pk in rows.items():
        for address in ("", f"{pk}/change/"):
            page = visit(f"/admin/openflow/{name}/{address}", scheme=scheme, width=width)
            assert "sk-live" not in page.content()
            assert page.evaluate(SIDEWAYS) <= 0
            assert page.evaluate(UNLABELLED) == []
            kind = "form" if address else "list"
            page.screenshot(path=FOLDER / f"{name}-{kind}-{scheme}-{width}.png", full_page=True)


def test_a_secret_is_typed_once(visit: Visit, rows: dict[str, int]) -> None:
    page = visit("/admin/openflow/variable/add/")
    page.get_by_label("Path").fill("shop/new_key")
    page.get_by_label("Secret", exact=True).check()
    page.get_by_label("Value").fill("typed-only-once")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    assert page.get_by_label("Value").input_value() == ""
    assert "typed-only-once" not in page.content()
