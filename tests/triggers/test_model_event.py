"""Options of a model event: every mistake is named with its place, and good ones are compiled."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.triggers import TriggerInvalid, compile_watch, trigger_types
from openflow_django.triggers.conditions import UNSET
from openflow_django.triggers.fields import shape_of
from tests.triggers.lab.models import Order

MODEL_EVENT = trigger_types.get("model_event")


def problems(**options: Any) -> list[tuple[str, str, str]]:
    """``(path, code, severity)`` of everything found in options for a model that exists."""
    given = {"model": "lab.order", "actions": ["updated"], **options}
    return [(issue.path, issue.code, issue.severity) for issue in MODEL_EVENT.validate(given)]


def hint(**options: Any) -> str:
    [issue] = MODEL_EVENT.validate({"model": "lab.order", "actions": ["updated"], **options})
    return issue.hint


def test_full_options_are_fine() -> None:
    assert (
        problems(
            actions=["created", "updated", "deleted"],
            only_fields=["status", "customer_id"],
            conditions=[
                {"field": "status", "from": "open", "to": ["paid", "shipped"]},
                {"field": "total", "op": "gt", "value": 99.5, "on": "old"},
                {"field": "paid_at", "op": "is_null", "value": False},
                {"field": "quantity", "op": "in", "value": [1, 2]},
                {"field": "notes", "op": "contains", "value": "urgent"},
                {"field": "scan", "op": "changed"},
            ],
            match="any",
        )
        == []
    )
    assert problems() == []
    assert problems(only_fields=[], conditions=[]) == []


@pytest.mark.parametrize(
    "options",
    [
        {"actions": []},
        {"actions": ["read"]},
        {"actions": ["updated", "updated"]},
        {"actions": "updated"},
        {"model": ""},
        {"model": 5},
        {"match": "some"},
        {"only_fields": "status"},
        {"conditions": [{"op": "eq"}]},
        {"conditions": [{"field": "status", "op": "regex", "value": "x"}]},
        {"conditions": [{"field": "status", "op": "eq", "value": 1, "on": "both"}]},
        {"conditions": [{"field": "status", "too": "paid"}]},
        {"conditions": [{"field": "status", "to": "paid"}] * 101},
        {"surprise": 1},
    ],
)
def test_the_shape_is_judged_first(options: dict[str, Any]) -> None:
    found = problems(**options)
    assert found
    assert {code for _path, code, _severity in found} == {"invalid_option"}


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"model": "lab.ordre"}, "/model", "model_unknown"),
    ({"model": "order"}, "/model", "model_unknown"),
    ({"model": "a.b.c"}, "/model", "model_unknown"),
    ({"model": "auth.user"}, "/model", "model_swapped"),
    ({"model": "lab.order_tags"}, "/model", "model_silent"),
    ({"model": "openflow.event"}, "/model", "model_refused"),
    ({"model": "sessions.session"}, "/model", "model_sensitive"),
    ({"only_fields": ["statsu"]}, "/only_fields/0", "field_unknown"),
    ({"only_fields": ["status", "customer__name"]}, "/only_fields/1", "field_unknown"),
    ({"only_fields": ["lines"]}, "/only_fields/0", "field_unknown"),
    ({"conditions": [{"field": "a", "to": 1}]}, "/conditions/0/field", "field_unknown"),
    ({"model": "lab.customer", "only_fields": ["password"]}, "/only_fields/0", "field_sensitive"),
    (
        {"model": "lab.customer", "conditions": [{"field": "api_token", "to": "x"}]},
        "/conditions/0/field",
        "field_sensitive",
    ),
    ({"conditions": [{"field": "status"}]}, "/conditions/0", "condition_empty"),
    ({"conditions": [{"field": "status", "on": "old"}]}, "/conditions/0", "condition_empty"),
    ({"conditions": [{"field": "status", "op": "eq"}]}, "/conditions/0", "value_missing"),
    (
        {"conditions": [{"field": "status", "op": "changed", "value": 1}]},
        "/conditions/0/value",
        "condition_unfit",
    ),
    ({"conditions": [{"field": "status", "to": "paid", "on": "old"}]}, "/conditions/0/on", "condition_unfit"),
    ({"conditions": [{"field": "scan", "op": "eq", "value": "x"}]}, "/conditions/0", "condition_unfit"),
    ({"conditions": [{"field": "scan", "to": "x"}]}, "/conditions/0", "condition_unfit"),
    (
        {"conditions": [{"field": "tags", "op": "contains", "value": 1}]},
        "/conditions/0/field",
        "condition_unfit",
    ),
    (
        {"conditions": [{"field": "quantity", "op": "gt", "value": "many"}]},
        "/conditions/0/value",
        "value_invalid",
    ),
    ({"conditions": [{"field": "quantity", "to": [1, "x"]}]}, "/conditions/0/to/1", "value_invalid"),
    ({"conditions": [{"field": "total", "from": "dear"}]}, "/conditions/0/from", "value_invalid"),
    (
        {"conditions": [{"field": "paid_at", "op": "lt", "value": "soon"}]},
        "/conditions/0/value",
        "value_invalid",
    ),
    (
        {"conditions": [{"field": "paid_at", "op": "is_null", "value": 1}]},
        "/conditions/0/value",
        "value_invalid",
    ),
    ({"conditions": [{"field": "quantity", "op": "in", "value": 3}]}, "/conditions/0/value", "value_invalid"),
    (
        {"conditions": [{"field": "quantity", "op": "in", "value": [1, "x"]}]},
        "/conditions/0/value/1",
        "value_invalid",
    ),
    (
        {"conditions": [{"field": "notes", "op": "contains", "value": 3}]},
        "/conditions/0/value",
        "value_invalid",
    ),
    ({"conditions": [{"field": "customer", "to": "ann"}]}, "/conditions/0/to", "value_invalid"),
]


@pytest.mark.parametrize(("options", "path", "code"), MISTAKES)
def test_mistakes_are_named_with_their_place(options: dict[str, Any], path: str, code: str) -> None:
    assert problems(**options) == [(path, code, "error")]


def test_all_mistakes_are_found_at_once() -> None:
    found = problems(
        only_fields=["a", "b"], conditions=[{"field": "status"}, {"field": "total", "to": "dear"}]
    )
    assert [code for _path, code, _severity in found] == [
        "field_unknown",
        "field_unknown",
        "condition_empty",
        "value_invalid",
    ]


def test_hints_name_the_nearest_or_the_next_step() -> None:
    assert hint(model="lab.ordr") == 'Did you mean "lab.order"?'
    assert hint(only_fields=["statsu"]) == 'Did you mean "status"?'
    assert "accounts.user" in hint(model="auth.user")
    assert "status" in hint(only_fields=["zzz"])
    assert "SENSITIVE_ALLOWED" in hint(model="sessions.session")
    assert "lab.customer.password" in hint(model="lab.customer", only_fields=["password"])


WARNINGS: list[tuple[dict[str, Any], str, str]] = [
    ({"conditions": [{"field": "status", "to": "payed"}]}, "/conditions/0/to", "value_not_a_choice"),
    ({"actions": ["updated", "m2m_changed"], "only_fields": ["status"]}, "/actions", "never"),
    ({"actions": ["updated", "m2m_changed"], "only_fields": ["tags"]}, "/actions", "never"),
    ({"model": "lab.tag", "actions": ["m2m_changed"]}, "/actions", "never"),
    ({"actions": ["created"], "conditions": [{"field": "status", "from": "open"}]}, "/conditions/0", "never"),
    (
        {
            "actions": ["created"],
            "conditions": [{"field": "status", "op": "eq", "value": "open", "on": "old"}],
        },
        "/conditions/0",
        "never",
    ),
    ({"actions": ["deleted"], "conditions": [{"field": "status", "to": "open"}]}, "/conditions/0", "never"),
]


@pytest.mark.parametrize(("options", "path", "code"), WARNINGS)
def test_what_can_never_fire_is_a_warning(options: dict[str, Any], path: str, code: str) -> None:
    assert problems(**options) == [(path, code, "warning")]
    compile_watch({"model": "lab.order", "actions": ["updated"], **options}, trigger_id=1, flow_id=1)


def test_members_may_be_asked_for_when_only_they_change() -> None:
    options = {"actions": ["m2m_changed"], "conditions": [{"field": "tags", "op": "contains", "value": "3"}]}
    assert problems(**options) == []
    found = compile_watch({"model": "lab.order", **options}, trigger_id=1, flow_id=1)
    assert found.conditions[0].value == 3


def test_the_site_may_allow_a_sensitive_model_or_field(settings: LazySettings) -> None:
    settings.OPENFLOW = {"SENSITIVE_ALLOWED": ["sessions.session", "lab.customer.password", "openflow.event"]}
    assert problems(model="sessions.session") == []
    assert problems(model="lab.customer", only_fields=["password"]) == []
    assert problems(model="openflow.event") == [("/model", "model_refused", "error")]


# ---------------------------------------------------------------------------- compiling


def compiled(**options: Any) -> Any:
    return compile_watch({"model": "lab.order", "actions": ["updated"], **options}, trigger_id=3, flow_id=4)


def test_a_compiled_watch() -> None:
    found = compiled(only_fields=["customer_id", "tags"], match="any")
    assert (found.trigger_id, found.flow_id, found.model, found.match) == (3, 4, Order, "any")
    assert found.fields == {"customer"}
    assert found.relations == {"tags"}
    assert compiled().fields == shape_of(Order).own
    assert compiled().relations == {"tags", "watchers"}


def test_values_take_the_type_of_their_column() -> None:
    conditions = compiled(
        conditions=[
            {"field": "status", "from": None, "to": ["paid", "shipped"]},
            {"field": "total", "op": "gt", "value": 0.105},
            {"field": "total", "op": "gt", "value": "10"},
            {"field": "quantity", "op": "lt", "value": 2.5},
            {"field": "quantity", "op": "in", "value": ["1", 2]},
            {"field": "paid_at", "op": "gte", "value": "2026-01-01T00:00:00Z"},
            {"field": "customer_id", "to": "7"},
            {"field": "details", "to": [1, 2]},
            {"field": "details", "op": "contains", "value": {"a": 1}},
            {"field": "paid_at", "op": "is_null"},
        ]
    ).conditions
    assert (conditions[0].came_from, conditions[0].went_to) == ([None], ["paid", "shipped"])
    assert conditions[0].op is None
    assert conditions[0].value is UNSET
    assert conditions[1].value == Decimal("0.105")
    assert conditions[2].value == Decimal(10)
    assert conditions[3].value == 2.5
    assert conditions[4].value == [1, 2]
    assert conditions[5].value == datetime(2026, 1, 1, tzinfo=UTC)
    assert (conditions[6].field, conditions[6].went_to) == ("customer", [7])
    assert conditions[7].went_to == [[1, 2]]
    assert conditions[8].value == {"a": 1}
    assert conditions[9].value is True


def test_options_that_have_become_wrong_are_refused_with_reasons() -> None:
    with pytest.raises(TriggerInvalid) as caught:
        compiled(only_fields=["gone"])
    assert caught.value.issues[0].path == "/only_fields/0"
    assert caught.value.as_dict()["issues"][0]["code"] == "field_unknown"
    with pytest.raises(TriggerInvalid):
        compile_watch({"model": "gone.model", "actions": ["updated"]}, trigger_id=1, flow_id=1)
    with pytest.raises(TriggerInvalid):
        compile_watch({}, trigger_id=1, flow_id=1)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
columns = st.sampled_from([*shape_of(Order).names, "nonsense", ""])
any_condition = st.fixed_dictionaries(
    {"field": columns},
    optional={
        "from": json_values,
        "to": json_values,
        "op": st.sampled_from(["eq", "neq", "in", "gt", "lte", "contains", "is_null", "changed"]),
        "value": json_values,
        "on": st.sampled_from(["new", "old"]),
    },
)


@given(
    st.fixed_dictionaries(
        {
            "model": st.sampled_from(["lab.order", "lab.line", "x"]),
            "actions": st.just(["updated", "created"]),
        },
        optional={
            "only_fields": st.lists(columns, max_size=3),
            "conditions": st.lists(any_condition, max_size=3),
        },
    )
    | json_values.map(lambda value: {"model": value, "conditions": value})
)
def test_validation_never_raises_and_agrees_with_compilation(options: Any) -> None:
    found = [issue for issue in MODEL_EVENT.validate(options) if issue.severity == "error"]
    assert MODEL_EVENT.sentence(options)
    if found:
        with pytest.raises(TriggerInvalid):
            compile_watch(options, trigger_id=1, flow_id=1)
    else:
        compile_watch(options, trigger_id=1, flow_id=1)
