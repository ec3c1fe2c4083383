"""Making a token."""

import math
import time
from typing import Final

from jwt.utils import base64url_encode

from openflow_django.expressions.coercion import stringify
from openflow_django.operations.base import OperationError
from openflow_django.operations.tokens.algorithms import ALGORITHMS, PEM, signature_of, token_error
from openflow_django.operations.tokens.spans import seconds_of
from openflow_django.spec.json import Json, JsonObject

__all__ = ["sign"]

CLAIMS: Final = {"audience": "aud", "issuer": "iss", "subject": "sub", "jwtid": "jti"}
SPANS: Final = {"expiresIn": "exp", "notBefore": "nbf"}
OTHERS: Final = frozenset({"algorithm", "header", "keyid", "noTimestamp", "mutatePayload", "encoding"})


def sign(payload: JsonObject, key: str, options: JsonObject) -> str:
    """The token. ``options``: ``algorithm`` (HS256), ``expiresIn``, ``notBefore``, ``audience``, ``issuer``,
    ``subject``, ``jwtid``, ``keyid``, ``header``, ``noTimestamp``.

    Raises :class:`OperationError`, code ``token_options``, for options that are unknown or wrong, and
    ``token_invalid`` for a key that does not fit.
    """
    for name in options:
        if name not in {*CLAIMS, *SPANS, *OTHERS}:
            raise _wrong(f'"{name}" is no option of a token that is signed.')
    algorithm = options.get("algorithm", ALGORITHMS[0])
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise _wrong(f"The algorithm of a token is one of {', '.join(ALGORITHMS)}.")
    if algorithm.startswith("HS") and key.lstrip().startswith(PEM):
        raise token_error("The key does not fit the algorithm.")
    header, claims = _header(algorithm, options), _claims(payload, options)
    signed = b".".join(_segment(part) for part in (header, claims))
    signature = signature_of(signed, key=key, algorithm=algorithm)
    return b".".join((signed, base64url_encode(signature))).decode()


def _header(algorithm: str, options: JsonObject) -> JsonObject:
    more = options.get("header", {})
    if not isinstance(more, dict) or {"alg", "b64", "crit"} & more.keys():
        raise _wrong('"header" is an object without alg, b64 and crit.')
    header: JsonObject = {"alg": algorithm, "typ": "JWT"}
    if options.get("keyid") is not None:
        header["kid"] = options["keyid"]
    return {**header, **more}


def _claims(payload: JsonObject, options: JsonObject) -> JsonObject:
    claims = dict(payload)
    for name in ("exp", "nbf", "iat"):
        if name in claims and seconds_of(claims[name]) != claims[name]:
            raise _wrong(f'"{name}" of the payload is a number of seconds since 1970.')
    issued = claims.get("iat") or math.floor(time.time())
    claims["iat"] = issued
    if options.get("noTimestamp"):
        del claims["iat"]
    for option, claim in SPANS.items():
        if option in options:
            _refuse_twice(payload, option, claim)
            claims[claim] = _later(issued, options[option], option)
    for option, claim in CLAIMS.items():
        if option in options:
            _refuse_twice(payload, option, claim)
            claims[claim] = options[option]
    return claims


def _later(issued: Json, span: Json, option: str) -> int:
    seconds = seconds_of(span)
    if seconds is None or not isinstance(issued, int | float):
        raise _wrong(f'"{option}" is a number of seconds, or a span of time such as "1h" or "2 days".')
    return math.floor(issued + seconds)


def _refuse_twice(payload: JsonObject, option: str, claim: str) -> None:
    if claim in payload:
        raise _wrong(f'The payload has "{claim}" already: leave out the option "{option}".')


def _segment(part: JsonObject) -> bytes:
    return base64url_encode(stringify(part).encode("utf-8", "replace"))


def _wrong(message: str) -> OperationError:
    return token_error(message, name="Error", code="token_options")
