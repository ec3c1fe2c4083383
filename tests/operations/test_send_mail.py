"""``send_mail``: what goes out, what is refused, and that a failed delivery fails the step."""

import socket
import time
from typing import Any

import django
import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from openflow_django.operations import OperationContext, OperationError, operations


class Refusing(BaseEmailBackend):
    def send_messages(self, email_messages):
        raise ConnectionRefusedError("smtp.internal:25 user=ada password=hunter2")


class Deaf(BaseEmailBackend):
    def send_messages(self, email_messages):
        return 0


def send(step, **options):
    return step.run("send_mail", **{"to": "ada@example.com", "subject": "Hello", "text": "Body", **options})


def deliver_with(settings, backend, **options):
    """The site's mail goes through ``backend``, however this Django is told."""
    if django.VERSION >= (6, 1):
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": options}}
        return
    settings.EMAIL_BACKEND = backend
    for name, value in options.items():
        setattr(settings, f"EMAIL_{name.upper()}", value)


def refused(step, **options):
    error = step.fail("send_mail", **{"to": "ada@example.com", "subject": "Hello", "text": "Body", **options})
    assert mail.outbox == []
    return error


def test_a_plain_mail(step):
    assert send(step) is None
    message: Any = mail.outbox[0]
    assert (message.to, message.subject, message.body) == (["ada@example.com"], "Hello", "Body")
    assert message.from_email == "shop@example.com"
    assert message.alternatives == []
    assert step.logged == [("info", "Mail sent to 1 recipients")]


def test_everything_a_mail_can_have(step):
    send(
        step,
        to=["ada@example.com", "Ben Bitdiddle <ben@example.com>"],
        cc='"Doe, John" <john@example.com>, eve@example.com',
        bcc="secret@example.com",
        reply_to="answers@example.com",
        **{"from": "Shop <orders@example.com>"},
        html="<b>Body</b>",
    )
    message: Any = mail.outbox[0]
    assert message.to == ["ada@example.com", "Ben Bitdiddle <ben@example.com>"]
    assert message.cc == ['"Doe, John" <john@example.com>', "eve@example.com"]
    assert message.bcc == ["secret@example.com"]
    assert message.reply_to == ["answers@example.com"]
    assert message.from_email == "Shop <orders@example.com>"
    assert [tuple(part) for part in message.alternatives] == [("<b>Body</b>", "text/html")]
    assert "Bcc" not in message.message()


def test_html_goes_out_only_where_it_is_given_as_such(step):
    send(step, text="<b>not bold</b>")
    sent = mail.outbox[0].message()
    assert sent.get_content_type() == "text/plain"


def test_names_and_subjects_may_hold_any_letters(step):
    send(step, to="Jörg Öztürk <joerg@example.com>", subject="Grüße €")
    sent = mail.outbox[0].message()
    assert "joerg@example.com" in sent["To"]
    assert mail.outbox[0].subject == "Grüße €"
    assert sent.as_bytes().isascii()


def test_every_attempt_at_a_step_sends_the_same_message_id(step):
    send(step, idempotency_key="run-1/a")
    send(step, idempotency_key="run-1/a")
    send(step, idempotency_key="run-1/b")
    send(step)
    first, second, other, without = [message.message()["Message-ID"] for message in mail.outbox]
    assert first == second
    assert first.endswith("@example.com>")
    assert len({first, other, without}) == 3
    keys = [message.message()["X-Idempotency-Key"] for message in mail.outbox]
    assert keys[0] == keys[1] != keys[2]
    assert keys[3] is None


@pytest.mark.parametrize("option", ["to", "cc", "bcc", "reply_to", "from", "subject"])
@pytest.mark.parametrize("line_break", ["\r\nBcc: all@example.com", "\nX: y", "\rX: y", "\0", "\r\n\r\nbody"])
def test_line_breaks_in_headers_are_refused(step, option, line_break):
    assert refused(step, **{option: f"ada@example.com{line_break}"}).code == "mail_invalid"


@pytest.mark.parametrize(
    "address",
    [
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@exa mple.com",
        "<ada@example.com",
        "ada@-x.com",
        ",;",
    ],
)
def test_what_is_no_address_is_refused(step, address):
    for option in ("to", "cc", "bcc", "reply_to", "from"):
        error = refused(step, **{option: address})
        assert error.code == "mail_invalid"
        assert address not in error.message or address in ("@", ",;")


def test_a_sender_is_one_address(step):
    assert refused(step, **{"from": "a@example.com, b@example.com"}).code == "mail_invalid"


@pytest.mark.parametrize("to", [None, "", "  ", [], [""]])
def test_a_mail_needs_a_recipient(step, to):
    assert refused(step, to=to).code == "mail_invalid"
    mail.outbox.clear()
    send(step, to=to, bcc="ada@example.com")
    assert mail.outbox[0].recipients() == ["ada@example.com"]
    mail.outbox.clear()


@pytest.mark.parametrize(("count", "fits"), [(3, True), (4, False)])
def test_recipients_of_every_kind_count_towards_the_cap(step, settings, count, fits):
    settings.OPENFLOW = {"MAIL_MAX_RECIPIENTS": 3}
    cc = [f"c{number}@example.com" for number in range(count - 2)]
    if fits:
        send(step, cc=cc, bcc="b@example.com")
        assert len(mail.outbox[0].recipients()) == 3
    else:
        assert refused(step, cc=cc, bcc="b@example.com").code == "mail_too_many_recipients"


def test_a_thousand_recipients_are_refused_by_default(step):
    error = refused(step, to=[f"a{number}@example.com" for number in range(1000)])
    assert error.code == "mail_too_many_recipients"


@pytest.mark.parametrize("backend", ["Refusing", "Deaf", "Missing"])
def test_a_mail_that_is_not_taken_fails_the_step(step, settings, backend):
    deliver_with(settings, f"{__name__}.{backend}")
    error = refused(step)
    assert error.code == "mail_not_sent"
    assert "hunter2" not in str(error.as_dict())


def test_a_silent_mail_server_ends_in_time(settings):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        deliver_with(settings, "django.core.mail.backends.smtp.EmailBackend", host=host, port=port)
        options = {"to": "ada@example.com", "subject": "Hello"}
        began = time.monotonic()
        with pytest.raises(OperationError) as raised:
            operations.get("send_mail").perform(options, context=OperationContext(deadline_s=0.2))
    assert raised.value.code == "mail_not_sent"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "options", [{"subject": None}, {"subject": 5}, {"subject": "x" * 999}, {"text": {}}, {"attachments": []}]
)
def test_options_that_do_not_fit(step, options):
    assert refused(step, **options).code == "invalid_options"
