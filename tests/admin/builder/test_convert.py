"""Text from the clipboard as steps."""

import json
from typing import Any

import pytest

from tests.admin.builder.conftest import SITE

STEP = {"id": "a", "summary": "</script>", "x-mine": [1], "value": {"type": "identity"}}


def convert(boss: Any, text: Any) -> Any:
    return boss("POST", f"{SITE}/convert/", {"text": text if isinstance(text, str) else json.dumps(text)})


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"openflow_fragment": 1, "modules": [STEP]}, "fragment"),
        ([STEP], "fragment"),
        (STEP, "fragment"),
        ({"summary": "", "value": {"modules": [STEP]}}, "openflow"),
        ({"path": "f/x", "value": {"modules": [STEP]}, "schema": {}}, "openflow"),
    ],
)
def test_steps_are_found(boss, given, kind) -> None:
    assert convert(boss, given) == (200, {"kind": kind, "modules": [STEP], "warnings": []})


def test_white_space_around_it_is_nothing(boss) -> None:
    assert convert(boss, f"\n\ufeff  {json.dumps([STEP])}\n\n".replace("\ufeff", ""))[0] == 200


def test_older_spellings_become_those_of_today(boss) -> None:
    old = {
        "input_transforms": {"x": {"type": "static", "value": 1}},
        "value": {"type": "script", "path": "op/log"},
    }
    status, data = convert(boss, {"summary": "", "value": {"modules": [old]}})
    assert (status, data["kind"]) == (200, "openflow")
    assert data["modules"][0]["value"]["input_transforms"]


@pytest.mark.parametrize(
    "text", ["hello", "", "{", "[]", "{}", "5", "null", '[{"id": 5}]', '{"value": 5}', "[" * 500]
)
def test_what_has_no_steps_is_said_to_have_none(boss, text) -> None:
    status, data = convert(boss, text)
    assert status == 422
    assert data["message"]


def test_a_request_without_text(boss) -> None:
    assert boss("POST", f"{SITE}/convert/", {"text": 5})[0] == 400
    assert boss("POST", f"{SITE}/convert/", {})[0] == 400


def test_too_much_text(boss, settings) -> None:
    settings.OPENFLOW = {**settings.OPENFLOW, "MAX_DOCUMENT_BYTES": 1000}
    assert convert(boss, json.dumps([{**STEP, "summary": "x" * 2000}]))[0] == 413
    assert convert(boss, "x" * 100_000)[0] == 413
