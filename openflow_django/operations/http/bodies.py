"""The body of a request, from the JSON that a flow gives."""

import json
from typing import cast
from urllib.parse import urlencode

from openflow_django.conf import settings
from openflow_django.operations.base import OperationError
from openflow_django.spec.json import Json

__all__ = ["encoded", "query_text"]

FORM = "application/x-www-form-urlencoded"


def encoded(body: Json, *, content_type: str | None) -> tuple[bytes | None, str | None]:
    """The bytes to send and the content type to add where the flow set none.

    Objects and lists are JSON, or a form where the content type says so. Text is sent as it is: as JSON when
    it is JSON, as plain text otherwise. Null sends no body.

    Raises :class:`OperationError`, code ``http_body_too_large``.
    """
    if body is None:
        return None, None
    data, kind = _encoded(body, content_type=content_type)
    if len(data) > settings.MAX_PAYLOAD_BYTES:
        message = f"The body is larger than {settings.MAX_PAYLOAD_BYTES} bytes"
        raise OperationError(message, code="http_body_too_large", name="BodyTooLarge")
    return data, None if content_type else kind


def query_text(query: dict[str, Json]) -> str:
    """The query of a URL. Lists repeat their name, null is left out."""
    return urlencode(
        [
            (name, _text(member))
            for name, value in query.items()
            for member in (value if isinstance(value, list) else [value])
            if member is not None
        ]
    )


def _encoded(body: Json, *, content_type: str | None) -> tuple[bytes, str]:
    if isinstance(body, dict) and content_type and content_type.partition(";")[0].strip().lower() == FORM:
        return query_text(body).encode("ascii"), FORM
    if isinstance(body, str):
        return body.encode("utf-8", "replace"), "application/json" if _is_json(
            body
        ) else "text/plain; charset=utf-8"
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"), "application/json"


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value
    return cast(str, json.dumps(value, ensure_ascii=False, separators=(",", ":")))
