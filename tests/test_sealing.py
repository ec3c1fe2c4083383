"""Payloads redacted for people, with the original sealed beside them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django import sealing
from openflow_django.encryption import SealBroken, encrypt
from openflow_django.redaction import REDACTED, WITHHELD, Redactor
from openflow_django.sealing import open_sealed, seal

SECRET = "canary-1/seal"
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


def test_what_has_no_secret_is_stored_as_it_is():
    given = {"input": {"a": 1}, "result": None}
    stored = seal(given, Redactor([SECRET]))
    assert stored.values == given
    assert stored.sealed == ""
    assert open_sealed(stored.values, "").values == given


def test_only_what_changed_is_sealed():
    stored = seal({"input": {"a": SECRET}, "result": [1], "error": None}, Redactor([SECRET]))
    assert stored.values == {"input": {"a": REDACTED}, "result": [1], "error": None}
    assert SECRET not in stored.sealed
    opened = open_sealed(stored.values, stored.sealed)
    assert opened.values == {"input": {"a": SECRET}, "result": [1], "error": None}
    assert opened.secrets == {SECRET}
    assert SECRET not in repr(opened)


def test_the_secrets_inside_travel_along_and_those_by_name_do_not():
    stored = seal({"a": [SECRET], "b": {"password": "x"}}, Redactor([SECRET, "another-secret"]))
    assert open_sealed(stored.values, stored.sealed).secrets == {SECRET}


@given(value=values)
def test_every_value_comes_back_as_it_was(value):
    wrapped = {"key": SECRET, "value": value}
    stored = seal({"result": wrapped}, Redactor([SECRET]))
    assert SECRET not in json.dumps(stored.values)
    opened = open_sealed(json.loads(json.dumps(stored.values)), stored.sealed).values
    assert json.dumps(opened["result"]) == json.dumps(wrapped)


def test_what_cannot_be_searched_is_withheld_and_sealed(monkeypatch):
    def broken(*args: object, **kwargs: object) -> None:
        raise RecursionError

    monkeypatch.setattr("openflow_django.redaction.redactor.Pass", broken)
    stored = seal({"result": {"a": SECRET}}, Redactor())
    assert stored.values == {"result": WITHHELD}
    assert open_sealed(stored.values, stored.sealed).values == {"result": {"a": SECRET}}


def test_what_cannot_be_encrypted_is_not_written_at_all(monkeypatch, caplog):
    def broken(text: str) -> str:
        raise RuntimeError(text)

    monkeypatch.setattr(sealing, "encrypt", broken)
    stored = seal({"result": SECRET}, Redactor([SECRET]))
    assert stored.values == {"result": REDACTED}
    assert SECRET not in stored.sealed
    assert SECRET not in caplog.text
    assert caplog.records
    with pytest.raises(SealBroken):
        open_sealed(stored.values, stored.sealed)


@pytest.mark.parametrize("text", ["[]", "{}", '{"values": 1, "secrets": []}'])
def test_what_was_not_sealed_here_is_refused(text):
    with pytest.raises(SealBroken):
        open_sealed({}, encrypt(text))
