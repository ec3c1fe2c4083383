"""The whole way in a browser over the text field, which is there whatever becomes of the builder's script:
write a flow,
be corrected, publish, add a trigger, try it, read its runs."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from demo_project.shop.models import Order
from openflow_django.models import Flow, Run

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("without_builder"),
]

DOCUMENT: dict[str, Any] = {
    "summary": "Welcomes an order",
    "value": {
        "modules": [
            {
                "id": "greeting",
                "summary": "Write the greeting",
                "value": {
                    "type": "rawscript",
                    "language": "bun",
                    "content": "export function main(name: string) {\n  console.log(`for ${name}`);\n"
                    "  return { text: `Hello ${name}` };\n}\n",
                    "input_transforms": {
                        "name": {"type": "javascript", "expr": "flow_input.name ?? 'nobody'"}
                    },
                },
            },
            {
                "id": "log",
                "summary": "Note it",
                "value": {
                    "type": "script",
                    "path": "op/log",
                    "input_transforms": {"message": {"type": "template", "value": "{{ greeting.text }}"}},
                },
            },
        ]
    },
    "schema": {
        "type": "object",
        "properties": {"name": {"type": "string", "title": "Name of the customer"}},
    },
}


def test_from_an_empty_page_to_a_run_that_can_be_read(visit) -> None:
    page = visit("/admin/openflow/flow/add/")
    page.get_by_label("Name:").fill("Welcome")
    page.get_by_label("Path:").fill("orders/welcome")
    text = json.dumps(DOCUMENT, indent=2).replace('"op/log"', '"op/lgo"')
    page.get_by_label("Document:").fill(text)
    page.get_by_role("button", name="Save draft").click()

    expect(page.get_by_text("1 mistake keeps this draft from being published")).to_be_visible()
    expect(page.get_by_text("/value/modules/1/value/path")).to_be_visible()
    expect(page.get_by_text('Did you mean "log"?')).to_be_visible()
    page.get_by_role("link", name=re.compile(r"^line \d+$")).click()
    area = page.get_by_label("Document:")
    selected = area.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)")
    assert "op/lgo" in selected

    page.get_by_label("Document:").fill(json.dumps(DOCUMENT, indent=2))
    page.get_by_role("button", name="Save and publish").click()
    expect(page.get_by_text("This is the first version")).to_be_visible()
    page.get_by_label("Note").fill("The first greeting")
    page.get_by_role("button", name="Publish and activate").click()
    expect(page.get_by_text("v1 is live")).to_be_visible()

    page.get_by_role("link", name="Add trigger").click()
    page.get_by_role("link", name="Model event").click()
    page.get_by_label("Model").select_option("shop.order")
    page.get_by_label("status (status)").wait_for()
    page.get_by_label("updated").check()
    page.get_by_role("textbox", name="Conditions").fill('[{"field": "status", "from": "open", "to": "paid"}]')
    page.get_by_role("button", name="Save trigger").click()
    expect(page.get_by_text("when an order is updated and status changes from open to paid")).to_be_visible()

    page.get_by_role("link", name="Test run").click()
    page.get_by_label("Name of the customer").fill("Kim")
    page.get_by_role("button", name="Run with these values").click()
    expect(page.get_by_text("The test run has started.")).to_be_visible()
    expect(page.locator(".openflow-head").get_by_text("succeeded")).to_be_visible()
    step = page.locator("#step-greeting")
    step.locator("summary").first.click()
    expect(step.get_by_text('"text": "Hello Kim"')).to_be_visible()
    expect(step.get_by_text("for Kim")).to_be_visible()
    flow_object = page.get_by_role("region", name="Flow object")
    for name in ("$trigger", "$last", "$accountability", "greeting", "log"):
        expect(flow_object.get_by_text(name, exact=True)).to_be_visible()

    flow = Flow.objects.get(path="orders/welcome")
    order = Order.objects.filter(status="open").first()
    assert order is not None
    page.goto(re.sub(r"/admin/.*", f"/admin/shop/order/{order.pk}/change/", page.url))
    page.get_by_label("Status:").select_option("paid")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/shop/order/")
    run = Run.objects.get(flow=flow, kind="trigger")
    assert run.status == "success"
    page.goto(re.sub(r"/admin/.*", f"/admin/openflow/run/{run.pk}/change/", page.url))
    expect(page.get_by_role("link", name=f"shop.order {order.pk}")).to_be_visible()


def test_without_javascript_everything_can_still_be_done(visit) -> None:
    page = visit("/admin/openflow/flow/add/", javascript=False)
    page.get_by_label("Name:").fill("Plain")
    page.get_by_label("Path:").fill("plain")
    page.get_by_label("Document:").fill(json.dumps(DOCUMENT))
    page.get_by_role("button", name="Save draft").click()
    flow = Flow.objects.get(path="plain")
    page.get_by_role("link", name="Add trigger").click()
    page.get_by_role("link", name="Model event").click()
    page.get_by_label("Model").select_option("shop.order")
    page.get_by_label("created").check()
    page.get_by_role("button", name="Show the fields of the chosen model").click()
    page.get_by_label("status (status)").check()
    page.get_by_role("button", name="Save trigger").click()
    assert flow.triggers.get().options["only_fields"] == ["status"]
    page.get_by_role("link", name="Test run").click()
    page.get_by_label("Input as JSON").fill('{"name": "Lee"}')
    page.get_by_role("button", name="Run with this JSON").click()
    expect(page.locator("#step-greeting")).to_be_visible()
    page.locator("#step-greeting summary").first.click()
    expect(page.get_by_text('"text": "Hello Lee"').first).to_be_visible()


def test_two_people_at_one_flow(visit) -> None:
    flow = Flow.objects.get(path="orders/paid")
    address = f"/admin/openflow/flow/{flow.pk}/change/"
    kim, lee = visit(address), visit(address)
    area = kim.get_by_label("Document:")
    changed = {**flow.draft, "summary": "By Kim"}
    area.fill(json.dumps(changed, indent=2))
    kim.get_by_role("button", name="Save draft").click()
    expect(kim.get_by_text("The draft is saved.")).to_be_visible()

    mine = json.dumps({**flow.draft, "summary": "By Lee"}, indent=2)
    lee.get_by_label("Document:").fill(mine)
    lee.get_by_role("button", name="Save draft").click()
    notice = lee.get_by_role("alert")
    expect(notice).to_contain_text("Nothing was overwritten")
    expect(notice.locator(".openflow-removed")).to_contain_text("By Kim")
    expect(notice.locator(".openflow-added")).to_contain_text("By Lee")
    assert lee.get_by_label("Document:").input_value().strip() == mine
    expect(lee.get_by_role("button", name="Save draft")).to_have_count(0)
    lee.get_by_role("button", name="Overwrite theirs with mine").click()
    expect(lee.get_by_text("The draft is saved.")).to_be_visible()
    flow.refresh_from_db()
    assert flow.draft["summary"] == "By Lee"
    assert flow.draft_revision == 3


def test_unsaved_text_is_not_left_without_a_question(visit) -> None:
    flow = Flow.objects.get(path="orders/paid")
    page = visit(f"/admin/openflow/flow/{flow.pk}/change/")
    questions: list[str] = []
    page.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.dismiss()))
    page.get_by_label("Document:").fill("{}")
    page.get_by_role("link", name="Versions").click()
    expect(page).to_have_url(re.compile("change/$"))
    assert questions == ["beforeunload"]
    page.get_by_label("Document:").press("Control+s")
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    assert questions == ["beforeunload"]
