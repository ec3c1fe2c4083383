"""A model event in words."""

from typing import Any

import pytest

from openflow_django.triggers import trigger_types

SENTENCES: list[tuple[dict[str, Any], str]] = [
    (
        {"conditions": [{"field": "status", "from": "open", "to": "paid"}]},
        "when an order is updated and status changes from open to paid in full",
    ),
    ({"actions": ["created"]}, "when an order is created"),
    ({"actions": ["created", "updated", "deleted"]}, "when an order is created, updated or deleted"),
    ({"actions": ["m2m_changed"]}, "when an order is related to others"),
    ({"model": "lab.customer"}, "when a customer is updated"),
    ({"only_fields": ["status", "customer_id"]}, "when an order is updated and status or customer changes"),
    (
        {"only_fields": ["status"], "conditions": [{"field": "status", "to": "paid"}]},
        "when an order is updated and status changes to paid in full",
    ),
    (
        {"only_fields": ["status"], "conditions": [{"field": "status", "to": "paid"}], "match": "any"},
        "when an order is updated and status changes and status changes to paid in full",
    ),
    (
        {"conditions": [{"field": "status", "to": ["paid", "shipped"]}]},
        "when an order is updated and status changes to paid in full or shipped",
    ),
    (
        {"conditions": [{"field": "paid_at", "from": None}]},
        "when an order is updated and paid at changes from nothing",
    ),
    (
        {
            "conditions": [
                {"field": "total", "op": "gt", "value": 100},
                {"field": "gift", "op": "eq", "value": True},
            ],
            "match": "any",
        },
        "when an order is updated and total is greater than 100 or gift is yes",
    ),
    (
        {
            "conditions": [
                {"field": "quantity", "op": "lt", "value": 5},
                {"field": "quantity", "op": "gte", "value": 5, "on": "old"},
            ]
        },
        "when an order is updated and quantity is less than 5 and the old quantity is at least 5",
    ),
    (
        {"conditions": [{"field": "total", "op": "changed"}]},
        "when an order is updated and total changes",
    ),
    (
        {"conditions": [{"field": "quantity", "to": 3, "op": "neq", "value": 4}]},
        "when an order is updated and quantity changes to 3 and quantity is not 4",
    ),
    ({"conditions": [{"field": "notes", "op": "is_null"}]}, "when an order is updated and notes is empty"),
    (
        {"conditions": [{"field": "notes", "op": "is_null", "value": False}]},
        "when an order is updated and notes is not empty",
    ),
    (
        {"conditions": [{"field": "status", "op": "in", "value": ["open", "paid"]}]},
        "when an order is updated and status is one of open or paid in full",
    ),
    (
        {"conditions": [{"field": "quantity", "op": "lte", "value": 2}]},
        "when an order is updated and quantity is at most 2",
    ),
    (
        {"conditions": [{"field": "notes", "op": "contains", "value": "urgent"}]},
        "when an order is updated and notes contains urgent",
    ),
    ({"model": "gone.thing", "only_fields": ["size"]}, "when a gone.thing is updated and size changes"),
    ({"actions": []}, "never: the settings of this trigger are not complete"),
]


@pytest.mark.parametrize(("options", "sentence"), SENTENCES)
def test_sentences(options: dict[str, Any], sentence: str) -> None:
    found = trigger_types.get("model_event")
    assert found.sentence({"model": "lab.order", "actions": ["updated"], **options}) == sentence
