"""Flows: created, described, drafted, published, switched on and off, deleted."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.conf import settings
from openflow_django.models import Flow, FlowStatus, FlowVersion, Run, RunAs
from openflow_django.models.flow import minimal_document
from openflow_django.permissions import User
from openflow_django.services import audit, runs
from openflow_django.services.database import home
from openflow_django.services.documents import validate_for_publishing
from openflow_django.services.errors import DraftConflict, FieldsInvalid, FlowNotLive, RunFinal
from openflow_django.services.python_steps import require_author
from openflow_django.signals import draft_saved, flow_created, flow_published, flow_status_changed
from openflow_django.spec.issues import DocumentInvalid, Issue, errors
from openflow_django.spec.json import JsonInvalid, JsonObject, normalise
from openflow_django.spec.json import digest as digest_of

__all__ = [
    "activate",
    "create_flow",
    "deactivate",
    "delete_flow",
    "publish",
    "save_draft",
    "set_run_as",
    "update_flow",
]


def create_flow(
    *,
    path: str,
    name: str,
    user: User | None,
    document: Any = None,
    description: str = "",
    icon: str = "",
    color: str = "",
) -> Flow:
    """A new flow: inactive, unpublished, its draft ``document`` or the smallest there is.

    Raises:
        NotPermitted: the user may not create flows, or not write the Python in the document.
        FieldsInvalid: path, name, icon or color is not accepted, or the path is taken.
        DocumentInvalid: the document is no JSON object, or is too large or too deep.
    """
    if user is not None:
        permissions.require(permissions.can_create(user), _("create flows"))
    require_author(user, document)
    flow = Flow(
        path=path,
        name=name,
        description=description,
        icon=icon,
        color=color,
        draft=minimal_document() if document is None else _draft(document),
        draft_updated_by=audit.person(user),
        created_by=audit.person(user),
    )
    alias = home()
    with _one_path(), transaction.atomic(using=alias):
        _clean(flow)
        flow.save(using=alias, force_insert=True)
        audit.log(flow, user=user, message=_("Created."), flag=audit.ADDITION)
        flow_created.send(Flow, flow=flow, user=user)
    return flow


def update_flow(
    flow: Flow,
    *,
    user: User | None,
    path: str | None = None,
    name: str | None = None,
    description: str | None = None,
    icon: str | None = None,
    color: str | None = None,
) -> Flow:
    """Change how a flow is called and shown; what is None stays.

    Raises:
        NotPermitted: the user may not edit the flow. A live flow's path, by which others call it, takes
        publishing. FieldsInvalid: a value is not accepted, or the path is taken.
    """
    if user is not None:
        renames = path is not None and path != flow.path and flow.is_live
        allowed = permissions.can_publish(user, flow) if renames else permissions.can_edit(user, flow)
        permissions.require(allowed, _("change this flow"))
    given = {"path": path, "name": name, "description": description, "icon": icon, "color": color}
    changes = {
        field: value for field, value in given.items() if value is not None and value != getattr(flow, field)
    }
    if not changes:
        return flow
    changed = copy(flow)
    for field, value in changes.items():
        setattr(changed, field, value)
    alias = home()
    with _one_path(), transaction.atomic(using=alias):
        _clean(changed)
        changed.save(using=alias, update_fields=[*changes, "updated_at"])
        audit.log(changed, user=user, message=_("Changed %(fields)s.") % {"fields": ", ".join(changes)})
    flow.refresh_from_db(using=alias, fields=[*changes, "updated_at"])
    return flow


def set_run_as(flow: Flow, *, user: User | None, run_as: RunAs, run_as_user: User | None = None) -> Flow:
    """Choose under whose rights the flow acts. ``run_as_user`` is given exactly when ``run_as`` is ``USER``.

    Raises:
        NotPermitted: the user may not lend these rights, see ``permissions.can_assign_run_as``.
        FieldsInvalid: the acting user is missing or superfluous.
    """
    if (run_as == RunAs.USER) != (run_as_user is not None):
        raise FieldsInvalid({"run_as_user": [_("Choose a user exactly when the flow acts as one.")]})
    if user is not None:
        allowed = permissions.can_assign_run_as(user, flow, run_as_user)
        permissions.require(allowed, _("let this flow act under these rights"))
    alias = home()
    with transaction.atomic(using=alias):
        flow.run_as = run_as
        flow.run_as_user = audit.person(run_as_user)
        flow.save(using=alias, update_fields=["run_as", "run_as_user", "updated_at"])
        acting = run_as_user.get_username() if run_as_user is not None else RunAs(run_as).label
        audit.log(flow, user=user, message=_("Acts as %(who)s.") % {"who": acting})
    return flow


def save_draft(flow: Flow, *, document: Any, revision: int, user: User | None) -> Flow:
    """Replace the draft that the editor saw at ``revision``. A draft may be unfinished; publishing judges it.

    Raises:
        NotPermitted: the user may not edit the flow, or not write the Python that is new in the document.
        DocumentInvalid: the document is no JSON object, or is too large or too deep.
        DraftConflict: somebody saved the draft meanwhile.
    """
    if user is not None:
        permissions.require(permissions.can_edit(user, flow), _("edit this flow"))
    draft, now, alias = _draft(document), timezone.now(), home()
    require_author(user, draft, before=flow.draft)
    with transaction.atomic(using=alias):
        saved = Flow.objects.using(alias).filter(pk=flow.pk, draft_revision=revision)
        if not saved.update(
            draft=draft,
            draft_revision=F("draft_revision") + 1,
            draft_updated_at=now,
            draft_updated_by=audit.person(user),
            updated_at=now,
        ):
            raise DraftConflict(Flow.objects.using(alias).get(pk=flow.pk))
        flow.refresh_from_db(using=alias)
        audit.log(
            flow, user=user, message=_("Draft saved, revision %(revision)d.") % {"revision": revision + 1}
        )
        draft_saved.send(Flow, flow=flow, user=user)
    return flow


def publish(flow: Flow, *, digest: str, user: User | None, note: str = "") -> FlowVersion:
    """Make the draft whose digest (``spec.json.digest``) the publisher saw the version that runs from now on.

    Publishing what is published already changes nothing and returns that version.

    Raises:
        NotPermitted: the user may not publish the flow.
        DraftConflict: the draft is another than the one seen.
        DocumentInvalid: the draft has errors.
    """
    if user is not None:
        permissions.require(permissions.can_publish(user, flow), _("publish this flow"))
    alias = home()
    with transaction.atomic(using=alias):
        flows = Flow.objects.using(alias)
        current = flows.select_for_update().get(pk=flow.pk)
        if digest_of(current.draft) != digest:
            raise DraftConflict(current)
        live = current.published_version
        if live is not None and live.digest == digest:
            return live
        issues = validate_for_publishing(current)
        if errors(issues):
            raise DocumentInvalid(issues)
        last = current.versions.aggregate(number=Max("number"))["number"] or 0
        version = FlowVersion(
            flow=current,
            number=last + 1,
            document=current.draft,
            digest=digest,
            note=note,
            created_by=audit.person(user),
        )
        version.save(using=alias, force_insert=True)
        # Where rows cannot be locked, the revision tells whether the draft moved since it was read.
        if not flows.filter(pk=flow.pk, draft_revision=current.draft_revision).update(
            published_version=version, updated_at=timezone.now()
        ):
            raise DraftConflict(flows.get(pk=flow.pk))
        flow.refresh_from_db(using=alias)
        audit.log(flow, user=user, message=_("Published version %(number)d.") % {"number": version.number})
        flow_published.send(Flow, flow=flow, version=version, user=user)
    return version


def activate(flow: Flow, *, user: User | None) -> Flow:
    """Let triggers start the flow.

    Raises:
        NotPermitted: the user may not publish the flow.
        FlowNotLive: it was never published.
    """
    if flow.published_version_id is None:
        raise FlowNotLive(_("The flow has no published version."), hint=_("Publish the draft first."))
    return _switch(flow, FlowStatus.ACTIVE, user=user, message=_("Activated."))


def deactivate(flow: Flow, *, user: User | None) -> Flow:
    """Stop triggers from starting the flow. Runs that have begun go on.

    Raises:
        NotPermitted: the user may not publish the flow.
    """
    return _switch(flow, FlowStatus.INACTIVE, user=user, message=_("Deactivated."))


def delete_flow(flow: Flow, *, user: User | None) -> None:
    """Delete a flow with its versions, triggers and events. Open runs are canceled, the run log stays.

    Raises:
        NotPermitted: the user may not delete the flow.
    """
    if user is not None:
        permissions.require(permissions.can_delete(user, flow), _("delete this flow"))
    alias = home()
    with transaction.atomic(using=alias):
        for run in Run.objects.using(alias).filter(flow=flow, root=None, finished_at=None):
            try:
                runs.cancel(run, user=None, reason=_("The flow was deleted."))
            except RunFinal:
                continue
        audit.log(flow, user=user, message=_("Deleted."), flag=audit.DELETION)
        flow.delete(using=alias)


def _switch(flow: Flow, status: FlowStatus, *, user: User | None, message: str) -> Flow:
    if user is not None:
        permissions.require(permissions.can_publish(user, flow), _("switch this flow on or off"))
    if flow.status == status:
        return flow
    alias = home()
    with transaction.atomic(using=alias):
        flow.status = status
        flow.save(using=alias, update_fields=["status", "updated_at"])
        audit.log(flow, user=user, message=message)
        flow_status_changed.send(Flow, flow=flow, user=user)
    return flow


def _clean(flow: Flow) -> None:
    try:
        flow.full_clean(
            exclude=["draft", "published_version", "run_as_user", "created_by", "draft_updated_by"]
        )
    except ValidationError as error:
        raise FieldsInvalid.from_django(error) from error


def _draft(document: Any) -> JsonObject:
    """What may be stored as a draft: any JSON object within the limits."""
    try:
        draft = normalise(document, max_bytes=settings.MAX_DOCUMENT_BYTES, max_depth=settings.MAX_JSON_DEPTH)
    except JsonInvalid as error:
        raise DocumentInvalid([Issue(error.path, code=error.code, message=error.message)]) from error
    if isinstance(draft, dict):
        return draft
    raise DocumentInvalid([Issue("", code="type", message="A flow document is a JSON object.")])


@contextmanager
def _one_path() -> Iterator[None]:
    """Two flows that take one path at the same time pass validation; the second meets the constraint."""
    try:
        yield
    except IntegrityError as error:
        raise FieldsInvalid({"path": [_("Another flow has this path.")]}) from error
