"""Secrets leave what is written, whatever their spelling and their place; everything else stays."""

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.redaction import REDACTED, WITHHELD, Redactor, SensitiveNames

SECRET = "s3cr3t/Wört+\"x\" <&>'y'\\z"

SPELLINGS = {
    "raw": SECRET,
    "url": quote(SECRET, safe=""),
    "url in lower case": re.sub("%..", lambda found: found.group().lower(), quote(SECRET, safe="")),
    "path of a url": quote(SECRET),
    "form": quote_plus(SECRET),
    "encodeURIComponent": quote(SECRET, safe="!'()*~"),
    "json": json.dumps(SECRET)[1:-1],
    "json with its letters": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "json twice": json.dumps(json.dumps(SECRET)[1:-1])[1:-1],
    "json of php": json.dumps(SECRET)[1:-1].replace("/", "\\/"),
    "html": html.escape(SECRET),
    "html without quotes": html.escape(SECRET, quote=False),
    "html of jinja": html.escape(SECRET).replace("&#x27;", "&#39;").replace("&quot;", "&#34;"),
    "python": repr(SECRET)[1:-1],
    "hex": SECRET.encode().hex(),
    "base64": base64.b64encode(SECRET.encode()).decode().rstrip("="),
    "base64 for addresses": base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    "base64 in an address": quote(base64.b64encode(SECRET.encode()).decode().rstrip("="), safe=""),
}


@pytest.fixture
def redactor() -> Redactor:
    return Redactor([SECRET])


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_in_any_spelling_is_cut_out_of_a_text(redactor, spelling):
    told = redactor.redact_text(f"before {SPELLINGS[spelling]} after")
    assert told.startswith("before [redacted]")
    assert told.endswith(" after")
    assert len(told) <= len("before [redacted] after") + 1  # base64: the bits that it shares with others


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_it_is_cut_out_of_any_place_in_json(redactor, spelling):
    form = SPELLINGS[spelling]
    value = {"a": [1, {"b": form, form: "key"}], "nested": json.dumps({"deep": [form]}), "n": None}
    redacted = redactor.inspect(value)
    assert redacted.changed
    assert redacted.secrets == {SECRET}
    assert form not in json.dumps(redacted.value)
    assert form not in json.dumps(redacted.value, ensure_ascii=False)
    assert redacted.value["a"][0] == 1
    assert list(redacted.value) == ["a", "nested", "n"]
    assert list(json.loads(redacted.value["nested"])) == ["deep"]


@pytest.mark.parametrize("before", ["", "u", "us", "user:", "a longer name:"])
@pytest.mark.parametrize("after", ["", "@", " and more"])
def test_base64_of_something_longer(redactor, before, after):
    encoded = base64.b64encode(f"{before}{SECRET}{after}".encode()).decode()
    told = redactor.redact_text(encoded)
    assert REDACTED in told
    decoded = told.replace(REDACTED, "")
    assert len(decoded) <= len(base64.b64encode(f"{before}{after}".encode())) + 4


def test_a_secret_split_over_fields_is_found_in_their_order(redactor):
    half = len(SECRET) // 2
    value = {"first": f"x{SECRET[:half]}", "second": f"{SECRET[half:]}y", "third": "z"}
    assert redactor.redact(value) == {"first": "x[redacted]", "second": "[redacted]y", "third": "z"}
    assert redactor.redact(list(SECRET)) == [REDACTED] * len(SECRET)


def test_overlapping_secrets_are_both_gone():
    redactor = Redactor(["abcdefgh", "efghijkl", "ghijklmnop"])
    assert redactor.redact_text("-abcdefghijkl-") == "-[redacted]-"
    assert redactor.redact_text("-abcdefghijklmnop-") == "-[redacted]-"
    assert redactor.inspect("abcdefghijkl").secrets == {"abcdefgh", "efghijkl"}


def test_a_secret_inside_another_leaves_nothing_behind():
    assert Redactor(["password1", "xx-password1-yy"]).redact("a xx-password1-yy b") == "a [redacted] b"


def test_characters_with_a_meaning_in_patterns_are_themselves():
    assert Redactor([".*.*.*.*"]).redact("anything .*.*.*.* goes") == "anything [redacted] goes"
    assert Redactor(["(unclosed["]).redact("(unclosed[") == REDACTED


def test_keys_stay_distinct(redactor):
    value = {SECRET: 1, quote(SECRET, safe=""): 2, "[redacted] 2": 3}
    assert redactor.redact(value) == {"[redacted]": 1, "[redacted] 2": 2, "[redacted] 2 2": 3}


def test_a_number_may_be_the_secret():
    redactor = Redactor(["4711471147"])
    assert redactor.redact({"n": 4711471147, "m": 47}) == {"n": REDACTED, "m": 47}
    assert redactor.redact([4711471147.0]) == [REDACTED]


def test_json_within_json_is_opened():
    text = json.dumps({"body": json.dumps({"password": "hunter2", "user": "kim"})})
    opened = json.loads(json.loads(Redactor().redact(text))["body"])
    assert opened == {"password": REDACTED, "user": "kim"}


def test_escapes_hide_nothing_in_nested_json():
    text = '{"a": "' + "".join(f"\\u{ord(character):04x}" for character in "hunter22hunter22") + '"}'
    assert Redactor(["hunter22hunter22"]).redact(text) == '{"a": "[redacted]"}'


def test_a_key_that_comes_twice_hides_nothing():
    assert "abc" not in Redactor().redact('{"password": "abc", "password": null}')


def test_what_has_no_secret_is_the_same_object(redactor):
    value = {"a": [1, 2.5, True, None, "text", {"b": "{not json"}], "c": "x=1&y=2", "d": '{"a": 1}'}
    redacted = redactor.inspect(value)
    assert redacted.value is value
    assert not redacted.changed
    assert redacted.secrets == frozenset()


def test_redacting_again_changes_nothing(redactor):
    once = redactor.redact({"password": SECRET, "a": SECRET, "b": f"token={SECRET}"})
    assert not redactor.inspect(once["password"]).changed
    assert redactor.redact(once) == once


def test_short_values_are_not_looked_for():
    assert Redactor(["1234567", ""]).redact("1234567 and all") == "1234567 and all"


def test_lines_of_a_key_are_secrets_of_their_own():
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"
    redactor = Redactor([key])
    assert redactor.redact("a MIIEvQIBADANBgkq b") == "a [redacted] b"
    assert redactor.redact("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----"
    assert redactor.redact(key.strip()) == REDACTED


def test_the_password_of_an_address_is_a_secret_of_its_own():
    assert Redactor(["postgres://kim:pa55w0rd99@db/shop"]).redact("pa55w0rd99!") == "[redacted]!"


def test_secrets_inside_json_that_is_a_secret():
    account = json.dumps({"type": "service_account", "keys": [{"private_key": "k3y-k3y-k3y"}]})
    redactor = Redactor([account])
    assert redactor.redact("k3y-k3y-k3y of a service_account") == "[redacted] of a service_account"


def test_texts_under_sensitive_names_can_be_learned():
    redactor = Redactor()
    redactor.learn_named({"host": "db.example.com", "login": {"password": "pa55w0rd99"}, "tokens": ["x"]})
    assert redactor.redact("pa55w0rd99@db.example.com") == "[redacted]@db.example.com"


def test_what_cannot_be_searched_is_withheld():
    value: object = "x"
    for _ in range(5000):
        value = [value]
    redacted = Redactor().inspect(value)
    assert redacted.value == WITHHELD
    assert redacted.changed


def test_nested_json_that_is_too_deep_is_withheld():
    assert Redactor().redact_text("[" * 200_000 + "]" * 200_000) == WITHHELD


def test_payloads_as_deep_as_any_that_is_stored_are_searched(redactor):
    deep: object = SECRET
    for number in range(400):
        deep = {"a": deep} if number % 2 else [deep]
    told = json.dumps(redactor.redact(deep))
    assert REDACTED in told
    assert WITHHELD not in told


def test_nothing_of_it_is_in_any_repr(redactor):
    assert SECRET not in repr(redactor)
    assert SECRET not in repr(redactor.inspect(SECRET))
    assert SECRET not in str(redactor)


def test_found_in_tells_which(redactor):
    redactor.learn("another-secret")
    assert redactor.found_in(f"x {quote(SECRET)}") == {SECRET}
    assert redactor.found_in("nothing") == frozenset()


secrets = st.text(st.characters(exclude_categories=("Cs",)), min_size=8, max_size=40).filter(
    lambda text: REDACTED not in text and text.strip() and "\0" not in text
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(secret=secrets, around=values, before=st.text(), after=st.text())
def test_no_text_holds_a_secret_afterwards(secret, around, before, after):
    value = {"x": around, "y": [before + secret + after], "z": json.dumps({"in": secret})}
    texts: list[str] = []
    waiting: list[object] = [Redactor([secret]).redact(value)]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            texts += current
            waiting += current.values()
        elif isinstance(current, list):
            waiting += current
        else:
            texts.append(str(current))
    kept = "\0".join(texts).replace(REDACTED, "\0")
    assert secret not in kept


@given(value=values)
def test_a_value_without_secrets_stays(value):
    redactor = Redactor(["never-in-any-of-these-values"], names=SensitiveNames(()))
    assert redactor.inspect(value).value is value
