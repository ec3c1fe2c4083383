"""The one module that decides who may do what. Admin, API, commands and services all ask here.

A right counts when the user holds it for every object or, through an authentication backend that knows object
permissions, for this one. A right on runs may be held on the run or on its flow. Inactive users and anonymous
visitors may do nothing; superusers may do everything.
"""

from typing import Literal, TypeAlias

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from openflow_django.exceptions import OpenFlowError
from openflow_django.models import Flow, Resource, ResourceType, Run, Script, Variable

__all__ = [
    "PYTHON",
    "Action",
    "NotPermitted",
    "User",
    "can_approve",
    "can_assign_run_as",
    "can_author",
    "can_cancel",
    "can_change_triggers",
    "can_create",
    "can_delete",
    "can_edit",
    "can_manage",
    "can_manage_variable",
    "can_publish",
    "can_replay",
    "can_run",
    "can_view_flow",
    "can_view_payload",
    "can_view_run",
    "require",
    "visible_flows",
    "visible_runs",
]

User: TypeAlias = AbstractBaseUser | AnonymousUser
"""Any user a request can carry."""

Action: TypeAlias = Literal["add", "change", "delete", "view"]
"""What Django's own permissions distinguish."""

VIEW_FLOW = "openflow.view_flow"
CHANGE_FLOW = "openflow.change_flow"
VIEW_RUN = "openflow.view_run"
PYTHON = "python3"
"""The language that takes a right of its own to write."""


class NotPermitted(OpenFlowError, PermissionDenied):
    """The user may not do this. Django's views answer it with 403."""

    code = "not_permitted"


def require(allowed: bool, action: str) -> None:  # noqa: FBT001
    """Do nothing when ``allowed``.

    Raises:
        NotPermitted: otherwise, naming ``action``, a translated phrase such as "publish this flow".
    """
    if not allowed:
        raise NotPermitted(
            _("You may not %(action)s.") % {"action": action},
            hint=_("Ask an administrator for the permission."),
        )


def can_create(user: User) -> bool:
    """Whether the user may create flows."""
    return _holds(user, "openflow.add_flow")


def can_view_flow(user: User, flow: Flow) -> bool:
    """Whether the user may see the flow, its draft, versions and triggers."""
    return _holds(user, VIEW_FLOW, flow) or _holds(user, CHANGE_FLOW, flow)


def can_edit(user: User, flow: Flow) -> bool:
    """Whether the user may save drafts of the flow and describe it."""
    return _holds(user, CHANGE_FLOW, flow)


def can_publish(user: User, flow: Flow) -> bool:
    """Whether the user may make a draft live, and switch the flow on and off."""
    return _holds(user, "openflow.publish_flow", flow)


def can_delete(user: User, flow: Flow) -> bool:
    """Whether the user may delete the flow. What is live takes the right to publish as well."""
    return _holds(user, "openflow.delete_flow", flow) and (not flow.is_live or can_publish(user, flow))


def can_change_triggers(user: User, flow: Flow) -> bool:
    """Whether the user may change what starts the flow. For a live flow that is a form of publishing."""
    return can_publish(user, flow) if flow.is_live else can_edit(user, flow)


def can_assign_run_as(user: User, flow: Flow, acting: User | None) -> bool:
    """Whether the user may let the flow act as ``acting``, None for nobody and for whoever starts a run.

    A publisher may lend the flow their own rights. Lending those of another takes a right of its own, and
    those of a superuser only a superuser lends.
    """
    if not can_publish(user, flow):
        return False
    if acting is None or acting.pk == user.pk:
        return True
    if getattr(acting, "is_superuser", False):
        return bool(user.is_active and getattr(user, "is_superuser", False))
    return _holds(user, "openflow.assign_run_as", flow)


def can_run(user: User, flow: Flow) -> bool:
    """Whether the user may start the flow by hand or through the API."""
    return _holds(user, "openflow.run_flow", flow)


def can_view_run(user: User, run: Run) -> bool:
    """Whether the user may see the run and its steps, without payloads. Whoever started it may."""
    return _started(user, run) or _holds_on_run(user, VIEW_RUN, run)


def can_view_payload(user: User, run: Run) -> bool:
    """Whether the user may see inputs, results, errors and logs of the run."""
    return _holds_on_run(user, "openflow.view_payload", run)


def can_cancel(user: User, run: Run) -> bool:
    """Whether the user may stop the run."""
    return _holds_on_run(user, "openflow.cancel_run", run)


def can_replay(user: User, run: Run) -> bool:
    """Whether the user may run it again, from the start or from a step."""
    return _holds_on_run(user, "openflow.replay_run", run)


def can_approve(user: User, run: Run) -> bool:
    """Whether the user may resume or refuse the waiting run. The step may name further conditions."""
    return _holds_on_run(user, "openflow.approve_run", run)


def can_manage(
    user: User, action: Action, target: Resource | ResourceType | Script | Variable | type[Model]
) -> bool:
    """Whether the user may do this to a resource, a type, a script or a plain variable; to any where
    ``target`` is a class. Who
    may change may look."""
    obj = None if isinstance(target, type) else target
    return any(
        _holds(user, f"openflow.{one}_{target._meta.model_name}", obj)
        for one in ((action, "change") if action == "view" else (action,))
    )


def can_manage_variable(
    user: User, action: Action, variable: Variable | None = None, *, is_secret: bool | None = None
) -> bool:
    """Whether the user may do this to a variable: a secret one takes the right to manage secrets.

    ``is_secret`` says what the variable is to become, where it is not that already. Whoever may look at
    variables sees secrets too, but never their values.
    """
    secret = variable.is_secret if is_secret is None and variable is not None else bool(is_secret)
    manages = _holds(user, "openflow.manage_secrets", variable)
    if secret and action != "view":
        return manages
    return can_manage(user, action, variable or Variable) or (action == "view" and manages)


def can_author(user: User, language: str) -> bool:
    """Whether the user may write scripts in this language: Python takes a right of its own."""
    return language != PYTHON or _holds(user, "openflow.author_python")


def visible_flows(user: User) -> QuerySet[Flow]:
    """The flows for which :func:`can_view_flow` holds. Every list, search and export of flows starts here."""
    flows = Flow.objects.all()
    if _holds(user, VIEW_FLOW) or _holds(user, CHANGE_FLOW):
        return flows
    if not _knows_objects(user):
        return flows.none()
    return flows.filter(pk__in=[flow.pk for flow in flows.defer("draft") if can_view_flow(user, flow)])


def visible_runs(user: User) -> QuerySet[Run]:
    """The runs a user may list: all, or those of flows they hold the right on, and those they started."""
    runs = Run.objects.all()
    if _holds(user, VIEW_RUN):
        return runs
    if not user.is_active:
        return runs.none()
    own = Q(started_by=user.pk)
    if not _knows_objects(user):
        return runs.filter(own)
    flows = [flow.pk for flow in Flow.objects.defer("draft") if _holds(user, VIEW_RUN, flow)]
    return runs.filter(own | Q(flow__in=flows))


def _holds(user: User, permission: str, obj: Model | None = None) -> bool:
    # Backends that know no objects deny when they are given one, so both questions are asked.
    has_perm = getattr(user, "has_perm", None)
    if has_perm is None or not user.is_active:
        return False
    return bool(has_perm(permission) or (obj is not None and has_perm(permission, obj)))


def _holds_on_run(user: User, permission: str, run: Run) -> bool:
    if _holds(user, permission, run):
        return True
    return run.flow_id is not None and _knows_objects(user) and _holds(user, permission, run.flow)


def _started(user: User, run: Run) -> bool:
    return bool(user.is_active and run.started_by_id is not None and run.started_by_id == user.pk)


def _knows_objects(user: User) -> bool:
    """Whether a backend beyond those of Django is installed: permissions may depend on the object."""
    own = "django.contrib.auth.backends"
    return bool(user.is_active) and any(type(backend).__module__ != own for backend in get_backends())
