"""Text encrypted at rest: read back, under changed keys, and refused without them."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from openflow_django.encryption import SealBroken, are_keys, decrypt, encrypt, is_current, reencrypt

OLD = "old-key-old-key-old-key-old-key-old"
NEW = "new-key-new-key-new-key-new-key-new"


@pytest.mark.parametrize("text", ["", "a", "Wört\n\0 ✓", "\ud800 alone", "x" * 1_000_000])
def test_what_is_encrypted_is_read_back(text):
    token = encrypt(text)
    assert decrypt(token) == text
    assert token.isascii()
    assert len(text) < 4 or text not in token


def test_the_same_text_never_looks_the_same():
    assert encrypt("secret") != encrypt("secret")


def test_all_keys_decrypt_and_the_first_encrypts(settings):
    settings.OPENFLOW = {"SECRET_KEYS": [OLD]}
    old = encrypt("secret")
    settings.OPENFLOW = {"SECRET_KEYS": [NEW, OLD]}
    assert decrypt(old) == "secret"
    assert not is_current(old)
    new = reencrypt(old)
    assert is_current(new)
    settings.OPENFLOW = {"SECRET_KEYS": [NEW]}
    assert decrypt(new) == "secret"
    with pytest.raises(SealBroken, match="SECRET_KEYS"):
        decrypt(old)


def test_what_is_current_is_not_written_again():
    token = encrypt("secret")
    assert reencrypt(token) is token


def test_a_site_that_gets_keys_of_its_own_reads_what_it_had(settings):
    before = encrypt("secret")
    settings.OPENFLOW = {"SECRET_KEYS": [NEW]}
    assert decrypt(before) == "secret"
    assert not is_current(before)


def test_a_secret_key_that_was_rotated_still_reads(settings):
    before = encrypt("secret")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert decrypt(before) == "secret"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(SealBroken):
        decrypt(before)


def test_the_derived_key_is_of_no_other_use(settings):
    token = encrypt("secret")
    settings.OPENFLOW = {"SECRET_KEYS": ["x" * 32]}
    settings.SECRET_KEY = "x" * 32
    own = encrypt("secret")
    settings.OPENFLOW = {}
    with pytest.raises(SealBroken):
        decrypt(own)
    with pytest.raises(SealBroken):
        decrypt(token)


@pytest.mark.parametrize("token", ["", "x", "gAAAAA", "ü" * 20, "\ud800"])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(SealBroken):
        decrypt(token)


def test_a_token_that_was_changed_is_refused():
    token = encrypt("secret")
    with pytest.raises(SealBroken):
        decrypt(token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1])


@pytest.mark.parametrize("keys", ["x" * 40, ["x" * 31], [b"x" * 40], [None], {"x" * 40}, 5])
def test_keys_that_are_none(settings, keys):
    assert not are_keys(keys)
    settings.OPENFLOW = {"SECRET_KEYS": keys}
    with pytest.raises(ImproperlyConfigured) as refused:
        encrypt("secret")
    assert "xxx" not in str(refused.value)


@pytest.mark.parametrize("keys", [[], (), ["x" * 32], ("x" * 32, "y" * 50)])
def test_keys_that_are_accepted(keys):
    assert are_keys(keys)
