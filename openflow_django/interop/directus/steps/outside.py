"""Operations that reach outside: request, mail, notification."""

from typing import Final

from openflow_django.interop.directus.steps.base import Making, inputs, makes_step, script
from openflow_django.interop.directus.tags import has_tags
from openflow_django.spec.json import Json, JsonObject

__all__ = ["mail", "notification", "request"]

MAX_REDIRECTS: Final = 10


@makes_step("request")
def request(making: Making) -> JsonObject:
    method, body = making.option("method") or "GET", making.option("body")
    options = inputs(
        method=method if has_tags(method) or not isinstance(method, str) else method.upper(),
        url=making.option("url"),
        headers=_headers(making.option("headers")),
        body=None if body == "" else body,
        max_redirects=MAX_REDIRECTS,
    )
    return {"value": script("http_request", options)}


@makes_step("mail")
def mail(making: Making) -> JsonObject:
    kind, body = making.plain("type") or "markdown", making.option("body")
    addresses = {name: making.option(name) for name in ("to", "cc", "bcc")}
    if name := making.option("fromName"):
        making.warn("sender_dropped", f"the sender's name {name!r} can not be kept; give a whole address.")
    content: dict[str, Json]
    match kind:
        case "wysiwyg":
            content = {"html": body}
        case "template":
            content = {"template": making.option("template"), "data": making.option("data")}
        case _:
            content = {"markdown": body}
    return {
        "value": script(
            "send_mail",
            inputs(
                **addresses,
                reply_to=making.option("replyTo"),
                subject=making.option("subject") or "",
                **content,
            ),
        )
    }


@makes_step("notification")
def notification(making: Making) -> JsonObject:
    names = ("recipient", "subject", "message", "collection", "item")
    options = inputs(**{name: making.option(name) for name in names})
    making.option("permissions")
    making.warn(
        "operation_missing",
        "there is no operation that notifies users; the step fails until the site has one.",
        hint="Register an operation of the type notification, or send a mail instead.",
    )
    return {"value": script("notification", options)}


def _headers(headers: Json) -> Json:
    """A list of ``{header, value}`` without what else stands in its entries; nothing for an empty one."""
    if not isinstance(headers, list):
        return headers or None
    kept: list[Json] = [
        {name: entry[name] for name in ("header", "value") if name in entry}
        for entry in headers
        if isinstance(entry, dict) and entry.get("header")
    ]
    return kept or None
