"""Variables: created, changed, deleted. The value of a secret goes in and never comes out again."""

import re
from collections.abc import Iterable
from copy import copy
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openflow_django import permissions
from openflow_django.conf import settings
from openflow_django.encryption import encrypt
from openflow_django.models import Flow, Variable
from openflow_django.permissions import User
from openflow_django.redaction import SHORTEST
from openflow_django.services import audit
from openflow_django.services.cleaning import clean, taken
from openflow_django.services.database import home
from openflow_django.services.errors import FieldsInvalid
from openflow_django.signals import variable_changed
from openflow_django.spec.json import JsonInvalid, normalise

__all__ = ["create_variable", "delete_variable", "update_variable"]

HOST = re.compile(r"\*|(\*\.)?[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")
MAX_HOSTS = 100
UNCHECKED = ("value", "sealed", "hosts", "flows", "created_by", "updated_by")


def create_variable(
    *,
    path: str,
    value: str,
    user: User | None,
    is_secret: bool = False,
    description: str = "",
    flows: Iterable[Flow] = (),
    hosts: Iterable[str] = (),
) -> Variable:
    """A new variable.

    ``flows`` are those that may read it: with none, a plain variable is open to every flow and a secret one
    to no flow. ``hosts`` are those that a secret may be sent to: ``api.example.com``, ``*.example.com`` for
    every name below, ``*`` for all.

    Raises:
        NotPermitted: the user may not add variables, or may not manage secrets.
        FieldsInvalid: the path is taken or none, the value is too long, or too short for a secret, a host is
        none.
    """
    if user is not None:
        allowed = permissions.can_manage_variable(user, "add", is_secret=is_secret)
        permissions.require(allowed, _("create this variable"))
    variable = Variable(
        path=path,
        is_secret=is_secret,
        description=description,
        hosts=_hosts(hosts) if is_secret else [],
        created_by=audit.person(user),
        updated_by=audit.person(user),
    )
    _put(variable, value)
    with taken("path", message=_("Another variable has this path.")), transaction.atomic(using=home()):
        clean(variable, exclude=UNCHECKED)
        variable.save(using=home(), force_insert=True)
        variable.flows.set(flows)
        audit.log(variable, user=user, message=_("Created."), flag=audit.ADDITION)
        variable_changed.send(Variable, variable=variable, change="created", user=user)
    return variable


def update_variable(
    variable: Variable,
    *,
    user: User | None,
    path: str | None = None,
    value: str | None = None,
    is_secret: bool | None = None,
    description: str | None = None,
    flows: Iterable[Flow] | None = None,
    hosts: Iterable[str] | None = None,
) -> Variable:
    """Change a variable; what is None stays.

    A secret that becomes plain needs a new value: its old one is not shown, not even this way.

    Raises:
        NotPermitted: the user may not change the variable, or may not manage secrets.
        FieldsInvalid: as in :func:`create_variable`.
    """
    secret = variable.is_secret if is_secret is None else is_secret
    if user is not None:
        allowed = permissions.can_manage_variable(user, "change", variable) and (
            not secret or permissions.can_manage_variable(user, "change", variable, is_secret=True)
        )
        permissions.require(allowed, _("change this variable"))
    changed = copy(variable)
    changed.path = variable.path if path is None else path
    changed.description = variable.description if description is None else description
    changed.is_secret, changed.updated_by = secret, audit.person(user)
    changed.hosts = [] if not secret else variable.hosts if hosts is None else _hosts(hosts)
    if value is None and secret != variable.is_secret:
        if not secret:
            raise FieldsInvalid({"value": [_("Enter a value: that of a secret is never shown again.")]})
        value = variable.value
    if value is not None:
        _put(changed, value)
    chosen = None if flows is None else list(flows)
    with taken("path", message=_("Another variable has this path.")), transaction.atomic(using=home()):
        clean(changed, exclude=UNCHECKED)
        names = _changes(variable, changed, new_value=value is not None, flows=chosen)
        changed.save(using=home())
        if chosen is not None:
            changed.flows.set(chosen)
        if names:
            audit.log(changed, user=user, message=_("Changed %(fields)s.") % {"fields": ", ".join(names)})
        variable_changed.send(Variable, variable=changed, change="updated", user=user)
    variable.refresh_from_db(using=home())
    return variable


def delete_variable(variable: Variable, *, user: User | None) -> None:
    """Delete a variable. Flows that read it will fail.

    Raises:
        NotPermitted: the user may not delete the variable, or may not manage secrets.
    """
    if user is not None:
        allowed = permissions.can_manage_variable(user, "delete", variable)
        permissions.require(allowed, _("delete this variable"))
    with transaction.atomic(using=home()):
        audit.log(variable, user=user, message=_("Deleted."), flag=audit.DELETION)
        variable_changed.send(Variable, variable=variable, change="deleted", user=user)
        variable.delete(using=home())


def _put(variable: Variable, value: Any) -> None:
    """Set the value, encrypted where the variable is secret. Messages never repeat it."""
    problem = _problem(value, is_secret=variable.is_secret)
    if problem:
        raise FieldsInvalid({"value": [problem]})
    variable.value = "" if variable.is_secret else value
    variable.sealed = encrypt(value) if variable.is_secret else ""


def _problem(value: Any, *, is_secret: bool) -> str:
    if not isinstance(value, str):
        return _("The value of a variable is a text.")
    most = settings.MAX_VARIABLE_BYTES
    try:
        if normalise(value, max_bytes=6 * most, max_depth=1) != value:
            return _("The value holds characters that cannot be stored.")
    except JsonInvalid:
        return _("The value is too long.")
    if len(value.encode()) > most:
        return _("The value is longer than %(most)d bytes.") % {"most": most}
    least = max(SHORTEST, settings.SECRET_MIN_LENGTH)
    if is_secret and len(value.strip()) < least:
        return ngettext(
            "A secret has at least %(least)d character: a shorter one would be found everywhere in logs.",
            "A secret has at least %(least)d characters: a shorter one would be found everywhere in logs.",
            least,
        ) % {"least": least}
    return ""


def _hosts(given: Iterable[str]) -> list[str]:
    """The hosts in small letters, each once."""
    hosts = list(dict.fromkeys(_host(host) for host in given))
    if len(hosts) > MAX_HOSTS:
        raise FieldsInvalid({"hosts": [_("Name at most %(most)d hosts.") % {"most": MAX_HOSTS}]})
    return hosts


def _host(given: Any) -> str:
    name = given.strip().rstrip(".") if isinstance(given, str) else ""
    try:
        # Star and dots are kept by the codec; what it cannot encode is no name of a host.
        name = ".".join(part.encode("idna").decode() if part != "*" else part for part in name.split("."))
    except UnicodeError:
        name = ""
    if not HOST.fullmatch(name.lower()) or ".." in name:
        message = _("%(host)s is not the name of a host. Write it like api.example.com or *.example.com.")
        raise FieldsInvalid({"hosts": [message % {"host": given}]})
    return name.lower()


def _changes(before: Variable, after: Variable, *, new_value: bool, flows: list[Flow] | None) -> list[str]:
    """The names of what changes, for the history."""
    names = [
        name
        for name in ("path", "is_secret", "description", "hosts")
        if getattr(before, name) != getattr(after, name)
    ]
    if new_value and (after.is_secret or before.value != after.value):
        names.append("value")
    if flows is not None and {flow.pk for flow in flows} != set(before.flows.values_list("pk", flat=True)):
        names.append("flows")
    return names
