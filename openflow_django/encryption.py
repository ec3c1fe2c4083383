"""Secrets at rest: text that only this site reads, under keys of its own that can be changed.

``OPENFLOW["SECRET_KEYS"]`` lists texts of at least 32 characters: the first encrypts, all decrypt. Keys
derived from ``SECRET_KEY`` and ``SECRET_KEY_FALLBACKS`` come after them, so that what was written before
there were keys stays readable; without any of its own the site encrypts with the first of those.
"""

import base64
from collections.abc import Iterable
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured

from openflow_django.conf import settings
from openflow_django.exceptions import OpenFlowError

__all__ = ["SHORTEST_KEY", "SealBroken", "are_keys", "decrypt", "encrypt", "is_current", "reencrypt"]

SHORTEST_KEY = 32
"""Characters of the shortest key that is accepted."""

PURPOSE = b"openflow_django: secrets at rest"
FROM_SECRET_KEY = b"openflow_django: secrets at rest, from SECRET_KEY"


class SealBroken(OpenFlowError):
    """An encrypted text can be read with none of the keys there are."""

    code = "seal_broken"

    def __init__(self) -> None:
        super().__init__(
            "An encrypted value cannot be read: its key is missing from OPENFLOW['SECRET_KEYS'].",
            hint="Add the key that encrypted it at the end of the list, then run openflow_rotate_secrets.",
        )


def are_keys(value: object) -> bool:
    """Whether the setting ``SECRET_KEYS`` may have this value."""
    return isinstance(value, list | tuple) and all(
        isinstance(key, str) and len(key) >= SHORTEST_KEY for key in value
    )


def encrypt(text: str) -> str:
    """``text`` under the first key, as ASCII."""
    return _box().encrypt(text.encode("utf-8", "surrogatepass")).decode("ascii")


def decrypt(token: str) -> str:
    """The text that :func:`encrypt` was given. Raises SealBroken."""
    try:
        return _box().decrypt(token.encode("utf-8", "replace")).decode("utf-8", "surrogatepass")
    except InvalidToken as error:
        raise SealBroken from error


def is_current(token: str) -> bool:
    """Whether the first key encrypted it."""
    try:
        _current().decrypt(token.encode("utf-8", "replace"))
    except InvalidToken:
        return False
    return True


def reencrypt(token: str) -> str:
    """The same text under the first key; the token itself where that encrypted it already. Raises
    SealBroken."""
    return token if is_current(token) else encrypt(decrypt(token))


def _box() -> MultiFernet:
    return MultiFernet(_fernets(*_keys()))


def _current() -> Fernet:
    return _fernets(*_keys())[0]


def _keys() -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not are_keys(settings.SECRET_KEYS):
        raise ImproperlyConfigured(
            f"OPENFLOW['SECRET_KEYS'] is a list of texts of at least {SHORTEST_KEY} characters."
        )
    site = (django_settings.SECRET_KEY, *django_settings.SECRET_KEY_FALLBACKS)
    return tuple(settings.SECRET_KEYS), tuple(str(key) for key in site)


@lru_cache(maxsize=8)
def _fernets(own: tuple[str, ...], site: tuple[str, ...]) -> tuple[Fernet, ...]:
    return (*_derived(own, PURPOSE), *_derived(site, FROM_SECRET_KEY))


def _derived(texts: Iterable[str], purpose: bytes) -> list[Fernet]:
    # The texts are keys, not passwords: they are long, so a slow derivation would add nothing.
    return [
        Fernet(
            base64.urlsafe_b64encode(
                HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(text.encode())
            )
        )
        for text in texts
    ]
