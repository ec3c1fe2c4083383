"""A response as the JSON that a flow works with."""

import base64
import codecs
import re
from typing import cast

from openflow_django.conf import settings
from openflow_django.operations.http.messages import Response, header
from openflow_django.spec.json import Json, JsonInvalid, JsonObject, loads

__all__ = ["answer"]

MAX_KEYS = 100_000

JSON_TYPE = re.compile(r"application/(?:[\w.+-]+\+)?json")
TEXT_TYPE = re.compile(
    r"text/.*|application/(?:[\w.+-]+\+)?xml|application/(?:javascript|x-www-form-urlencoded|yaml|x-yaml|graphql)"
)
CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)


def answer(response: Response) -> JsonObject:
    """``{status, statusText, headers, data}``.

    Header names are lower case; a header that came several times is joined with commas, ``set-cookie`` is
    always a list. ``data``: parsed where the content type says JSON and the body is; text where it is text;
    else ``{"encoding": "base64", "content_type", "size", "content"}``.
    """
    return {
        "status": response.status,
        "statusText": _readable(response.reason),
        "headers": _headers(response),
        "data": _data(response),
    }


def _headers(response: Response) -> JsonObject:
    headers: JsonObject = {}
    for name, raw in response.headers:
        value = _readable(raw)
        if name == "set-cookie":
            cast(list[Json], headers.setdefault(name, [])).append(value)
        elif name in headers:
            headers[name] = f"{headers[name]}, {value}"
        else:
            headers[name] = value
    return headers


def _data(response: Response) -> Json:
    content_type = header(response.headers, name="content-type") or ""
    kind = content_type.partition(";")[0].strip().lower()
    if JSON_TYPE.fullmatch(kind):
        return _parsed(response.body)
    if TEXT_TYPE.fullmatch(kind):
        return response.body.decode(_charset(content_type), "replace")
    try:
        return _untyped(response.body, kind=kind)
    except UnicodeDecodeError:
        return {
            "encoding": "base64",
            "content_type": kind or "application/octet-stream",
            "size": len(response.body),
            "content": base64.b64encode(response.body).decode("ascii"),
        }


def _parsed(body: bytes) -> Json:
    try:
        return loads(
            body.removeprefix(codecs.BOM_UTF8),
            max_bytes=settings.HTTP_MAX_BYTES,
            max_depth=settings.MAX_JSON_DEPTH,
            max_keys=MAX_KEYS,
        )
    except JsonInvalid:
        return body.decode("utf-8", "replace")


def _untyped(body: bytes, *, kind: str) -> str:
    """Bodies without a type are text when they can be. Raises UnicodeDecodeError for everything else."""
    if kind and body:
        raise UnicodeDecodeError("utf-8", body, 0, 1, f"{kind} is not text")
    return body.decode("utf-8")


def _charset(content_type: str) -> str:
    found = CHARSET.search(content_type)
    try:
        return codecs.lookup(found.group(1)).name if found else "utf-8"
    except LookupError:
        return "utf-8"


def _readable(text: str) -> str:
    """Header text comes as latin-1; what is UTF-8 is read as such."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
