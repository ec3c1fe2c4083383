"""``send_mail``: send one e-mail through Django's mail framework."""

from email.utils import formataddr, getaddresses, parseaddr
from typing import Any, cast

from django.conf import settings as django_settings
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from openflow_django.conf import settings
from openflow_django.operations.base import OperationContext, OperationError, operation
from openflow_django.operations.mail_body import mail_body
from openflow_django.operations.options import object_schema
from openflow_django.spec.json import Json, JsonObject, digest

__all__ = ["send_mail"]

MAX_SUBJECT = 998  # RFC 5322, 2.1.1: the longest line

PATIENCE_S = 30.0
"""Seconds of silence of the mail server."""

ADDRESSES = {
    "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}],
    "x-widget": "template",
}


@operation(
    "send_mail",
    label=_("Send mail"),
    description=_("Send an e-mail. The step fails when the mail server does not take it."),
    category=_("Outside"),
    icon="mail",
    options_schema=object_schema(
        {
            "to": {
                "title": _("To"),
                "description": _("Addresses: a list, or text with commas."),
                **ADDRESSES,
            },
            "cc": {"title": _("Cc"), **ADDRESSES},
            "bcc": {"title": _("Bcc"), **ADDRESSES},
            "reply_to": {"title": _("Reply to"), **ADDRESSES},
            "from": {
                "title": _("From"),
                "description": _("The site's default sender when empty."),
                "type": "string",
            },
            "subject": {
                "title": _("Subject"),
                "type": "string",
                "maxLength": MAX_SUBJECT,
                "x-widget": "template",
            },
            "text": {
                "title": _("Text"),
                "description": _("The plain text."),
                "type": "string",
                "default": "",
                "x-widget": "textarea",
            },
            "html": {
                "title": _("HTML"),
                "description": _("Sent beside the text, exactly as it is: escape the values in it."),
                "x-widget": "code",
            },
            "markdown": {
                "title": _("Markdown"),
                "description": _("Text with Markdown in it: sent as it is, and as the HTML it stands for."),
                "x-widget": "textarea",
            },
            "template": {
                "title": _("Template"),
                "description": _("Name of a template of the site, openflow/mail/<name>.html."),
                "type": "string",
            },
            "data": {
                "title": _("Data"),
                "description": _("What the template sees, by name."),
                "type": "object",
                "x-widget": "code",
            },
        },
        required=["subject"],
    ),
)
def send_mail(options: JsonObject, context: OperationContext) -> Json:
    """Returns null once the mail backend has taken the message.

    Fails with ``mail_invalid`` for addresses or headers that are none, ``mail_too_many_recipients``,
    ``mail_not_sent`` when the backend refuses or cannot be reached, and as :func:`mail_body` does.
    """
    chosen = cast(dict[str, Any], options)
    recipients = {kind: _addresses(chosen.get(kind), option=kind) for kind in ("to", "cc", "bcc")}
    count = sum(map(len, recipients.values()))
    if count == 0:
        raise _invalid("it has no recipient")
    if count > settings.MAIL_MAX_RECIPIENTS:
        raise OperationError(
            f"The mail has {count} recipients, {settings.MAIL_MAX_RECIPIENTS} are allowed",
            code="mail_too_many_recipients",
            name="TooManyRecipients",
            hint="The site can allow more: OPENFLOW['MAIL_MAX_RECIPIENTS'].",
        )
    body = mail_body(options)
    message = EmailMultiAlternatives(
        subject=_line(chosen["subject"], option="subject"),
        body=body.text,
        from_email=_sender(chosen.get("from")),
        reply_to=_addresses(chosen.get("reply_to"), option="reply_to"),
        headers=_headers(context),
        to=recipients["to"],
        cc=recipients["cc"],
        bcc=recipients["bcc"],
    )
    if body.html:
        message.attach_alternative(body.html, "text/html")
    for host in sorted(_hosts(recipients)):
        context.before_sending(host, (chosen["subject"], body.text, body.html))
    _send(message, context=context)
    context.log("info", f"Mail sent to {count} recipients")
    return None


def _hosts(recipients: dict[str, list[str]]) -> set[str]:
    """Where the mail goes: the domains of everybody who gets it."""
    everybody = (address for addresses in recipients.values() for address in addresses)
    return {parseaddr(address)[1].rpartition("@")[2].lower() for address in everybody}


def _connection(context: OperationContext) -> Any:
    """The mail backend of the site; one that would wait for ever (SMTP without a timeout) gets an end."""
    mailers: Any = getattr(mail, "mailers", None)  # from Django 6.1 on
    connection: Any = mail.get_connection() if mailers is None else mailers.default
    if getattr(connection, "timeout", 0) is None:
        connection.timeout = min(PATIENCE_S, context.deadline_s or PATIENCE_S)
    return connection


def _send(message: EmailMultiAlternatives, *, context: OperationContext) -> None:
    try:
        taken = _connection(context).send_messages([message])
    # A backend is the site's choice, may be missing and may raise anything of its own.
    except Exception as error:
        raise OperationError(
            f"The mail was not sent: {type(error).__name__}", code="mail_not_sent", name="MailNotSent"
        ) from error
    if not taken:
        raise OperationError(
            "The mail backend did not take the mail", code="mail_not_sent", name="MailNotSent"
        )


def _headers(context: OperationContext) -> dict[str, str]:
    """The same message id for every attempt at the step: a repeated mail can be told from a new one."""
    if not context.idempotency_key:
        return {}
    key = digest(context.idempotency_key)[:32]
    domain = parseaddr(django_settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return {"Message-ID": f"<{key}@{domain}>", "X-Idempotency-Key": key}


def _addresses(given: Any, *, option: str) -> list[str]:
    """Each address, with or without a name."""
    texts = [given] if isinstance(given, str) else given or []
    return [
        address
        for text in texts
        if text.strip()
        for address in _read(_line(text, option=option), option=option)
    ]


def _read(text: str, *, option: str) -> list[str]:
    """The addresses of one text. The parser guesses at broken ones; what it made up is refused."""
    pairs = getaddresses([text])
    if text.count("<") != text.count(">") or not all(address in text for _name, address in pairs):
        raise _invalid(f"{option} holds something that is no e-mail address")
    return [_address(pair, option=option) for pair in pairs]


def _sender(given: str | None) -> str | None:
    found = _addresses(given, option="from")
    if len(found) > 1:
        raise _invalid("from holds more than one address")
    return found[0] if found else None


def _address(pair: tuple[str, str], *, option: str) -> str:
    try:
        validate_email(pair[1])
    except ValidationError as error:
        raise _invalid(f"{option} holds something that is no e-mail address") from error
    return formataddr(pair)


def _line(text: str, *, option: str) -> str:
    if any(character in text for character in "\r\n\0"):
        raise _invalid(f"{option} holds a line break")
    return text


def _invalid(reason: str) -> OperationError:
    return OperationError(f"The mail is refused: {reason}", code="mail_invalid", name="MailInvalid")
