"""Links with which people answer a waiting run: a signed, expiring token, and the address of its page.

A token is its own proof: nothing of it is stored. It stands for one answer to one step of one run, and may be
made before the step begins to wait.
"""

from dataclasses import dataclass
from typing import Final

from django.core import signing
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from openflow_django.conf import settings
from openflow_django.exceptions import OpenFlowError

__all__ = ["LinkImpossible", "LinkInvalid", "Ticket", "page_url", "read_token", "token_of"]

SALT: Final = "openflow.approval"


class LinkInvalid(OpenFlowError):
    """The token is forged, damaged or too old."""

    code = "link_invalid"


class LinkImpossible(OpenFlowError):
    """The site does not say where it is found, or has no page to link to."""

    code = "link_impossible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a token stands for. ``run_id`` is the public id of the run, ``path`` that of the step that waits,
    ``approver`` the name it was made for, empty for whoever has it.
    """

    run_id: str
    path: str
    approver: str = ""


def token_of(ticket: Ticket) -> str:
    """The token of a ticket, valid from now for the setting ``APPROVAL_LINK_S``."""
    return signing.dumps([ticket.run_id, ticket.path, ticket.approver], salt=SALT, compress=True)


def read_token(token: str) -> Ticket:
    """The ticket behind a token. Raises LinkInvalid."""
    try:
        run_id, path, approver = signing.loads(token, salt=SALT, max_age=settings.APPROVAL_LINK_S)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkInvalid(_("This link is not valid any more.")) from error
    return Ticket(run_id=run_id, path=path, approver=approver)


def page_url(token: str) -> str:
    """The whole address of the page for a token, as a mail can carry it.

    It begins with the setting ``SITE_URL``: a name that a request brought along is never believed. Raises
    LinkImpossible.
    """
    site = settings.SITE_URL.rstrip("/")
    if not site:
        raise LinkImpossible(
            "The site does not say where people find it, so there are no links to it.",
            hint="Set OPENFLOW['SITE_URL'], for example to https://shop.example.com.",
        )
    try:
        return site + reverse("openflow:approval", args=(token,))
    except NoReverseMatch as error:
        raise LinkImpossible(
            "The site has no page for approvals.",
            hint='Add path("openflow/", include("openflow_django.urls")) to its addresses.',
        ) from error
