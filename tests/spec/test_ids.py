"""Ids that a builder gives."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.spec.ids import RESERVED_IDS, is_plain, letters, new_id, slug


def test_letters() -> None:
    found = list(islice(letters(), 26 + 26 * 26 + 1))
    assert found[:3] == ["a", "b", "c"]
    assert found[25:29] == ["z", "aa", "ab", "ac"]
    assert found[51:53] == ["az", "ba"]
    assert found[-2:] == ["zz", "aaa"]
    assert len(set(found)) == len(found)


def test_new_id_skips_what_is_used() -> None:
    assert new_id(()) == "a"
    assert new_id({"a", "b", "d"}) == "c"
    assert new_id(set(islice(letters(), 26))) == "aa"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Send e-mail", "send_e_mail"),
        ("  Prüfe Bestellung!  ", "prufe_bestellung"),
        ("2nd try", "2nd_try"),
        ("発送", "a"),
        ("", "a"),
        ("failure", "failure_2"),
        ("x" * 80, "x" * 50),
    ],
)
def test_slug(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_slugs_are_free() -> None:
    assert slug("Send", used={"send"}) == "send_2"
    assert slug("Send", used={"send", "send_2"}) == "send_3"
    assert slug("!", used={"a"}) == "b"


@given(st.text(), st.sets(st.sampled_from(["a", "b", "x", "x_2"])))
def test_a_slug_is_plain_free_and_not_reserved(name: str, used: set[str]) -> None:
    found = slug(name, used=used)
    assert is_plain(found)
    assert found not in used | RESERVED_IDS


@pytest.mark.parametrize(
    ("step_id", "expected"), [("a_B9", True), ("", False), ("a-b", False), ("é", False), ("a\n", False)]
)
def test_plain(step_id: str, expected: bool) -> None:
    assert is_plain(step_id) is expected
