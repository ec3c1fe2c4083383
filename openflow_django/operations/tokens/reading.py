"""Reading a token, and judging it."""

import binascii
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from jwt.utils import base64url_decode

from openflow_django.operations.base import OperationError
from openflow_django.operations.tokens.algorithms import allowed_for, signed_by, token_error
from openflow_django.operations.tokens.spans import seconds_of
from openflow_django.spec.json import Json, JsonInvalid, JsonObject, loads

__all__ = ["decode", "verify"]

MAX_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 100
MAX_KEYS: Final = 10_000

SAME: Final = {"subject": "sub", "jwtid": "jti", "nonce": "nonce"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    header: JsonObject
    payload: Json
    signed: bytes
    signature: str

    def shown(self, options: Mapping[str, Json]) -> Json:
        """The payload; with the option ``complete`` header and signature, too."""
        if not options.get("complete"):
            return self.payload
        return {"header": self.header, "payload": self.payload, "signature": self.signature}


def decode(token: str, options: JsonObject) -> Json:
    """What the token says, its signature not looked at; null for what is no token."""
    try:
        return _read(token).shown(options)
    except OperationError:
        return None


def verify(token: str, key: str, options: JsonObject) -> Json:
    """What the token says, once its signature and its claims are judged.

    ``options``: ``algorithms`` (those that fit the key), ``audience``, ``issuer``, ``subject``, ``jwtid``,
    ``nonce``, ``ignoreExpiration``, ``ignoreNotBefore``, ``clockTolerance`` and ``clockTimestamp`` in
    seconds,
    ``maxAge``, ``complete``.

    Raises :class:`OperationError`: ``token_invalid``, ``token_expired``, ``token_not_active``, and
    ``token_options`` for options that are wrong.
    """
    read = _read(token)
    asked = options.get("algorithms")
    if asked is not None and not isinstance(asked, list):
        raise token_error('"algorithms" is a list of names.', name="Error", code="token_options")
    names = None if asked is None else [str(name) for name in asked]
    algorithm = str(read.header.get("alg"))
    if algorithm not in allowed_for(key, asked=names):
        raise token_error("invalid algorithm")
    if "crit" in read.header or read.header.get("b64") is False:
        raise token_error("the header of the token asks for what is not supported")
    if not signed_by(read.signed, _bytes(read.signature), key=key, algorithm=algorithm):
        raise token_error("invalid signature")
    if isinstance(read.payload, dict):
        _judge_times(read.payload, options)
        _judge_names(read.payload, options)
    return read.shown(options)


def _read(token: str) -> _Token:
    parts = token.split(".")
    if len(parts) != 3 or len(token) > MAX_BYTES:
        raise token_error("jwt malformed")
    header = _json(_bytes(parts[0]))
    if not isinstance(header, dict):
        raise token_error("invalid token")
    payload = _bytes(parts[1])
    try:
        claims = _json(payload)
    except OperationError:
        claims = payload.decode("utf-8", "replace")
    return _Token(header=header, payload=claims, signed=f"{parts[0]}.{parts[1]}".encode(), signature=parts[2])


def _bytes(segment: str) -> bytes:
    try:
        return base64url_decode(segment)
    except (binascii.Error, ValueError) as error:
        raise token_error("invalid token") from error


def _json(text: bytes) -> Json:
    try:
        return loads(text, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH, max_keys=MAX_KEYS)
    except JsonInvalid as error:
        raise token_error("invalid token") from error


def _judge_times(claims: JsonObject, options: JsonObject) -> None:
    now = _number(options, "clockTimestamp", time.time())
    tolerance = _number(options, "clockTolerance", 0)
    for name, message in (("nbf", "invalid nbf value"), ("exp", "invalid exp value")):
        if name in claims and seconds_of(claims[name]) != claims[name]:
            raise token_error(message)
    not_before, expires = seconds_of(claims.get("nbf")), seconds_of(claims.get("exp"))
    if not_before is not None and not_before > now + tolerance and not options.get("ignoreNotBefore"):
        raise token_error("jwt not active", name="NotBeforeError", code="token_not_active")
    if expires is not None and now >= expires + tolerance and not options.get("ignoreExpiration"):
        raise _expired("jwt expired", expires)
    if options.get("maxAge") is not None:
        oldest = _issued(claims) + _age(options["maxAge"])
        if now >= oldest + tolerance:
            raise _expired("maxAge exceeded", oldest)


def _issued(claims: JsonObject) -> float:
    issued = claims.get("iat")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise token_error("iat required when maxAge is specified")
    return float(issued)


def _age(span: Json) -> float:
    age = seconds_of(span)
    if age is None:
        message = '"maxAge" is a number of seconds, or a span of time such as "1h" or "2 days".'
        raise token_error(message, name="Error", code="token_options")
    return age


def _judge_names(claims: JsonObject, options: JsonObject) -> None:
    if options.get("audience"):
        held, wanted = _several(claims.get("aud")), _several(options["audience"])
        if not any(name in wanted for name in held):
            raise token_error(f"jwt audience invalid. expected: {' or '.join(map(str, wanted))}")
    if options.get("issuer"):
        wanted = _several(options["issuer"])
        if claims.get("iss") not in wanted:
            raise token_error(f"jwt issuer invalid. expected: {','.join(map(str, wanted))}")
    for option, claim in SAME.items():
        expected = options.get(option)
        if expected and not _is_same(claims.get(claim), expected):
            raise token_error(f"jwt {option} invalid. expected: {expected}")


def _is_same(held: Json, expected: Json) -> bool:
    if isinstance(held, str) and isinstance(expected, str):
        return hmac.compare_digest(held.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))
    return type(held) is type(expected) and held == expected


def _several(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _number(options: JsonObject, name: str, default: float) -> float:
    value = options.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise token_error(f'"{name}" is a number of seconds.', name="Error", code="token_options")
    return float(value)


def _expired(message: str, at: float) -> OperationError:
    try:
        shown = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return token_error(message, name="TokenExpiredError", code="token_expired")
    told: Json = {"name": "TokenExpiredError", "message": message, "expiredAt": shown}
    return OperationError(message, name="TokenExpiredError", code="token_expired", result=told)
