"""Trigger types: the registry, and options judged by their schema first."""

import pytest

from openflow_django.operations.options import object_schema
from openflow_django.registry import NotRegistered
from openflow_django.spec.issues import Issue
from openflow_django.triggers import TriggerType, trigger_types


def test_the_built_in_types_are_registered() -> None:
    assert {"model_event", "manual"} <= set(trigger_types.keys())
    for key, found in trigger_types.items():
        assert found.key == key
        assert str(found.label)
        assert found.schema()["type"] == "object"


def test_an_unknown_type_names_the_nearest() -> None:
    with pytest.raises(NotRegistered) as caught:
        trigger_types.get("model_events")
    assert "model_event" in caught.value.hint


def test_a_type_of_the_site() -> None:
    """One value in the registry is all a new kind of trigger takes."""
    tide = TriggerType(
        key="tide",
        label="Tide",
        options_schema=object_schema({"harbour": {"type": "string"}}, required=["harbour"]),
        check=lambda options: (
            []
            if options["harbour"] == "Hamburg"
            else [Issue("/harbour", code="dry", message="No tide here.")]
        ),
        describe=lambda options: f"when it is high tide in {options['harbour']}",
    )
    with trigger_types.temporarily("tide", tide):
        found = trigger_types.get("tide")
        assert found.validate({"harbour": "Hamburg"}) == []
        assert found.sentence({"harbour": "Hamburg"}) == "when it is high tide in Hamburg"
        assert [issue.code for issue in found.validate({"harbour": "Munich"})] == ["dry"]
        [issue] = found.validate({"harbor": 3})[:1]
        assert issue.code == "invalid_option"
        assert found.sentence({}).startswith("never")
    assert "tide" not in trigger_types


def test_a_type_without_rules_of_its_own() -> None:
    plain = TriggerType(
        key="plain", label="Plain", options_schema=object_schema({}), describe=lambda _options: "when"
    )
    assert plain.validate({}) == []
