"""A form made of a JSON Schema gives back the object that was meant."""

from typing import Any

import pytest
from django.http import QueryDict

from openflow_django.schema_forms import SchemaForm, is_simple, ordered_properties

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "order_id": {"type": "integer", "minimum": 1},
        "ratio": {"type": "number"},
        "name": {"type": "string", "maxLength": 5},
        "email": {"type": "string", "format": "email"},
        "gift": {"type": "boolean"},
        "tier": {"enum": ["standard", "gold", 3, None]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "days": {"type": "array", "items": {"enum": ["mon", "tue"]}},
        "extra": {"type": "object"},
    },
    "required": ["order_id"],
}


def posted(**values: Any) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(f"options-{name}", value if isinstance(value, list) else [value])
    return data


def test_every_kind_of_property_comes_back_typed() -> None:
    form = SchemaForm(
        SCHEMA,
        data=posted(
            order_id="7",
            ratio="0.5",
            name="Kim",
            email="kim@example.org",
            gift="on",
            tier="2",
            tags="a\n\n b ",
            days=["mon"],
            extra='{"deep": [1]}',
        ),
    )
    assert form.is_valid(), form.errors
    assert form.options() == {
        "order_id": 7,
        "ratio": 0.5,
        "name": "Kim",
        "email": "kim@example.org",
        "gift": True,
        "tier": 3,
        "tags": ["a", "b"],
        "days": ["mon"],
        "extra": {"deep": [1]},
    }


def test_what_is_left_empty_is_absent() -> None:
    form = SchemaForm(SCHEMA, data=posted(order_id="1"))
    assert form.is_valid(), form.errors
    assert form.options() == {"order_id": 1, "gift": False}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order_id", ""),
        ("order_id", "x"),
        ("order_id", "0"),
        ("name", "too long"),
        ("email", "nobody"),
        ("tier", "9"),
        ("tier", "x"),
        ("days", "sun"),
        ("extra", "{"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(name: str, value: str) -> None:
    form = SchemaForm(SCHEMA, data=posted(**{"order_id": "1", name: value}))
    assert not form.is_valid()
    assert list(form.errors) == [name]


def test_stored_values_and_defaults_are_shown() -> None:
    schema = {
        "properties": {"a": {"type": "string", "default": "x"}, "b": {"type": "string", "default": "y"}}
    }
    form = SchemaForm(schema, value={"b": "stored"})
    assert (form["a"].value(), form["b"].value()) == ("x", "stored")


def test_a_stored_object_is_shown_as_json_and_typed_text_is_kept() -> None:
    form = SchemaForm({"properties": {"a": {"type": "object"}}}, value={"a": {"k": "ä"}})
    assert form["a"].value() == '{\n  "k": "ä"\n}'
    bound = SchemaForm({"properties": {"a": {"type": "object"}}}, data=posted(a="{broken"))
    assert not bound.is_valid()
    assert bound["a"].value() == "{broken"
    assert "Line 1, column 2" in str(bound.errors)


def test_choices_of_the_caller_come_before_the_type() -> None:
    form = SchemaForm(
        {
            "properties": {
                "model": {"type": "string"},
                "fields": {"type": "array", "items": {"type": "string"}},
            }
        },
        choices={"model": [("shop.order", "Order")], "fields": [("status", "Status")]},
        data=posted(model="shop.order", fields=["status"]),
    )
    assert form.is_valid(), form.errors
    assert form.options() == {"model": "shop.order", "fields": ["status"]}


def test_the_order_that_the_schema_asks_for() -> None:
    schema = {"properties": {"a": {}, "b": {}, "c": {}}}
    assert list(ordered_properties({**schema, "x-order": ["c", "gone", "a"]})) == ["c", "a", "b"]
    assert list(ordered_properties({**schema, "order": ["b"]})) == ["b", "a", "c"]


def test_whether_a_form_says_more_than_json() -> None:
    assert is_simple(SCHEMA)
    assert not is_simple({"properties": {}})
    assert not is_simple({"properties": {"a": {"type": "object"}}})


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"properties": []},
        {"properties": {"a": 1}},
        {"properties": {"a": {"type": ["string", "null"], "title": 5, "maxLength": "x"}}},
        {"properties": {"a": {"enum": [{}]}, "b": {"type": "array", "items": 3}, "c": {"type": {}}}},
        {"properties": {"a": {"type": "integer", "minimum": "x"}}, "required": "a", "order": 7},
        {"properties": {"a": {"type": "array", "items": {"enum": "x"}}, "b": {"enum": []}}},
    ],
)
def test_a_schema_that_is_none_breaks_no_page(schema: dict[str, Any]) -> None:
    form = SchemaForm(schema, data=posted(a="", b="", c=""))
    form.is_valid()
    assert form.as_p() is not None
