"""What counts as a change of a value, and what only looks like one."""

import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Upper
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from openflow_django.triggers.fields import read_row, shape_of
from openflow_django.triggers.values import same
from tests.triggers.conftest import Recorder
from tests.triggers.lab.models import Customer, Line, Order

pytestmark = pytest.mark.django_db

RECORDING = 2

BERLIN = timezone(timedelta(hours=2))

NO_CHANGES = [
    {"total": Decimal("1.00")},
    {"total": Decimal("1.0")},
    {"total": "1"},
    {"total": 1},
    {"total": Decimal("1.001")},
    {"quantity": "5"},
    {"status": Order.Status.OPEN},
    {"details": {"b": [1, 2], "a": None}},
    {"details": {"a": None, "b": (1, 2)}},
    {"paid_at": datetime(2026, 3, 1, 12, tzinfo=BERLIN)},
    {"paid_at": "2026-03-01T10:00:00Z"},
    {"reference": str(uuid.UUID(int=7))},
    {"patience": timedelta(minutes=1)},
    {"scan": bytearray(b"x")},
    {"customer_id": None},
]


@pytest.fixture
def order() -> Order:
    return Order.objects.create(
        total=1,
        quantity=5,
        details={"a": None, "b": [1, 2]},
        paid_at=datetime(2026, 3, 1, 10, tzinfo=UTC),
        reference=uuid.UUID(int=7),
        patience=timedelta(minutes=1),
        scan=b"x",
    )


@pytest.mark.parametrize("values", NO_CHANGES)
def test_the_same_value_spelled_otherwise_is_no_change(
    recorder: Recorder, order: Order, values: dict[str, Any]
) -> None:
    recorder.watch("lab.order", "updated")
    for name, value in values.items():
        setattr(order, name, value)
    order.save()
    assert recorder.events == []


CHANGES = [
    ("total", "1.01", "1.01"),
    ("quantity", 6, 6),
    ("status", "paid", "paid"),
    ("details", {"a": None, "b": [2, 1]}, {"a": None, "b": [2, 1]}),
    ("details", {"a": False, "b": [1, 2]}, {"a": False, "b": [1, 2]}),
    ("paid_at", datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00+00:00"),
    ("paid_at", None, None),
    ("ship_on", "2026-03-01", "2026-03-01"),
    ("weight", 0.1, 0.1),
    ("gift", True, True),
    ("patience", timedelta(minutes=2), "P0DT00H02M00S"),
    ("scan", b"y", None),
    ("notes", " ", " "),
]


@pytest.mark.parametrize(("name", "value", "told"), CHANGES)
def test_a_real_change_is_told(recorder: Recorder, order: Order, name: str, value: Any, told: Any) -> None:
    recorder.watch("lab.order", "updated")
    setattr(order, name, value)
    order.save()
    assert recorder.last["payload"][name] == told
    assert recorder.last["changed"] == [name, "changed_at"]


def test_the_date_of_the_last_change_alone_is_no_change_unless_named(
    recorder: Recorder, order: Order
) -> None:
    recorder.watch("lab.order", "updated")
    order.save()
    assert recorder.events == []
    recorder.watch("lab.order", "updated", only_fields=["changed_at"])
    order.save()
    assert [event.trigger_id for event in recorder.events] == [2]


def test_a_foreign_key_is_its_key_under_both_names(recorder: Recorder, order: Order) -> None:
    recorder.watch("lab.order", "updated", only_fields=["customer_id"])
    customer = Customer.objects.create(name="a")
    order.customer = customer
    order.save()
    assert recorder.last["before"]["customer"] is None
    assert recorder.last["after"]["customer"] == customer.pk


def test_expressions_are_read_back(recorder: Recorder, order: Order, django_assert_num_queries: Any) -> None:
    recorder.watch(
        "lab.order",
        "updated",
        only_fields=["quantity"],
        conditions=[{"field": "quantity", "op": "gte", "value": 7}],
    )
    # From Django 6.0 on, the save itself brings back what the expression has become.
    reading_back = 0 if getattr(connection.features, "can_return_rows_from_update", False) else 1
    order.quantity = F("quantity") + 1
    with django_assert_num_queries(2 + reading_back):
        order.save()
    assert recorder.events == []
    order.quantity = F("quantity") + 1
    with django_assert_num_queries(2 + reading_back + RECORDING):
        order.save()
    assert recorder.last["before"]["quantity"] == 6
    assert recorder.last["after"]["quantity"] == 7


def test_an_expression_that_changes_nothing_is_no_change(recorder: Recorder, order: Order) -> None:
    recorder.watch("lab.order", "updated")
    order.quantity = F("quantity") * 1
    order.save()
    assert recorder.events == []


def test_an_expression_of_a_new_object_is_read_back(recorder: Recorder) -> None:
    recorder.watch("lab.order", "created", conditions=[{"field": "notes", "op": "eq", "value": "HI"}])
    Order.objects.create(notes=Upper(Value("hi")))
    assert recorder.last["object"]["notes"] == "HI"


def test_generated_columns(recorder: Recorder, order: Order, django_assert_num_queries: Any) -> None:
    recorder.watch(
        "lab.line", "created", "updated", conditions=[{"field": "amount", "op": "gt", "value": 100}]
    )
    recorder.watch("lab.line", "updated", only_fields=["amount"])
    line = Line.objects.create(order=order, price=60, quantity=2)
    assert recorder.last["object"]["amount"] == 120
    recorder.clear()
    line = Line.objects.get(pk=line.pk)
    line.price, line.quantity = 120, 1
    line.save()
    assert [event.trigger_id for event in recorder.events] == [1]
    recorder.clear()
    line.price = 30
    line.save(update_fields=["price"])
    assert [event.trigger_id for event in recorder.events] == [2]
    assert recorder.last["before"]["amount"] == 120
    assert recorder.last["after"]["amount"] == 30


def test_the_stored_name_of_a_file(recorder: Recorder, order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = InMemoryStorage()
    storage.save("invoices/a.txt", ContentFile(b"taken"))
    monkeypatch.setattr(Order._meta.get_field("invoice"), "storage", storage)
    order.invoice.storage = storage  # the instance holds on to the one it was made with
    recorder.watch(
        "lab.order", "updated", conditions=[{"field": "invoice", "op": "contains", "value": "invoices/a_"}]
    )
    order.invoice.save("a.txt", ContentFile(b"new"), save=False)
    order.save()
    assert recorder.last["before"]["invoice"] == ""
    assert recorder.last["after"]["invoice"].startswith("invoices/a_")
    order.save()
    assert len(recorder.events) == 1


DAYS = (datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2026-01-03"))

assignments = st.fixed_dictionaries(
    {},
    optional={
        "quantity": st.integers(-5, 5) | st.integers(-5, 5).map(str),
        "total": st.decimals(0, 5, places=2) | st.integers(0, 5) | st.sampled_from(["1", "1.0", "1.00"]),
        "weight": st.none() | st.floats(-1, 1) | st.integers(-1, 1),
        "gift": st.booleans() | st.sampled_from([0, 1]),
        "details": st.dictionaries(
            st.sampled_from("ab"), st.none() | st.booleans() | st.integers(0, 1) | st.lists(st.integers(0, 1))
        ),
        "paid_at": st.none() | st.datetimes(DAYS[0], DAYS[1], timezones=st.sampled_from([UTC, BERLIN])),
        "ship_on": st.none() | st.dates() | st.dates().map(str),
        "patience": st.none() | st.timedeltas(timedelta(0), timedelta(days=2)),
        "status": st.sampled_from(["open", "paid", *Order.Status]),
        "notes": st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=3),
    },
)


@given(first=assignments, second=assignments, partly=st.booleans())
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_an_update_is_told_exactly_when_the_row_changed(
    recorder: Recorder, first: dict[str, Any], second: dict[str, Any], partly: bool
) -> None:
    if not recorder.events and not recorder._watches:
        recorder.watch("lab.order", "updated")
    recorder.clear()
    shape = shape_of(Order)
    order = Order.objects.create(**first)
    order = Order.objects.get(pk=order.pk)
    stored = read_row(order.pk, shape=shape, using="default") or {}
    for name, value in second.items():
        setattr(order, name, value)
    order.save(update_fields=list(second)[:1]) if partly and second else order.save()
    now = read_row(order.pk, shape=shape, using="default") or {}
    changed = {name for name in shape.own if not same(stored[name], now[name])}
    assert bool(recorder.events) is bool(changed)
    if changed:
        assert set(recorder.last["changed"]) - {"changed_at"} == changed
