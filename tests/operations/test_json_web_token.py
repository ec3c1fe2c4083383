"""``json_web_token``: tokens as Node's jsonwebtoken makes and judges them."""

import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from openflow_django.operations import OperationContext, operations
from openflow_django.operations.tokens.spans import seconds_of

SECRET = "a secret that is long enough for each of the algorithms: sixty-four bytes"

#: ``{"alg":"HS256","typ":"JWT"}``
HEADER = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"


def run(**options):
    return operations.get("json_web_token").perform(options, context=OperationContext())


def signed(payload, **options):
    return run(operation="sign", payload=payload, secret=SECRET, options=options)


def verified(token, **options):
    return run(operation="verify", token=token, secret=SECRET, options=options)


def pem(key):
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


@pytest.fixture(scope="module")
def keys():
    return {
        "RS256": pem(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        "ES256": pem(ec.generate_private_key(ec.SECP256R1())),
    }


# the user's view


def test_what_was_signed_is_verified():
    token = signed({"sub": "1", "name": "Jürgen"})
    claims = verified(token)
    assert claims.pop("iat") == pytest.approx(time.time(), abs=5)
    assert claims == {"sub": "1", "name": "Jürgen"}


def test_others_read_the_token():
    claims = jwt.decode(signed({"sub": "1"}, audience="shop"), SECRET, ["HS256"], audience="shop")
    assert (claims["sub"], claims["aud"]) == ("1", "shop")


def test_tokens_of_others_are_read():
    assert verified(jwt.encode({"sub": "1"}, SECRET, "HS512")) == {"sub": "1"}


def test_the_token_is_the_one_of_jsonwebtoken():
    """Header in its order, claims in theirs, JSON without blanks and with letters as they are."""
    token = signed({"sub": "1", "n": 5.0, "ü": None}, noTimestamp=True)
    header, payload, _ = token.split(".")
    assert header == HEADER
    assert jwt.utils.base64url_decode(payload).decode() == '{"sub":"1","n":5,"ü":null}'


def test_a_token_is_decoded_without_its_secret():
    token = signed({"sub": "1"}, noTimestamp=True)
    assert run(operation="decode", token=token) == {"sub": "1"}
    complete = run(operation="decode", token=token, options={"complete": True})
    assert complete == {
        "header": {"alg": "HS256", "typ": "JWT"},
        "payload": {"sub": "1"},
        "signature": token.rpartition(".")[2],
    }


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "a.b.c.d", "é.é.é", f"{HEADER}.e30"])
def test_what_is_no_token_decodes_to_null(token):
    if token:
        assert run(operation="decode", token=token) is None


def test_payload_and_options_may_be_json_text():
    token = run(operation="sign", payload='{"a": 1}', secret=SECRET, options='{"noTimestamp": true}')
    assert verified(token) == {"a": 1}
    assert run(operation="verify", token=token, secret=SECRET, options=None) == {"a": 1}


# what signing may be told


def test_claims_of_the_options():
    claims = verified(
        signed({}, audience=["a", "b"], issuer="i", subject="s", jwtid="j", expiresIn="1h", notBefore=-10)
    )
    assert (claims["aud"], claims["iss"], claims["sub"], claims["jti"]) == (["a", "b"], "i", "s", "j")
    assert (claims["exp"] - claims["iat"], claims["nbf"] - claims["iat"]) == (3600, -10)


def test_the_header_may_be_added_to():
    token = signed({}, keyid="k1", header={"x5t": "t"})
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT", "kid": "k1", "x5t": "t"}


def test_a_time_of_issue_of_ones_own_counts():
    claims = verified(signed({"iat": 1000}, expiresIn=60), ignoreExpiration=True)
    assert claims == {"iat": 1000, "exp": 1060}


@pytest.mark.parametrize(
    ("payload", "options"),
    [
        ({}, {"color": "red"}),
        ({}, {"algorithm": "none"}),
        ({}, {"algorithm": "HS1"}),
        ({}, {"algorithm": None}),
        ({}, {"expiresIn": "soon"}),
        ({}, {"expiresIn": True}),
        ({}, {"header": {"alg": "none"}}),
        ({"exp": 1}, {"expiresIn": 1}),
        ({"aud": "a"}, {"audience": "b"}),
        ({"exp": "tomorrow"}, {}),
        ({"iat": "1"}, {}),
    ],
)
def test_wrong_options_are_refused(step, payload, options):
    error = step.fail("json_web_token", operation="sign", payload=payload, secret=SECRET, options=options)
    assert error.code == "token_options"


@pytest.mark.parametrize(
    "options",
    [
        {"operation": "sign", "secret": SECRET},
        {"operation": "sign", "payload": {"a": 1}},
        {"operation": "sign", "payload": {"a": 1}, "secret": ""},
        {"operation": "verify", "secret": SECRET},
        {"operation": "verify", "token": "a.b.c"},
        {"operation": "decode"},
    ],
)
def test_missing_parts_are_named(step, options):
    assert step.fail("json_web_token", **options).code == "token_missing_option"


def test_payloads_are_objects(step):
    assert step.fail("json_web_token", payload="[1]", secret=SECRET).code == "token_options"
    assert step.fail("json_web_token", payload="{", secret=SECRET).name == "SyntaxError"
    assert step.fail("json_web_token", payload=5, secret=SECRET).code == "invalid_options"
    assert step.fail("json_web_token", operation="forge").code == "invalid_options"


# what verifying judges


@pytest.mark.parametrize(
    ("claims", "options", "message"),
    [
        ({"aud": "a"}, {"audience": "b"}, "jwt audience invalid. expected: b"),
        ({"aud": ["a"]}, {"audience": ["b", "c"]}, "jwt audience invalid. expected: b or c"),
        ({}, {"audience": "b"}, "jwt audience invalid. expected: b"),
        ({"iss": "a"}, {"issuer": ["b", "c"]}, "jwt issuer invalid. expected: b,c"),
        ({"sub": "a"}, {"subject": "b"}, "jwt subject invalid. expected: b"),
        ({"jti": "a"}, {"jwtid": "b"}, "jwt jwtid invalid. expected: b"),
        ({"nonce": "a"}, {"nonce": "b"}, "jwt nonce invalid. expected: b"),
        ({}, {"algorithms": ["HS512"]}, "invalid algorithm"),
        ({}, {"algorithms": ["none"]}, "invalid algorithm"),
        ({}, {"algorithms": []}, "invalid algorithm"),
    ],
)
def test_claims_that_are_not_as_expected(step, claims, options, message):
    token = signed(claims)
    error = step.fail("json_web_token", operation="verify", token=token, secret=SECRET, options=options)
    assert (error.name, error.message, error.code) == ("JsonWebTokenError", message, "token_invalid")


def test_claims_that_are_as_expected():
    token = signed({"aud": ["a", "b"], "iss": "i", "sub": "s", "jti": "j", "nonce": "n"})
    assert verified(
        token, audience=["x", "b"], issuer=["i"], subject="s", jwtid="j", nonce="n", algorithms=["HS256"]
    )


def test_times(step):
    now = 1_000_000
    token = signed({"iat": now, "exp": now + 100, "nbf": now + 10})

    def fails(at, **options):
        more = {"clockTimestamp": at, **options}
        return step.fail("json_web_token", operation="verify", token=token, secret=SECRET, options=more)

    assert verified(token, clockTimestamp=now + 10)
    assert verified(token, clockTimestamp=now + 99.9)
    assert (fails(now + 9).name, fails(now + 9).code) == ("NotBeforeError", "token_not_active")
    assert fails(now + 100).name == "TokenExpiredError"
    assert fails(now + 100).result == {
        "name": "TokenExpiredError",
        "message": "jwt expired",
        "expiredAt": "1970-01-12T13:48:20.000Z",
    }
    assert verified(token, clockTimestamp=now + 104, clockTolerance=5)
    assert verified(token, clockTimestamp=now, ignoreNotBefore=True)
    assert verified(token, clockTimestamp=now + 1000, ignoreExpiration=True)
    assert fails(now + 60, maxAge="1m").message == "maxAge exceeded"
    assert verified(token, clockTimestamp=now + 59, maxAge=60)
    assert fails(now + 60, maxAge="long").code == "token_options"


def test_an_age_needs_a_time_of_issue(step):
    token = signed({}, noTimestamp=True)
    error = step.fail("json_web_token", operation="verify", token=token, secret=SECRET, options={"maxAge": 1})
    assert error.message == "iat required when maxAge is specified"


@pytest.mark.parametrize(
    ("claims", "message"), [({"exp": "x"}, "invalid exp value"), ({"nbf": [1]}, "invalid nbf value")]
)
def test_times_that_are_none(step, claims, message):
    token = jwt.api_jws.encode(json.dumps(claims).encode(), SECRET, "HS256")
    error = step.fail("json_web_token", operation="verify", token=token, secret=SECRET)
    assert error.message == message


# keys and algorithms


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_secrets(algorithm):
    assert verified(signed({"a": 1}, algorithm=algorithm))["a"] == 1


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256"])
def test_key_pairs(keys, algorithm):
    private, public = keys["ES256" if algorithm == "ES256" else "RS256"]
    token = run(operation="sign", payload={"a": 1}, secret=private, options={"algorithm": algorithm})
    assert run(operation="verify", token=token, secret=public)["a"] == 1


def test_another_secret_is_told(step):
    token = signed({"a": 1})
    error = step.fail("json_web_token", operation="verify", token=token, secret="x" * 40)
    assert (error.message, error.name) == ("invalid signature", "JsonWebTokenError")
    changed = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    assert step.fail("json_web_token", operation="verify", token=changed, secret=SECRET).message == (
        "invalid signature"
    )


def test_a_public_key_is_no_secret(step, keys):
    """The classic confusion: signed with the public key as if it were the secret."""
    _private, public = keys["RS256"]
    header, claims = (jwt.utils.base64url_encode(part) for part in (b'{"alg":"HS256"}', b'{"admin":true}'))
    import hashlib
    import hmac

    signature = hmac.new(public.encode(), header + b"." + claims, hashlib.sha256).digest()
    token = b".".join((header, claims, jwt.utils.base64url_encode(signature))).decode()
    error = step.fail("json_web_token", operation="verify", token=token, secret=public)
    assert error.message == "invalid algorithm"
    assert step.fail("json_web_token", payload={"a": 1}, secret=public).code == "token_invalid"


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "", "HS999", None])
def test_unsigned_tokens_are_refused(step, algorithm):
    header, claims = (
        jwt.utils.base64url_encode(json.dumps(part).encode())
        for part in ({"alg": algorithm}, {"admin": True})
    )
    for signature in (b"", b"AAAA"):
        token = b".".join((header, claims, signature)).decode()
        error = step.fail("json_web_token", operation="verify", token=token, secret=SECRET)
        assert error.message == "invalid algorithm"


def test_critical_headers_are_refused(step):
    token = jwt.api_jws.encode(b"{}", SECRET, "HS256", headers={"crit": ["exp"]})
    assert (
        "not supported" in step.fail("json_web_token", operation="verify", token=token, secret=SECRET).message
    )


def test_weak_and_broken_keys_are_refused(step, keys):
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    for key in (pem(small)[0], "text", "-----BEGIN PRIVATE KEY-----\nx", keys["ES256"][0]):
        error = step.fail("json_web_token", payload={"a": 1}, secret=key, options={"algorithm": "RS256"})
        assert error.code == "token_invalid"


# spans


@pytest.mark.parametrize(
    ("span", "seconds"),
    [
        (60, 60),
        (-1, -1),
        ("120", 0.12),
        ("100ms", 0.1),
        ("1s", 1),
        ("2.5 hrs", 9000),
        ("1h", 3600),
        ("2 Days", 172800),
        ("1 week", 604800),
        ("1y", 31557600),
        ("-3 min", -180),
        (".5m", 30),
        ("", None),
        ("h", None),
        ("1 month", None),
        ("1h 5m", None),
        (True, None),
        (None, None),
        ([1], None),
        ("1" * 101, None),
    ],
)
def test_spans(span, seconds):
    assert seconds_of(span) == (None if seconds is None else pytest.approx(seconds))


# rules


@given(st.text(max_size=60))
def test_no_text_is_a_token_by_chance(text):
    assert run(operation="decode", token=f"{text}.") is None or text.count(".") == 1


@given(
    st.dictionaries(
        st.text(max_size=5).filter(lambda name: name not in {"exp", "nbf", "iat"}),
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=10),
        max_size=4,
    )
)
def test_every_payload_comes_back(payload):
    assert verified(signed(payload, noTimestamp=True)) == payload
