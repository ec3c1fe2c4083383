"""Manual starts: the options, and the form they describe."""

from typing import Any

import pytest

from openflow_django.triggers import form_validator, trigger_types

MANUAL = trigger_types.get("manual")

FORM: Any = {
    "type": "object",
    "properties": {"reason": {"type": "string", "minLength": 1}},
    "required": ["reason"],
}


def codes(options: dict[str, Any]) -> list[tuple[str, str]]:
    return [(issue.path, issue.code) for issue in MANUAL.validate(options)]


def test_every_option() -> None:
    assert codes({}) == []
    assert (
        codes(
            {
                "model": "lab.order",
                "location": "item",
                "require_selection": True,
                "fields": FORM,
                "confirmation": "Refund this order?",
            }
        )
        == []
    )


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"model": "lab.oder"}, [("/model", "model_unknown")]),
        ({"model": "nonsense"}, [("/model", "model_unknown")]),
        ({"model": "sessions.session"}, [("/model", "model_sensitive")]),
        ({"require_selection": True}, [("/require_selection", "model_missing")]),
        ({"fields": {"type": "objekt"}}, [("/fields", "form_invalid")]),
        ({"fields": {"type": "string"}}, [("/fields", "form_invalid")]),
        ({"fields": {"$ref": "https://example.com/schema"}}, [("/fields", "form_invalid")]),
        ({"fields": []}, [("/fields", "invalid_option")]),
        ({"location": "sidebar"}, [("/location", "invalid_option")]),
        ({"confirmation": "x" * 2001}, [("/confirmation", "invalid_option")]),
    ],
)
def test_mistakes(options: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert codes(options) == found


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "when somebody starts it by hand"),
        ({"model": "lab.order"}, "when somebody starts it for orders"),
        ({"model": "lab.order", "location": "collection"}, "when somebody starts it in the list of orders"),
        ({"model": "lab.order", "location": "item"}, "when somebody starts it on the page of one order"),
        ({"model": "lab.order", "location": "hidden"}, "when it is started through the API"),
        ({"model": "gone.model"}, "when somebody starts it by hand"),
    ],
)
def test_sentences(options: dict[str, Any], sentence: str) -> None:
    assert MANUAL.sentence(options) == sentence


def test_the_form_judges_what_was_filled_in() -> None:
    judge = form_validator({"fields": FORM})
    assert judge is not None
    assert judge.is_valid({"reason": "broken"})
    assert not judge.is_valid({"reason": ""})
    assert not judge.is_valid({})
    assert form_validator({}) is None
    assert form_validator({"fields": {}}) is None
