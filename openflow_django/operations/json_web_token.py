"""``json_web_token``: sign, verify or decode a JSON Web Token."""

from typing import Final, cast

from django.utils.translation import gettext_lazy as _

from openflow_django.expressions.coercion import stringify, to_text
from openflow_django.operations.base import OperationContext, OperationError, operation
from openflow_django.operations.options import object_schema
from openflow_django.operations.tokens import decode, sign, verify
from openflow_django.spec.json import Json, JsonInvalid, JsonObject, loads

__all__ = ["json_web_token"]

MAX_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 100
MAX_KEYS: Final = 10_000


@operation(
    "json_web_token",
    label=_("JSON Web Token"),
    description=_("Sign a token, verify one, or read one without verifying it."),
    category=_("Flow"),
    icon="key",
    options_schema=object_schema(
        {
            "operation": {
                "title": _("What to do"),
                "type": "string",
                "enum": ["sign", "verify", "decode"],
                "default": "sign",
            },
            "payload": {
                "title": _("Payload"),
                "description": _("To sign: the claims, as an object or as JSON text."),
                "type": ["object", "string", "null"],
                "x-widget": "code",
                "examples": [{"user": "{{ $accountability.user }}"}],
            },
            "token": {
                "title": _("Token"),
                "description": _("To verify or to decode."),
                "type": ["string", "null"],
                "x-widget": "template",
            },
            "secret": {
                "title": _("Secret"),
                "description": _("Secret text, or a key in PEM form. Keep it in a variable."),
                "examples": ["$var:tokens/secret"],
            },
            "options": {
                "title": _("Options"),
                "description": _(
                    "Such as algorithm, expiresIn, audience, issuer; to verify: algorithms, maxAge."
                ),
                "type": ["object", "string", "null"],
                "x-widget": "code",
                "examples": [{"algorithm": "HS256", "expiresIn": "1h"}],
            },
        }
    ),
    effects=False,
    result_example="eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...",
)
def json_web_token(options: JsonObject, context: OperationContext) -> Json:
    """Returns the token that was signed, or what the token says (null for what can not be decoded).

    Fails with ``token_missing_option``, ``token_options``, ``token_invalid``, ``token_expired`` and
    ``token_not_active``.
    """
    more = _object(options.get("options"), option="options")
    match options["operation"]:
        case "sign":
            payload = _given(options, "payload")
            return sign(_object(payload, option="payload"), _text(_given(options, "secret")), more)
        case "verify":
            token = _text(_given(options, "token"))
            return verify(token, _text(_given(options, "secret")), more)
        case _:
            return decode(_text(_given(options, "token")), more)


def _given(options: JsonObject, option: str) -> Json:
    value = options.get(option)
    if value is None or value == "":
        raise OperationError(f"The option {option} is missing.", code="token_missing_option", name="Error")
    return value


def _object(value: Json, *, option: str) -> JsonObject:
    """The object, or the one that a text is the JSON of; an empty one for null."""
    if isinstance(value, str):
        try:
            value = loads(value, max_bytes=MAX_BYTES, max_depth=MAX_DEPTH, max_keys=MAX_KEYS)
        except JsonInvalid as error:
            raise OperationError(
                f"The option {option} is not JSON: {error.message}", code="token_options", name="SyntaxError"
            ) from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise OperationError(f"The option {option} is an object.", code="token_options", name="Error")
    return cast(JsonObject, value)


def _text(value: Json) -> str:
    return stringify(value) if isinstance(value, dict | list) else to_text(value)
