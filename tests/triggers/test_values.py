"""Loose values and strict ones: what counts as the same, and how it is written down."""

import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.triggers.values import ABSENT, MAX_LEVELS, UNKNOWN, canonical, json_value, same, strict
from tests.triggers.lab.models import Line, Order, Parcel


def column(name: str, *, model: type[models.Model] = Order) -> Any:
    return model._meta.get_field(name)


class Colour(StrEnum):
    RED = "red"


BERLIN = timezone(timedelta(hours=2))
KEY = uuid.UUID(int=7)

LOOSE = [
    ("quantity", "5", 5),
    ("quantity", 5.0, 5),
    ("total", 1, Decimal("1.00")),
    ("total", "1.0", Decimal("1.00")),
    ("total", 1.1, Decimal("1.10")),
    ("total", Decimal("1E+1"), Decimal("10.00")),
    ("weight", "1.5", 1.5),
    ("weight", 2, 2.0),
    ("gift", "True", True),
    ("gift", 1, True),
    ("status", Order.Status.PAID, "paid"),
    ("status", Colour.RED, "red"),
    ("notes", gettext_lazy("hello"), "hello"),
    ("notes", 12, "12"),
    ("details", {"a": (1, 2), 3: None}, {"a": [1, 2], "3": None}),
    ("paid_at", "2026-03-01T12:00:00+02:00", datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ("paid_at", datetime(2026, 3, 1, 12, tzinfo=BERLIN), datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ("paid_at", datetime.fromisoformat("2026-03-01T10:00"), datetime(2026, 3, 1, 10, tzinfo=UTC)),
    ("paid_at", date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC)),
    ("ship_on", "2026-03-01", date(2026, 3, 1)),
    ("ship_on", datetime(2026, 3, 1, 9, tzinfo=UTC), date(2026, 3, 1)),
    ("patience", "1 02:00:00", timedelta(days=1, hours=2)),
    ("reference", str(KEY), KEY),
    ("reference", KEY.hex, KEY),
    ("scan", memoryview(b"xy"), b"xy"),
    ("scan", bytearray(b"xy"), b"xy"),
    ("invoice", "a/b.pdf", "a/b.pdf"),
    ("invoice", ContentFile(b"", name="b.pdf"), "b.pdf"),
    ("customer", "3", 3),
]


@pytest.mark.parametrize(("name", "loose", "strictly"), LOOSE)
def test_loose_values_become_those_of_the_database(name: str, loose: Any, strictly: Any) -> None:
    found = canonical(column(name), loose)
    assert same(found, strictly)
    assert type(found) is type(strictly)


def test_foreign_keys_to_parents_take_the_type_of_the_last_column() -> None:
    assert canonical(column("order", model=Line), "12") == 12
    assert canonical(column("id", model=Parcel), str(KEY)) == KEY


def test_nothing_stays_nothing() -> None:
    for field in Order._meta.concrete_fields:
        assert canonical(field, None) is None


@pytest.mark.parametrize("expression", [F("quantity") + 1, Now(), Value(3)])
def test_expressions_are_known_to_the_database_alone(expression: Any) -> None:
    assert canonical(column("quantity"), expression) is UNKNOWN


@pytest.mark.parametrize(
    ("name", "junk"),
    [("quantity", "many"), ("total", "dear"), ("paid_at", object()), ("details", {1j: 1}), ("scan", "x")],
)
def test_junk_is_left_for_the_save_to_judge(name: str, junk: Any) -> None:
    assert canonical(column(name), junk) is junk
    with pytest.raises(ValidationError):
        strict(column(name), junk)


def test_strict_accepts_what_the_column_can_hold() -> None:
    assert strict(column("quantity"), "5") == 5
    assert strict(column("quantity"), None) is None


def test_decimals_too_large_for_the_column_are_kept() -> None:
    assert canonical(column("total"), Decimal("123456789.123")) == Decimal("123456789.123")
    assert canonical(column("total"), Decimal("Infinity")) == Decimal("Infinity")


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (Decimal("1.0"), Decimal("1.00"), True),
        (1, 1.0, True),
        (True, 1, False),
        ({"a": [True]}, {"a": [1]}, False),
        ({"a": [1]}, {"a": [1.0]}, True),
        ({"a": 1}, {"b": 1}, False),
        ([1], [1, 2], False),
        (float("nan"), float("nan"), True),
        ([float("nan")], [float("nan")], True),
        (None, "", False),
        (None, False, False),
        ("1", 1, False),
        (datetime(2026, 1, 1, 12, tzinfo=BERLIN), datetime(2026, 1, 1, 10, tzinfo=UTC), True),
        (datetime.fromisoformat("2026-01-01"), datetime(2026, 1, 1, tzinfo=UTC), False),
        (ABSENT, None, False),
        (ABSENT, ABSENT, True),
    ],
)
def test_sameness(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal
    assert same(other, one) is equal


def test_a_value_that_cannot_be_compared_differs() -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            raise TypeError

        def __hash__(self) -> int:
            return 1

    assert same(Odd(), 1) is False


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("10.50"), "10.50"),
        (Decimal("1E+3"), "1000"),
        (Decimal("NaN"), None),
        (datetime(2026, 1, 1, 12, tzinfo=UTC), "2026-01-01T12:00:00+00:00"),
        (date(2026, 1, 1), "2026-01-01"),
        (time(1, 2), "01:02:00"),
        (timedelta(days=1, seconds=2), "P1DT00H00M02S"),
        (KEY, str(KEY)),
        (b"secret bytes", None),
        (memoryview(b"x"), None),
        (float("inf"), None),
        (1.5, 1.5),
        (2**70, 2**70),
        (True, True),
        ("text", "text"),
        ({1: (1, {2})}, {"1": [1, [2]]}),
        (UNKNOWN, None),
        (SimpleNamespace(), "namespace()"),
    ],
)
def test_json_form(value: Any, written: Any) -> None:
    assert json_value(value) == written


def test_depth_is_bounded() -> None:
    deep: Any = "bottom"
    for _ in range(MAX_LEVELS):
        deep = [deep]
    assert json_value(deep) == deep
    too_deep: Any = json_value([deep])
    for _ in range(MAX_LEVELS):
        too_deep = too_deep[0]
    assert too_deep == {"$truncated": True}


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10
)


@given(documents)
def test_json_values_are_their_own_form(document: Any) -> None:
    assert json_value(document) == document
    assert same(canonical(column("details"), document), document)


@given(documents, documents)
def test_sameness_is_symmetric_and_agrees_with_json(one: Any, other: Any) -> None:
    assert same(one, other) is same(other, one)
    assert same(one, one)


@given(st.decimals(min_value=-999999, max_value=999999, allow_nan=False, places=2))
def test_every_spelling_of_a_price_is_one_value(price: Decimal) -> None:
    total = column("total")
    spellings = [price, str(price), f"{price}000", price.normalize()]
    assert all(same(canonical(total, spelling), price) for spelling in spellings)
