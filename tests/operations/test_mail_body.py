"""Bodies of mails: text, HTML, Markdown, templates of the site."""

from typing import Any

import pytest
from django.core import mail

from openflow_django.operations import OperationContext, operations
from openflow_django.operations.mail_body import MailBody, mail_body

TEMPLATES = {
    "openflow/mail/order.html": "<h1>Order {{ number }}</h1>\n\n\n\n<p>{{ note }}</p>",
    "openflow/mail/both.html": "<p>{{ a }}</p>",
    "openflow/mail/both.txt": "plain {{ a }}",
    "openflow/mail/shop/paid.html": "paid",
    "openflow/mail/broken.html": "{% if %}",
    "openflow/mail/failing.html": '{% include "nowhere.html" %}',
    "openflow/secret.html": "secret",
    "admin.html": "secret",
}


@pytest.fixture
def templates(settings):
    loaders = [("django.template.loaders.locmem.Loader", TEMPLATES)]
    backend = "django.template.backends.django.DjangoTemplates"
    settings.TEMPLATES = [{"BACKEND": backend, "OPTIONS": {"loaders": loaders}}]


def send(step, **options) -> Any:
    step.run("send_mail", to="ada@example.com", subject="Hello", **options)
    return mail.outbox[-1]


def test_markdown_goes_out_as_text_and_html(step):
    message = send(step, markdown="**Hi** Ada\n\n* one\n* two")
    assert message.body == "**Hi** Ada\n\n* one\n* two"
    [alternative] = message.alternatives
    assert tuple(alternative) == (
        "<p><strong>Hi</strong> Ada</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n",
        "text/html",
    )


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("~~old~~", "<p><s>old</s></p>\n"),
        ({"a": [1, None]}, "<p>{&quot;a&quot;:[1,null]}</p>\n"),
        (5, "<p>5</p>\n"),
    ],
)
def test_what_markdown_becomes(markdown, html):
    assert mail_body({"markdown": markdown}).html == html


def test_html_that_is_no_text_is_json():
    assert mail_body({"html": {"ö": 1}}) == MailBody("", '{"ö":1}')
    assert mail_body({"html": "<b>", "text": "b"}) == MailBody("b", "<b>")
    assert mail_body({"text": "b"}) == MailBody("b")


def test_a_template_is_rendered_with_its_data(templates):
    options = {
        "to": "a@example.com",
        "subject": "x",
        "template": "order",
        "data": {"number": 7, "note": "<b>"},
    }
    operations.get("send_mail").perform(options, context=OperationContext())
    message: Any = mail.outbox[-1]
    assert message.alternatives[0][0] == "<h1>Order 7</h1>\n\n\n\n<p>&lt;b&gt;</p>"
    assert message.body == "Order 7\n\n<b>"


def test_a_template_may_have_a_plain_text_beside_it(templates):
    assert mail_body({"template": "both", "data": {"a": 1}}) == MailBody("plain 1", "<p>1</p>")
    assert mail_body({"template": "both", "text": "own"}).text == "own"
    assert mail_body({"template": "shop/paid"}).html == "paid"


@pytest.mark.parametrize(
    "name", ["nothing", "../secret", "/admin", "../../admin", "order.html", "a//b", "order\n", "order/", "."]
)
def test_only_templates_of_the_folder_are_found(step, templates, name):
    error = step.fail("send_mail", to="ada@example.com", subject="x", template=name)
    assert error.code == "mail_template_missing"
    assert mail.outbox == []


@pytest.mark.parametrize("name", ["broken", "failing"])
def test_a_template_that_can_not_be_rendered_fails_the_step(step, templates, name):
    error = step.fail("send_mail", to="ada@example.com", subject="x", template=name)
    assert error.code == "mail_template_failed"


@pytest.mark.parametrize(
    "options",
    [
        {"html": "a", "markdown": "b"},
        {"markdown": "a", "template": "b"},
        {"html": "a", "template": "b"},
        {"text": "a", "markdown": "b"},
    ],
)
def test_a_mail_has_one_body(step, options):
    assert step.fail("send_mail", to="ada@example.com", subject="x", **options).code == "mail_invalid"


def test_empty_bodies_count_as_none(step):
    assert send(step, html="", markdown="", text="t").body == "t"
