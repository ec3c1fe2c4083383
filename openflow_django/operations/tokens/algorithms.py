"""The algorithms that tokens may have, and the keys that fit them."""

from collections.abc import Sequence
from typing import Any, Final

from jwt import PyJWS
from jwt.exceptions import InvalidKeyError, PyJWTError

from openflow_django.operations.base import OperationError

__all__ = ["ALGORITHMS", "allowed_for", "signature_of", "signed_by", "token_error"]

SECRET: Final = ("HS256", "HS384", "HS512")
PUBLIC: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")

ALGORITHMS: Final = (*SECRET, *PUBLIC)
"""Never ``none``."""

PEM: Final = "-----BEGIN "
MIN_RSA_BITS: Final = 2048


def token_error(
    message: str, *, name: str = "JsonWebTokenError", code: str = "token_invalid"
) -> OperationError:
    """The failure of a step that works with tokens."""
    return OperationError(message, name=name, code=code)


def allowed_for(key: str, *, asked: Sequence[str] | None) -> tuple[str, ...]:
    """The algorithms of a token that ``key`` may verify: those asked for that fit the kind of key.

    A public key never serves as the secret of an HMAC: whoever knows it could sign.
    """
    fitting = PUBLIC if key.lstrip().startswith(PEM) else SECRET
    return tuple(name for name in fitting if asked is None or name in asked)


def signature_of(message: bytes, *, key: str, algorithm: str) -> bytes:
    """Raises :class:`OperationError` for a key that does not fit."""
    chosen, prepared = _prepared(key, algorithm)
    return chosen.sign(message, prepared)


def signed_by(message: bytes, signature: bytes, *, key: str, algorithm: str) -> bool:
    """Whether the signature is one of this key. Raises :class:`OperationError` for a key that does not
    fit."""
    chosen, prepared = _prepared(key, algorithm)
    return chosen.verify(message, prepared, signature)


def _prepared(key: str, algorithm: str) -> tuple[Any, Any]:
    chosen: Any = PyJWS(algorithms=list(ALGORITHMS)).get_algorithm_by_name(algorithm)
    try:
        prepared = chosen.prepare_key(key)
    except InvalidKeyError as error:
        raise token_error("The key does not fit the algorithm.") from error
    except (PyJWTError, ValueError, TypeError) as error:
        raise token_error("The key can not be read.") from error
    if (
        algorithm in PUBLIC
        and getattr(prepared, "key_size", MIN_RSA_BITS) < MIN_RSA_BITS
        and algorithm[0] != "E"
    ):
        raise token_error(f"An RSA key of a token has at least {MIN_RSA_BITS} bits.")
    return chosen, prepared
