"""What the commands have in common: how they are declared, who acts, what their exit codes mean."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Flow
from openflow_django.permissions import User
from openflow_django.services.database import home
from openflow_django.spec.issues import nearest

__all__ = [
    "CANNOT",
    "FOUND",
    "FlowCommand",
    "acting_user",
    "add_user_argument",
    "clear_errors",
    "fail",
    "flow_at",
]

FOUND = 1
"""Exit code: the command did its work and the answer is no: invalid, different, failed, partly refused."""

CANNOT = 2
"""Exit code: the command could not do its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCommand:
    """One command. ``run`` is given Django's command, for its streams and styles, and the parsed options."""

    name: str
    help: str | Promise
    add_arguments: Callable[[ArgumentParser], None]
    run: Callable[[BaseCommand, Mapping[str, Any]], None]


def fail(message: str, *, code: int = CANNOT) -> CommandError:
    """The error that ends the command with this exit code."""
    return CommandError(message, returncode=code)


@contextmanager
def clear_errors() -> Iterator[None]:
    """Errors of ours become errors of the command, with what to do next."""
    try:
        yield
    except OpenFlowError as error:
        raise fail(f"{error.message} {error.hint}".strip()) from error


def add_user_argument(parser: ArgumentParser, *, meaning: str) -> None:
    """``--user``; ``meaning`` says what the user is asked for."""
    parser.add_argument("--user", default="", metavar="NAME", help=meaning)


def acting_user(options: Mapping[str, Any]) -> User | None:
    """The user named by ``--user``, None when nobody is: then the command has every right, as its shell
    has."""
    name = options.get("user")
    if not name:
        return None
    model: Any = get_user_model()
    try:
        user = model._default_manager.get_by_natural_key(name)
    except model.DoesNotExist as error:
        raise fail(_("There is no user %(name)s.") % {"name": name}) from error
    if not user.is_active:
        raise fail(_("The user %(name)s is not active.") % {"name": name})
    return user


def flow_at(path: str) -> Flow:
    """The stored flow. Raises CommandError naming the nearest path."""
    flows = Flow.objects.using(home())
    flow = flows.select_related("published_version").filter(path=path).first()
    if flow is None:
        hint = nearest(path, flows.values_list("path", flat=True))
        raise fail(f"{_('There is no flow %(path)s.') % {'path': path}} {hint}".strip())
    return flow
