"""JSON of what Python and model fields hold."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy

from openflow_django.json_values import to_json


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1.50"), "1.50"),
        (UUID(int=7), str(UUID(int=7))),
        (gettext_lazy("hello"), "hello"),
        (float("nan"), None),
        (bytearray(b"x"), None),
        ({1: (Decimal(2), {3})}, {"1": ["2", [3]]}),
    ],
)
def test_each_type_has_one_form(value: Any, written: Any) -> None:
    assert to_json(value) == written


def nested(levels: int) -> Any:
    value: Any = "bottom"
    for _ in range(levels):
        value = [value]
    return value


def test_the_edge_of_the_levels() -> None:
    assert to_json(nested(3), levels=3) == nested(3)
    assert to_json(nested(4), levels=3) == [[[{"$truncated": True}]]]
    assert to_json([], levels=0) == {"$truncated": True}
    assert to_json("bottom", levels=0) == "bottom"


def test_without_levels_nothing_is_cut() -> None:
    assert to_json(nested(200)) == nested(200)
