"""Which models, fields and objects a step may touch: what the site hides, and what the actor may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from django.apps import apps
from django.contrib.auth import get_permission_codename
from django.db import models
from django.utils import timezone

from openflow_django.conf import settings
from openflow_django.expressions.rules.variables import RuleContext
from openflow_django.operations.base import Actor, OperationContext, OperationError
from openflow_django.sensitive import is_sensitive_field, is_sensitive_model

__all__ = [
    "Access",
    "ModelClass",
    "Verb",
    "is_plural",
    "model_named",
    "readable",
    "readable_fields",
    "writable",
]

Verb: TypeAlias = Literal["add", "view", "change", "delete"]
ModelClass: TypeAlias = type[models.Model]

# The record of what happened, and the names that other rows point to: read, never written by a flow.
READ_ONLY_MODELS = frozenset({"admin.logentry", "contenttypes.contenttype"})

# A flow that could write these would hand out rights its actor does not have.
PRIVILEGES = frozenset({"groups", "is_staff", "is_superuser", "permissions", "user_permissions"})


def model_named(label: str) -> ModelClass:
    """The installed model ``app.model``, whatever the case.

    Raises :class:`OperationError`, code ``item_model_unknown``, also for a model that is hidden from flows:
    its existence is not told.
    """
    app_label, _dot, name = label.partition(".")
    config = next((app for app in apps.get_app_configs() if app.label.lower() == app_label.lower()), None)
    if config is None:
        raise _unknown(label)
    try:
        model = config.get_model(name)
    except LookupError as error:
        raise _unknown(label) from error
    family = {model, model._meta.concrete_model or model, *model._meta.all_parents}
    if model._meta.auto_created or any(is_sensitive_model(member) for member in family):
        raise _unknown(label)
    return model


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What one step may do, and what the variables in its filters stand for.

    A right counts when the actor holds it for the model, or, through an authentication backend that knows
    object permissions, for the object.
    """

    actor: Actor
    variables: RuleContext

    @classmethod
    def of(cls, context: OperationContext) -> "Access":
        """The access of a step."""
        return cls(
            actor=context.actor,
            variables=RuleContext(
                accountability=context.data.get("$accountability"),
                now=timezone.now(),
                zone=timezone.get_default_timezone(),
            ),
        )

    def may(self, verb: Verb, model: ModelClass, *, obj: models.Model | None = None) -> bool:
        """Whether the actor may do this with all objects of the model, or with this one."""
        name = f"{model._meta.app_label}.{get_permission_codename(verb, model._meta)}"
        return self.actor.has_perm(name) or (obj is not None and self.actor.has_perm(name, obj))

    def require(self, verb: Verb, model: ModelClass, *, objects: Iterable[models.Model] = ()) -> None:
        """Return when the actor may do this with the whole model, or with each of the objects, if there are
        any.

        Raises :class:`OperationError`, code ``item_forbidden``.
        """
        if verb != "view" and model._meta.label_lower in READ_ONLY_MODELS:
            raise _forbidden(verb, model)
        if self.may(verb, model):
            return
        found = list(objects)
        if not found or not all(self.may(verb, model, obj=obj) for obj in found):
            raise _forbidden(verb, model)


def readable(model: ModelClass, name: str) -> Any:
    """The field or reverse relation that a flow may read under this name, or None."""
    if name == "pk":
        return model._meta.pk
    field = next((field for field in model._meta.get_fields() if name in _names(field)), None)
    return None if field is None or _is_hidden(field) else field


def readable_fields(model: ModelClass) -> list[models.Field]:
    """The model's own fields that a flow may read: columns, then many-to-many fields."""
    return [field for field in _own_fields(model) if not _is_hidden(field)]


def writable(model: ModelClass, name: str) -> models.Field | None:
    """The field that a flow may write under this name, or None.

    Sensitive fields, files, generated columns, links to a parent model and fields that are not editable
    cannot be written; neither can those that grant rights, unless the site lists them in
    ``SENSITIVE_ALLOWED``.
    """
    field = next((field for field in _own_fields(model) if name in _names(field)), None)
    if field is None or _is_hidden(field) or not field.editable or isinstance(field, models.FileField):
        return None
    if isinstance(field, models.ForeignKey) and field.remote_field.parent_link:
        return None
    if field.name in PRIVILEGES and _grants_rights(model) and not _allowed(field):
        return None
    return field


def is_plural(field: Any) -> bool:
    """Whether the relation leads to any number of objects."""
    return bool(field.one_to_many or field.many_to_many)


def _own_fields(model: ModelClass) -> list[models.Field]:
    return [*model._meta.concrete_fields, *model._meta.many_to_many]


def _is_hidden(field: Any) -> bool:
    """Keys are hidden with the model they point to: the key of a token may be the token itself."""
    if isinstance(field, models.Field) and is_sensitive_field(field):
        return True
    return field.related_model is not None and is_sensitive_model(field.related_model)


def _names(field: Any) -> tuple[str, ...]:
    """How a flow may call a field. Relations without a name, generic ones included, have none."""
    if isinstance(field, models.ForeignObjectRel):
        return () if field.hidden else (field.name, field.accessor_name or field.name)
    if not isinstance(field, models.Field) or not (field.concrete or field.many_to_many):
        return ()
    return (field.name, field.attname)


def _grants_rights(model: ModelClass) -> bool:
    return hasattr(model, "has_perm") or model._meta.label_lower == "auth.group"


def _allowed(field: models.Field) -> bool:
    names = {str(name).lower() for name in settings.SENSITIVE_ALLOWED}
    return f"{field.model._meta.label_lower}.{field.name}" in names


def _unknown(label: str) -> OperationError:
    return OperationError(
        f"There is no model {label}",
        code="item_model_unknown",
        name="ModelUnknown",
        hint="Write app.model, such as shop.order. Models that hold secrets are hidden from flows.",
    )


def _forbidden(verb: str, model: ModelClass) -> OperationError:
    return OperationError(
        f"The flow may not {verb} {model._meta.label_lower} as the user it runs as",
        code="item_forbidden",
        name="Forbidden",
        hint="Give that user the permission, or let the flow run as another user.",
    )
