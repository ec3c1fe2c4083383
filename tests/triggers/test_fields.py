"""What can be known of a model."""

from typing import Any

import pytest
from django.conf import LazySettings

from openflow_django.triggers.fields import instance_values, read_row, read_rows, shape_of
from tests.triggers.lab.models import Customer, GiftOrder, Line, Order, PaidOrder


def test_columns_and_relations() -> None:
    shape = shape_of(Order)
    assert {"id", "customer", "status", "changed_at"} <= shape.columns.keys()
    assert set(shape.relations) == {"tags", "watchers"}
    assert shape.named(["customer_id", "customer", "tags", "nonsense"]) == {"customer", "tags"}


def test_what_fills_itself_is_not_its_own() -> None:
    assert not {"id", "changed_at"} & shape_of(Order).own
    assert "amount" not in shape_of(Line).own
    assert not {"order_ptr", "id"} & shape_of(GiftOrder).own
    assert "wish" in shape_of(GiftOrder).own


def test_what_is_settled_by_the_write() -> None:
    assert shape_of(Line).generated == {"amount"}
    assert shape_of(Order).late == {"changed_at", "invoice"}


def test_a_proxy_has_the_fields_of_its_model() -> None:
    assert shape_of(PaidOrder).columns.keys() == shape_of(Order).columns.keys()


def test_sensitive_fields_have_no_name_here(settings: LazySettings) -> None:
    assert set(shape_of(Customer).columns) == {"id", "name"}
    settings.OPENFLOW = {"SENSITIVE_ALLOWED": ["lab.customer.api_token"]}
    assert set(shape_of(Customer).columns) == {"id", "name", "api_token"}


@pytest.mark.django_db
def test_values_in_memory_and_in_the_database(django_assert_num_queries: Any) -> None:
    order = Order.objects.create(total="5", notes="long")
    shape = shape_of(Order)
    with django_assert_num_queries(1):
        row = read_row(order.pk, shape=shape, using="default")
    with django_assert_num_queries(0):
        assert instance_values(order, shape=shape) == row
        assert instance_values(order, shape=shape, names=["quantity"]) == {"quantity": 0}
    partly = Order.objects.defer("notes").get(pk=order.pk)
    with django_assert_num_queries(0):
        assert "notes" not in instance_values(partly, shape=shape)


@pytest.mark.django_db
def test_rows_that_are_not_there() -> None:
    shape = shape_of(Order)
    assert read_row(1, shape=shape, using="default") is None
    assert read_rows([1, 2], shape=shape, using="default") == {}
