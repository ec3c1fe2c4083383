"""``http_request``: call another server."""

from dataclasses import replace
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from openflow_django.conf import settings
from openflow_django.operations.base import OperationContext, OperationError, operation
from openflow_django.operations.http import Client, Limits, Request, site_policy
from openflow_django.operations.http.answers import answer
from openflow_django.operations.http.bodies import encoded, query_text
from openflow_django.operations.http.headers import judged
from openflow_django.operations.http.messages import header
from openflow_django.operations.http.targets import Target, parse
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonObject

__all__ = ["http_request"]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_REDIRECTS = 10

SCALAR = {"type": ["string", "number", "boolean", "null"]}
HEADER_VALUE = {"type": ["string", "number", "null"]}


@operation(
    "http_request",
    label=_("HTTP request"),
    description=_("Call another server and go on with its answer. Private and local addresses are refused."),
    category=_("Outside"),
    icon="language",
    options_schema=object_schema(
        {
            "method": {"title": _("Method"), "type": "string", "enum": list(METHODS), "default": "GET"},
            "url": {
                "title": _("URL"),
                "type": "string",
                "format": "uri",
                "minLength": 1,
                "x-widget": "template",
                "examples": ["https://example.com/orders"],
            },
            "query": {
                "title": _("Query"),
                "description": _("Added to the URL. A list repeats its name."),
                "type": "object",
                "additionalProperties": {"anyOf": [SCALAR, {"type": "array", "items": SCALAR}]},
            },
            "headers": {
                "title": _("Headers"),
                "anyOf": [
                    {"type": "object", "additionalProperties": HEADER_VALUE},
                    {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {"header": {"type": "string"}, "value": HEADER_VALUE},
                            "required": ["header"],
                            "additionalProperties": False,
                        },
                    },
                ],
                "default": {},
            },
            "body": {
                "title": _("Body"),
                "description": _("Objects and lists are sent as JSON, text is sent as it is."),
                "x-widget": "code",
            },
            "timeout_s": {
                "title": _("Time limit"),
                "description": _("Seconds for everything; the site sets an upper bound."),
                "type": "number",
                "exclusiveMinimum": 0,
            },
            "max_redirects": {
                "title": _("Redirects to follow"),
                "type": "integer",
                "minimum": 0,
                "maximum": MAX_REDIRECTS,
                "default": 0,
            },
            "fail_on_status": {
                "title": _("Fail on error status"),
                "description": _("Any status but 200 to 299 fails the step."),
                "type": "boolean",
                "default": True,
            },
        },
        required=["url"],
    ),
    result_example={
        "status": 200,
        "statusText": "OK",
        "headers": {"content-type": "application/json"},
        "data": {"id": 1},
    },
)
def http_request(options: JsonObject, context: OperationContext) -> Json:
    """Returns ``{status, statusText, headers, data}``.

    Fails with that same object as result, code ``http_status``, when the status is not 200 to 299; with a
    code of :meth:`Client.fetch` when there is no answer.
    """
    chosen = cast(dict[str, Any], options)
    request = _request(chosen, context=context)
    client = Client(
        policy=site_policy(),
        limits=_limits(chosen, context=context),
        before_sending=context.before_sending,
    )
    response = client.fetch(request)
    # The path and the query may hold a token, so the log tells the host alone.
    context.log("info", f"{request.method} {request.target.host}: {response.status}")
    result = answer(response)
    if chosen["fail_on_status"] and not 200 <= response.status <= 299:
        raise OperationError(
            f"{request.target.host} answered with status {response.status}",
            code="http_status",
            name="HttpStatusError",
            result=result,
        )
    return result


def _request(options: dict[str, Any], *, context: OperationContext) -> Request:
    headers = judged(_given_headers(options["headers"]))
    body, content_type = encoded(options.get("body"), content_type=header(headers, name="content-type"))
    if content_type:
        headers = (*headers, ("Content-Type", content_type))
    method = options["method"]
    wants_key = method not in REPEATABLE and header(headers, name="idempotency-key") is None
    if wants_key and context.idempotency_key:
        headers = (*headers, *judged([("Idempotency-Key", context.idempotency_key)]))
    return Request(
        method=method, target=_target(options["url"], query=options.get("query")), headers=headers, body=body
    )


def _given_headers(headers: Any) -> list[tuple[str, str]]:
    if isinstance(headers, dict):
        pairs = list(headers.items())
    else:
        pairs = [(entry["header"], entry.get("value")) for entry in headers]
    return [(name, str(value)) for name, value in pairs if value is not None]


def _target(url: str, *, query: dict[str, Json] | None) -> Target:
    target = parse(url)
    added = query_text(query) if query else ""
    if not added:
        return target
    return replace(target, path=f"{target.path}{'&' if '?' in target.path else '?'}{added}")


def _limits(options: dict[str, Any], *, context: OperationContext) -> Limits:
    bounds = (settings.HTTP_TIMEOUT_S, options.get("timeout_s"), context.deadline_s)
    return Limits(
        total_s=min(bound for bound in bounds if bound is not None),
        max_bytes=settings.HTTP_MAX_BYTES,
        max_redirects=options["max_redirects"],
    )
