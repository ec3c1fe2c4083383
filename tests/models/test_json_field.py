"""JSON columns give back what was written."""

import json
import math

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.models import Flow, RunData, encode_json

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def stored(value):
    flow = Flow.objects.create(path="a", name="a", draft=value)
    return Flow.objects.get(pk=flow.pk).draft


@pytest.mark.django_db
def test_the_order_of_keys_is_kept():
    assert list(stored({"zebra": 1, "a": 2, "middle": {"y": 1, "x": 2}})) == ["zebra", "a", "middle"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        "",
        0,
        1.0,
        1e300,
        -0.5,
        12345678901234567890123,
        True,
        "text",
        "NUL \x00",
        "\ud800 alone",
        "🐍",
        {"": ""},
        {"a": None},
        "true",
        '{"not": "parsed"}',
    ],
)
def test_values_come_back_with_their_types(value):
    found = stored(value)
    assert found == value
    assert type(found) is type(value)


@given(values)
def test_text_is_json_of_the_same_value(value):
    text = encode_json(value)
    assert json.loads(text) == value
    text.encode()


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_json_are_refused(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode_json({"n": number})


@pytest.mark.django_db
def test_null_is_null_in_the_column(flow):
    from openflow_django.models import Run

    run = Run.objects.create(flow=flow)
    RunData.objects.create(run=run, input=None)
    assert RunData.objects.filter(input__isnull=True).exists()


@pytest.mark.django_db
def test_a_raw_cursor_reads_text(flow):
    with connection.cursor() as cursor:
        cursor.execute("SELECT draft FROM openflow_flow")
        (text,) = cursor.fetchone()
    assert text == '{"summary":"","value":{"modules":[]}}'


@pytest.mark.django_db
def test_lookups_by_key_are_refused():
    with pytest.raises(FieldError):
        Flow.objects.filter(draft__summary="")
