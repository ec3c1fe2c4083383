"""Resources and their types: created, changed, deleted."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from openflow_django import permissions
from openflow_django.conf import settings
from openflow_django.models import Flow, Resource, ResourceType
from openflow_django.permissions import User
from openflow_django.services import audit
from openflow_django.services.cleaning import clean, taken
from openflow_django.services.database import home
from openflow_django.services.errors import FieldsInvalid
from openflow_django.services.resource_values import schema_problems, value_problems
from openflow_django.signals import resource_changed, resource_type_changed
from openflow_django.spec.json import Json, JsonInvalid, normalise

__all__ = [
    "create_resource",
    "create_resource_type",
    "delete_resource",
    "delete_resource_type",
    "update_resource",
    "update_resource_type",
]

TOLD = 5
"""Resources named that do not fit a changed type."""


def create_resource_type(
    *, name: str, user: User | None, schema: Json = None, description: str = ""
) -> ResourceType:
    """A new type. ``schema`` is a JSON Schema whose references stay inside it; empty, any value fits.

    Raises:
        NotPermitted: the user may not add types.
        FieldsInvalid: the name is taken or none, or the schema is none.
    """
    if user is not None:
        permissions.require(permissions.can_manage(user, "add", ResourceType), _("create resource types"))
    kind = ResourceType(name=name, schema=_schema(schema), description=description)
    with taken("name", message=_("Another type has this name.")), transaction.atomic(using=home()):
        clean(kind, exclude=("schema",))
        kind.save(using=home(), force_insert=True)
        audit.log(kind, user=user, message=_("Created."), flag=audit.ADDITION)
        resource_type_changed.send(ResourceType, resource_type=kind, change="created", user=user)
    return kind


def update_resource_type(
    kind: ResourceType,
    *,
    user: User | None,
    name: str | None = None,
    schema: Json = None,
    description: str | None = None,
) -> ResourceType:
    """Change a type; what is None stays (an empty object takes the schema away).

    Raises:
        NotPermitted: the user may not change the type.
        FieldsInvalid: as in :func:`create_resource_type`, or resources of the type would not fit any more.
    """
    if user is not None:
        permissions.require(permissions.can_manage(user, "change", kind), _("change this resource type"))
    changed = copy(kind)
    changed.name = kind.name if name is None else name
    changed.description = kind.description if description is None else description
    changed.schema = kind.schema if schema is None else _schema(schema)
    with taken("name", message=_("Another type has this name.")), transaction.atomic(using=home()):
        clean(changed, exclude=("schema",))
        if changed.schema != kind.schema:
            _require_fit(changed)
        changed.save(using=home())
        names = [
            name
            for name in ("name", "schema", "description")
            if getattr(kind, name) != getattr(changed, name)
        ]
        if names:
            audit.log(changed, user=user, message=_("Changed %(fields)s.") % {"fields": ", ".join(names)})
        resource_type_changed.send(ResourceType, resource_type=changed, change="updated", user=user)
    kind.refresh_from_db(using=home())
    return kind


def delete_resource_type(kind: ResourceType, *, user: User | None) -> None:
    """Delete a type that no resource has.

    Raises:
        NotPermitted: the user may not delete the type.
        FieldsInvalid: there are resources of this type.
    """
    if user is not None:
        permissions.require(permissions.can_manage(user, "delete", kind), _("delete this resource type"))
    if Resource.objects.using(home()).filter(type=kind).exists():
        message = _("There are resources of this type: delete them first, or give them another type.")
        raise FieldsInvalid({"__all__": [message]})
    with transaction.atomic(using=home()):
        audit.log(kind, user=user, message=_("Deleted."), flag=audit.DELETION)
        resource_type_changed.send(ResourceType, resource_type=kind, change="deleted", user=user)
        kind.delete(using=home())


def create_resource(
    *,
    path: str,
    type: ResourceType,
    value: Any,
    user: User | None,
    description: str = "",
    flows: Iterable[Flow] = (),
) -> Resource:
    """A new resource. ``flows`` are those that may read it, none for every flow.

    Raises:
        NotPermitted: the user may not add resources.
        FieldsInvalid: the path is taken or none, or the value does not fit the type.
    """
    if user is not None:
        permissions.require(permissions.can_manage(user, "add", Resource), _("create resources"))
    resource = Resource(
        path=path,
        type=type,
        value=_value(value, type),
        description=description,
        created_by=audit.person(user),
        updated_by=audit.person(user),
    )
    with taken("path", message=_("Another resource has this path.")), transaction.atomic(using=home()):
        clean(resource, exclude=("value", "created_by", "updated_by"))
        resource.save(using=home(), force_insert=True)
        resource.flows.set(flows)
        audit.log(resource, user=user, message=_("Created."), flag=audit.ADDITION)
        resource_changed.send(Resource, resource=resource, change="created", user=user)
    return resource


def update_resource(
    resource: Resource,
    *,
    user: User | None,
    path: str | None = None,
    type: ResourceType | None = None,
    value: Any = None,
    description: str | None = None,
    flows: Iterable[Flow] | None = None,
) -> Resource:
    """Change a resource; what is None stays.

    Raises:
        NotPermitted: the user may not change the resource.
        FieldsInvalid: as in :func:`create_resource`.
    """
    if user is not None:
        permissions.require(permissions.can_manage(user, "change", resource), _("change this resource"))
    changed = copy(resource)
    changed.path = resource.path if path is None else path
    changed.type = resource.type if type is None else type
    changed.description = resource.description if description is None else description
    changed.value = _value(resource.value if value is None else value, changed.type)
    changed.updated_by = audit.person(user)
    with taken("path", message=_("Another resource has this path.")), transaction.atomic(using=home()):
        clean(changed, exclude=("value", "created_by", "updated_by"))
        names = [
            name
            for name in ("path", "type_id", "value", "description")
            if getattr(resource, name) != getattr(changed, name)
        ]
        changed.save(using=home())
        if flows is not None:
            changed.flows.set(flows)
            names.append("flows")
        if names:
            told = ", ".join(name.removesuffix("_id") for name in names)
            audit.log(changed, user=user, message=_("Changed %(fields)s.") % {"fields": told})
        resource_changed.send(Resource, resource=changed, change="updated", user=user)
    resource.refresh_from_db(using=home())
    return resource


def delete_resource(resource: Resource, *, user: User | None) -> None:
    """Delete a resource. Flows that read it will fail.

    Raises:
        NotPermitted: the user may not delete the resource.
    """
    if user is not None:
        permissions.require(permissions.can_manage(user, "delete", resource), _("delete this resource"))
    with transaction.atomic(using=home()):
        audit.log(resource, user=user, message=_("Deleted."), flag=audit.DELETION)
        resource_changed.send(Resource, resource=resource, change="deleted", user=user)
        resource.delete(using=home())


def _schema(schema: Json) -> Json:
    found = schema_problems(schema or {})
    if found:
        raise FieldsInvalid({"schema": found})
    return schema or {}


def _value(value: Any, type: ResourceType) -> Json:
    try:
        stored = normalise(value, max_bytes=settings.MAX_VARIABLE_BYTES, max_depth=settings.MAX_JSON_DEPTH)
    except JsonInvalid as error:
        raise FieldsInvalid({"value": [error.message]}) from error
    found = value_problems(stored, type.schema)
    if found:
        raise FieldsInvalid({"value": found})
    return stored


def _require_fit(kind: ResourceType) -> None:
    resources = Resource.objects.using(home()).filter(type=kind)
    unfit = [
        path
        for path, value in resources.values_list("path", "value").iterator()
        if value_problems(value, kind.schema)
    ]
    if unfit:
        paths = ", ".join(unfit[:TOLD]) + ("…" if len(unfit) > TOLD else "")
        raise FieldsInvalid({"schema": [_("These resources would not fit: %(paths)s.") % {"paths": paths}]})
